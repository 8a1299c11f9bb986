"""Tables: a caption, heads with a scope, numbers to the right; wide ones scroll by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from freeagentics.report.page.html import Html, el, join


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], *, words: int = 1) -> Html:
    """A table whose first column names the row; the first *words* columns are words, the others numbers."""
    top = el("thead", el("tr", *(el("th", head, scope="col", class_=_kind(place, words)) for place, head in enumerate(heads))))
    body = el("tbody", *(el("tr", *_cells(row, words)) for row in rows))
    return scrolling(caption, el("table", el("caption", caption), top, body))


def scrolling(label: str, *children: str) -> Html:
    """A region that scrolls sideways where it is too wide, by keyboard as well."""
    return el("div", *children, class_="scroll", role="region", aria_label=label, tabindex=0)


def pairs(items: Sequence[tuple[str, str]], *, class_: str) -> Html:
    """Names with their values."""
    return el("dl", join(*(el("div", el("dt", name), el("dd", value)) for name, value in items)), class_=class_)


def _cells(row: Sequence[str], words: int) -> list[Html]:
    first, *rest = row
    return [el("th", first, scope="row"), *(el("td", cell, class_=_kind(place, words)) for place, cell in enumerate(rest, start=1))]


def _kind(place: int, words: int) -> str | None:
    return None if place < words else "number"
