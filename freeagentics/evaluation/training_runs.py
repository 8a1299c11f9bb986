"""Runs that codecs are trained on: the first part of every scenario's bars, and stretches of other years."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from freeagentics.scenario import Scenario, load_scenario

TRAINING_SHARE = 0.7
"""Share of a scenario's own bars that a codec may learn from; it is measured on the rest."""

FIRST_SEED = 101
"""Seeds of runs to learn from start here, so that no scenario's own agents are among those learned from."""


@dataclass(frozen=True, slots=True)
class BarRange:
    """A scenario on other bars than its own: from a day on, for a number of steps."""

    scenario: str
    start: datetime
    steps: int


_EXACT = {"memory.codec": "float32"}
"""Training data must not depend on the codecs before."""

OWN_BARS = ("btc-replay", "ten-pairs", "whale-pump", "btc-15m", "crash", "null-market", "stocks")
OTHER_BARS = (
    BarRange("btc-replay", datetime(2022, 12, 1, tzinfo=UTC), 2500),
    BarRange("btc-replay", datetime(2023, 8, 1, tzinfo=UTC), 2000),
    BarRange("ten-pairs", datetime(2023, 1, 1, tzinfo=UTC), 1500),
)


def shipped_runs() -> Iterator[tuple[Scenario, int]]:
    """Runs that the shipped codecs were trained on: scenarios and the steps to run of each."""
    for name in OWN_BARS:
        yield training_split(name, FIRST_SEED, TRAINING_SHARE)
    for stretch in OTHER_BARS:
        scenario = load_scenario(
            stretch.scenario, {"market.start": stretch.start, "steps": stretch.steps, "seed": FIRST_SEED + 1, **_EXACT}
        )
        yield scenario, stretch.steps


def training_split(name: str, seed: int, share: float, *, allow_plugins: bool = False) -> tuple[Scenario, int]:
    """A scenario with a seed, and how many steps its first part has. Raises what `load_scenario` raises."""
    scenario = load_scenario(name, {"seed": seed, **_EXACT}, allow_plugins=allow_plugins)
    return scenario, max(int(scenario.steps * share), 1)
