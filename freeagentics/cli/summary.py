"""The summary of a run, for people."""

from __future__ import annotations

import numpy as np
import polars as pl
from rich.text import Text

from freeagentics.amounts import money
from freeagentics.cli.streams import plain_console
from freeagentics.clock import moment, spacing
from freeagentics.errors import in_command
from freeagentics.records import RunRecord
from freeagentics.records.run_record import FootprintSummary, StoreSummary


def print_summary(record: RunRecord) -> None:
    """Print the result of a run on standard output."""
    made, frame = record.summary, record.model_frame
    first, last = record.scenario.market.cash, float(frame["equity"][-1])
    basket = float(frame["basket"][-1]) / (1 + record.lineage.at(1).market.fee_bps / 1e4)
    exposure, matched = record.exposure_matched_return
    lines = (
        ("scenario", f"{made.scenario}, seed {made.seed}"),
        ("agents", f"{made.agents:,}: {', '.join(f'{count:,} {role}' for role, count in made.roles.items())}"),
        ("market time", f"{_span(frame['timestamp'])} UTC, {made.steps:,} steps"),
        ("equity", f"{money(last)} USD a desk ({last / first - 1:+.1%}); buy and hold, net of its fee: {basket - 1:+.1%}"),
        ("in the market", f"{exposure:.0%} of a desk's equity on average; held there without change: {matched:+.1%}"),
        ("done", f"{made.decisions:,} decisions, {made.signals:,} signals, {made.orders:,} orders, {made.fills:,} fills"),
        ("remembered", f"{made.memories:,} memories of {made.bytes_per_memory:.1f} bytes"),
        ("took", f"{made.wall_s:.1f} s, {made.agent_steps_per_s:,.0f} agent-steps/s"),
        ("footprint", _footprint(made.footprint)),
        *(("note", f"step {event.step:,}: {event.message}") for event in made.events),
        *(("store", store_line(store, made.run_dir)) for store in made.stores),
        ("trajectory", made.trajectory_sha256),
        ("run directory", made.run_dir),
    )
    for name, value in lines:
        print_line(name, value)


def print_result(record: RunRecord) -> None:
    """Print what the run came to, in three figures, and what to do next."""
    equity = record.model_frame["equity"].to_numpy()
    highest = np.maximum.accumulate(np.append(record.scenario.market.cash, equity))[1:]
    made, (_, matched) = float(equity[-1] / record.scenario.market.cash - 1), record.exposure_matched_return
    beside = f"{100 * (made - matched):+.1f} points beside its exposure held throughout"
    print_line("result", f"{made:+.1%} net of all costs, {beside}, maximum drawdown {float((1 - equity / highest).max()):.1%}")
    path = in_command(record.path)
    print_line("next", f"freeagentics report {path} --open; freeagentics viz {path}")


def _span(moments: pl.Series) -> str:
    """First and last of *moments*."""
    times = moments.dt.timestamp("ms").to_list()
    first, last = (moment(time, spacing(times)) for time in (times[0], times[-1]))
    return f"{first} to {last}"


def store_line(store: StoreSummary, run_dir: str = "") -> str:
    """Place and size of a store; where it is behind, the reason, and the command that brings it up to *run_dir*."""
    place = f"{store.tier} {store.url}: {store.records:,} records"
    if not store.lag_steps:
        return f"{place}, up to date"
    reason = f" ({store.error})" if store.error else ""
    return f"{place}, {store.lag_steps:,} steps behind{reason}; bring it up with: freeagentics store sync {in_command(run_dir)}"


def _footprint(made: FootprintSummary) -> str:
    limit = f" of {made.limit_mb:,.0f} allowed" if made.limit_mb else ""
    largest = ", ".join(f"{category} {size:.1f}" for category, size in list(made.by_category_kb.items())[:3])
    return f"{made.rss_peak_mb:.0f} MB{limit} at the peak, {made.per_agent_kb:.1f} KB an agent ({largest})"


def print_line(name: str, value: str) -> None:
    """Print a line: a name and its value."""
    line = Text.assemble((f"{name:<14}", "bold"), " ", value)
    plain_console().print(line)
