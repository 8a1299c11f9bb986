"""The document: one file that needs nothing from outside."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from freeagentics import __version__
from freeagentics.charts import chart_licence, chart_script, chart_style
from freeagentics.report.page.html import Html, el, join
from freeagentics.report.page.section import Section


def style() -> str:
    """The style sheet."""
    return _text("style.css")


def document(title: str, subtitle: str, sections: Sequence[Section], *, source: str, files: Sequence[str] = ()) -> str:
    """The whole page: a skip link, the heading, a table of contents, the sections; at the foot, *source* says what it is made from, and the
    *files* beside it are linked."""
    entries = (el("li", el("a", section.title, href=f"#{section.name}")) for section in sections)
    shown = join(*(section.html() for section in sections))
    body = el(
        "body",
        el("a", "Skip to the report", class_="skip", href="#report"),
        el("header", el("h1", title), el("p", subtitle)),
        el("nav", el("h2", "Contents", id="contents"), el("ol", *entries), aria_labelledby="contents"),
        el("main", shown, id="report", tabindex=-1),
        el("footer", el("p", f"Made by freeagentics {__version__} from {source}"), _links(files)),
        *(_scripts() if "chart-data" in shown else ()),
    )
    head = (
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html('<meta name="color-scheme" content="light dark">'),
        el("title", title),
        el("style", Html(chart_style() + style() if "chart-data" in shown else style())),
    )
    return "<!DOCTYPE html>\n" + el("html", el("head", join(*head)), body, lang="en") + "\n"


def _links(files: Sequence[str]) -> Html:
    """Links to files beside the page."""
    links = [el("a", name.rpartition("/")[2], href=name) for name in files]
    return el("p", "Tables: ", *(part for link in links for part in (link, " ")), class_="files") if links else Html("")


def _scripts() -> tuple[Html, Html]:
    """The library that draws charts, with the licence that has to go with it, and the script that hands them to it."""
    licence = f"/*\n{chart_licence()}*/\n"
    return el("script", Html(licence + chart_script())), el("script", Html(_text("charts.js")))


def _text(name: str) -> str:
    return resources.files("freeagentics.report.page").joinpath(name).read_text(encoding="utf-8")
