"""Which sources were paid for over time."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from freeagentics.report.charts.axes import bare, caption, days, end_labels, market_time, numbers, percents
from freeagentics.report.charts.bands import draw_line
from freeagentics.report.charts.figure import new_figure
from freeagentics.report.charts.palette import DASHES, INK, ROLE_INKS
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import plain
from freeagentics.report.gather.buckets import Buckets
from freeagentics.report.gather.source_usage import SourceUsage

SPANS = 60


def paid_readings(facts: Facts) -> list[SourceUsage]:
    """Roles that had a source to pay for."""
    return [reading for reading in facts.buyers.readings if (reading.cents > 0).any()]


def draw_reading(facts: Facts) -> Figure:
    """A panel for each role that buys: the share of its agents that read each source; and what all of it cost so far."""
    readings = paid_readings(facts)
    panels = len(readings) + 1
    figure = new_figure(0.4 + 1.5 * panels, top=0.25)
    grid = figure.subplots(panels, 1, sharex=True, squeeze=False)[:, 0]
    figure.subplots_adjust(hspace=0.3)
    names = list(facts.ground.sources)
    buckets = Buckets(facts.ground.steps, SPANS)
    when = days(facts.ground.timestamps)
    for axes, reading in zip(grid[:-1], readings, strict=True):
        bare(axes)
        decisions = np.maximum(buckets.sums(reading.decisions.astype(np.float64)), 1)
        labels = []
        for place in np.flatnonzero(reading.cents > 0).tolist():
            source = reading.sources[place]
            share = buckets.sums(reading.reads[:, place].astype(np.float64)) / decisions
            style = names.index(source) % len(ROLE_INKS)
            axes.plot(when[buckets.middles], share, color=ROLE_INKS[style], linestyle=DASHES[style], linewidth=1.3)
            labels.append((float(share[-1]), source, ROLE_INKS[style]))
        axes.set_ylim(0, max(axes.get_ylim()[1], 0.1))
        percents(axes)
        caption(axes, f"Share of {plain(facts.ground.team[reading.role])}s that read")
        end_labels(axes, labels)
    bare(grid[-1])
    draw_line(grid[-1], when, facts.desks.data_paid, INK)
    numbers(grid[-1])
    caption(grid[-1], "Paid for sources so far, all desks, USD")
    market_time(grid[-1], facts.ground.timestamps)
    return figure
