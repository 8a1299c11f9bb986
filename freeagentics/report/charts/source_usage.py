"""Reads of sources over time, and their cumulative cost."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from freeagentics.report.aggregates.buckets import Buckets
from freeagentics.report.aggregates.source_usage import SourceUsage
from freeagentics.report.charts.axes import caption, days, end_labels, market_time, minimal_axes, numbers, percents
from freeagentics.report.charts.bands import draw_line
from freeagentics.report.charts.figure import DASHES, ROLE_COLOURS, TEXT, new_figure
from freeagentics.report.facts import Facts
from freeagentics.report.formatting import humanize

SPANS = 60


def priced_usage(facts: Facts) -> list[SourceUsage]:
    """Roles that had a source to pay for."""
    return [usage for usage in facts.source_usage if (usage.cents > 0).any()]


def draw_source_usage(facts: Facts) -> Figure:
    """A panel for each role that buys: the share of its agents that read each source; below, the cumulative cost."""
    usages = priced_usage(facts)
    panels = len(usages) + 1
    figure = new_figure(0.4 + 1.5 * panels, top=0.25)
    grid = figure.subplots(panels, 1, sharex=True, squeeze=False)[:, 0]
    figure.subplots_adjust(hspace=0.3)
    names = list(facts.context.sources)
    buckets = Buckets(facts.context.steps, SPANS)
    when = days(facts.context.timestamps)
    for axes, usage in zip(grid[:-1], usages, strict=True):
        minimal_axes(axes)
        decisions = np.maximum(buckets.sums(usage.decisions.astype(np.float64)), 1)
        labels = []
        for place in np.flatnonzero(usage.cents > 0).tolist():
            source = usage.sources[place]
            share = buckets.sums(usage.reads[:, place].astype(np.float64)) / decisions
            style = names.index(source) % len(ROLE_COLOURS)
            axes.plot(when[buckets.middles], share, color=ROLE_COLOURS[style], linestyle=DASHES[style], linewidth=1.3)
            labels.append((float(share[-1]), source, ROLE_COLOURS[style]))
        axes.set_ylim(0, max(axes.get_ylim()[1], 0.1))
        percents(axes)
        caption(axes, f"Share of {humanize(facts.context.team[usage.role])}s reading each source")
        end_labels(axes, labels)
    minimal_axes(grid[-1])
    draw_line(grid[-1], when, facts.desks.data_costs_so_far, TEXT)
    numbers(grid[-1])
    caption(grid[-1], "Cumulative cost of sources, all desks, USD")
    market_time(grid[-1], facts.context.timestamps)
    return figure
