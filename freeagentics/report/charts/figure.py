"""Figures: their colours, and the SVG that the page shows.

A figure is drawn with placeholder colours that nothing else uses; in the finished SVG the page's variables replace them, which differ in
light, dark and print.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any
from xml.etree import ElementTree

import matplotlib
from matplotlib import style
from matplotlib.figure import Figure

from freeagentics.report.page.html import Html

COLOUR_NAMES = ("text", "muted", "rule", "blue", "orange", "green", "purple", "red", "paper")

PALETTE = {name: f"#0{place}0{place}0{place}" for place, name in enumerate(COLOUR_NAMES, start=1)}
"""Placeholder of each colour."""

TEXT, MUTED, RULE, BLUE, ORANGE, GREEN, PURPLE, RED, PAPER = PALETTE.values()

ROLE_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, TEXT, RED)
DASHES = ("-", (0, (6, 2)), (0, (3, 1.5)), (0, (1, 1.2)), (0, (6, 2, 1, 2)), (0, (9, 3)))
"""Lines differ by dash as well as by colour: some readers have no colours, and some printers."""

WIDTH = 9.0
"""Inches of a figure; at 72 units an inch a label of 9 units reads like the page's small print."""

# Text stays text, in the page's own font; ids are made from what they name, so that the same run gives the same bytes.
_SETTINGS: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "freeagentics", "font.size": 9.0, "path.simplify_threshold": 0.2}
_NOTHING_ABOUT = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_LONG_NUMBER = re.compile(r"(\.\d)\d+")
_PLACEHOLDER = re.compile("|".join(PALETTE.values()))
_VARIABLES = {placeholder: f"var(--{name})" for name, placeholder in PALETTE.items()}
_FONT = re.compile(r"\s*font(-family)?:[^;]*'[^;]*;?")
_MEASURES = ("d", "x", "y", "width", "height", "transform")


def own_settings() -> AbstractContextManager[None]:
    """A context, or a decorator, under which charts are drawn as they are meant, whatever settings of matplotlib's a notebook has."""
    return style.context("default")


def new_figure(
    height: float, *, width: float = WIDTH, left: float = 0.075, right: float = 0.83, top: float = 0.04, bottom: float = 0.32
) -> Figure:
    """An empty figure, *height* by *width* inches. *left* and *right* are shares of its width, *top* and *bottom* inches of margin.

    Not of pyplot, which keeps every figure in a global list.
    """
    figure = Figure(figsize=(width, height))
    figure.subplots_adjust(left=left, right=right, top=1 - top / height, bottom=bottom / height, hspace=0.12)
    return figure


def to_svg(figure: Figure, name: str, label: str) -> Html:
    """The figure as an element for the page. *name* keeps its ids apart from those of other figures; *label* says what it shows."""
    out = io.StringIO()
    with matplotlib.rc_context(_SETTINGS), warnings.catch_warnings():
        # The page's font draws the text, whatever that of the library has.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure.savefig(out, format="svg", transparent=True, metadata=_NOTHING_ABOUT)
    root = ElementTree.fromstring(out.getvalue())  # noqa: S314 - matplotlib's own words
    view = root.get("viewBox", "")
    root.attrib.clear()
    root.attrib.update({"viewBox": view, "role": "img", "aria-label": label})
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.endswith(("}style", "}metadata")):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.attrib.update(dict(_attributes(element, name)))
    return Html(ElementTree.tostring(root, encoding="unicode"))


def _attributes(element: ElementTree.Element, name: str) -> Iterator[tuple[str, str]]:
    """The attributes as the page needs them: ids of its own, colours by variable, one decimal."""
    for key, value in list(element.attrib.items()):
        del element.attrib[key]
        if key == "id":
            if element.tag in ("path", "clipPath"):
                yield "id", f"{name}-{value}"
        elif key.endswith("href"):
            yield "href", f"#{name}-{value[1:]}"
        elif key == "style":
            text = _FONT.sub("", _PLACEHOLDER.sub(lambda found: _VARIABLES[found[0]], value))
            yield "style", text
        else:
            value = value.replace("url(#", f"url(#{name}-")
            yield key, " ".join(_LONG_NUMBER.sub(r"\1", value).split()) if key in _MEASURES else value
