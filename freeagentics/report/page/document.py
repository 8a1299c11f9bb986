"""The document: one file that needs nothing from outside."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from freeagentics import __version__
from freeagentics.report.page.html import Html, el, join
from freeagentics.report.page.section import Section


def style() -> str:
    """The style sheet."""
    return resources.files("freeagentics.report.page").joinpath("style.css").read_text(encoding="utf-8")


def document(title: str, subtitle: str, sections: Sequence[Section], *, source: str) -> str:
    """The whole page: a skip link, the heading, a table of contents, the sections; at the foot, *source* says what it is made from."""
    entries = (el("li", el("a", section.title, href=f"#{section.name}")) for section in sections)
    body = el(
        "body",
        el("a", "Skip to the report", class_="skip", href="#report"),
        el("header", el("h1", title), el("p", subtitle)),
        el("nav", el("h2", "Contents", id="contents"), el("ol", *entries), aria_labelledby="contents"),
        el("main", *(section.html() for section in sections), id="report", tabindex=-1),
        el("footer", el("p", f"Made by freeagentics {__version__} from {source}")),
    )
    head = (
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html('<meta name="color-scheme" content="light dark">'),
        el("title", title),
        el("style", Html(style())),
    )
    return "<!DOCTYPE html>\n" + el("html", el("head", join(*head)), body, lang="en") + "\n"
