"""The summary of a run, for people."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from freeagentics.model import RunRecord


def print_summary(record: RunRecord) -> None:
    """What a run came to, on standard output."""
    made, frame = record.summary, record.model_frame
    first, last = record.scenario.market.cash, float(frame["equity"][-1])
    moment = frame["timestamp"]
    basket = float(frame["basket"][-1]) / (1 + record.scenario.market.fee_bps / 1e4)
    lines = (
        ("scenario", f"{made.scenario}, seed {made.seed}"),
        ("agents", f"{made.agents:,}: {', '.join(f'{count:,} {role}' for role, count in made.roles.items())}"),
        ("market time", f"{moment[0]:%Y-%m-%d %H:%M} to {moment[-1]:%Y-%m-%d %H:%M} UTC, {made.steps:,} steps"),
        ("equity", f"{last:,.0f} USD a desk ({last / first - 1:+.1%}); buy and hold, net of its fee: {basket - 1:+.1%}"),
        ("done", f"{made.decisions:,} decisions, {made.signals:,} signals, {made.orders:,} orders, {made.fills:,} fills"),
        ("remembered", f"{made.memories:,} memories of {made.bytes_per_memory:.1f} bytes"),
        ("took", f"{made.wall_s:.1f} s, {made.agent_steps_per_s:,.0f} agent-steps/s"),
        ("footprint", f"{made.footprint.rss_peak_mb:.0f} MB at the peak, {made.footprint.per_agent_kb:.1f} KB an agent"),
        ("trajectory", made.trajectory_sha256),
        ("run directory", made.run_dir),
    )
    for name, value in lines:
        print_line(name, value)


def print_line(name: str, value: str) -> None:
    """A line of it."""
    line = Text.assemble((f"{name:<14}", "bold"), " ", value)
    Console(highlight=False, soft_wrap=True).print(line)
