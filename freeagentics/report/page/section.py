"""A section of the page."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from freeagentics.report.charts.figure import to_svg
from freeagentics.report.charts.time_chart import TimeChart
from freeagentics.report.page.html import Html, el


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its anchor, its heading, and its body."""

    name: str
    title: str
    body: tuple[Html, ...]

    def html(self) -> Html:
        """Render it as an element with an anchor."""
        heading = el("h2", self.title, id=f"{self.name}-title")
        return el("section", heading, *self.body, id=self.name, aria_labelledby=f"{self.name}-title")


def chart(figure: Figure, name: str, finding: str, caption: str) -> Html:
    """A chart with its text alternative, the *finding*, and a caption that says how to read it."""
    return el(
        "figure",
        el("div", to_svg(figure, name, finding), class_="chart", role="group", aria_label=f"Chart: {caption}", tabindex=0),
        el("figcaption", caption),
    )


def live_chart(of: TimeChart, name: str, finding: str, caption: str) -> Html:
    """The same of a chart over time, with its data: where scripts run, it answers to the pointer."""
    box = el("div", to_svg(of.figure(), name, finding), of.data(), class_="chart", role="group", aria_label=f"Chart: {caption}", tabindex=0)
    return el("figure", box, el("figcaption", caption))
