"""Worlds for the tests of the model: small scenarios, made files of bars, and a tape that keeps what a model commits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from freeagentics.arrays import AnyArray
from freeagentics.clock import DAY_MS, HOUR_MS
from freeagentics.journal import CommitRecord, JournalWriter, Kind, StepCommit
from freeagentics.scenario import Scenario, load_scenario
from freeagentics.simulation import MarketModel

START = 1_640_995_200_000
Columns = dict[str, AnyArray]


class Tape(JournalWriter):
    """Keeps all commits in RAM."""

    def __init__(self, start: CommitRecord | None = None) -> None:
        super().__init__(None, start)
        self.commits: list[StepCommit] = []

    def put(self, commit: StepCommit) -> None:
        """Keep it, and go on as usual."""
        self.commits.append(commit)
        super().put(commit)

    def records(self, step: int, kind: Kind) -> AnyArray | None:
        """All records of a kind in a step, cohort by cohort; None where there are none."""
        found = [page.records for page in self.commits[step - 1].pages if page.kind is kind]
        return np.concatenate(found) if found else None

    def all(self, kind: Kind) -> list[tuple[int, AnyArray]]:
        """All records of a kind, by step."""
        steps = [(commit.step, self.records(commit.step, kind)) for commit in self.commits]
        return [(step, records) for step, records in steps if records is not None]

    def bits(self, last: int) -> list[bytes]:
        """All that was recorded up to a step."""
        return [page.records.tobytes() for commit in self.commits[:last] for page in commit.pages]


def scenario(name: str = "btc-replay", overrides: Mapping[str, object] | None = None, *, agents: int = 10, steps: int = 40) -> Scenario:
    """A small scenario with some values changed."""
    return load_scenario(name, {"agents.count": agents, "steps": steps} | dict(overrides or {}))


def taped(world: Scenario) -> tuple[MarketModel, Tape]:
    """A model before its first step, and the tape it records to."""
    model, tape = MarketModel(world), Tape()
    model.record_to(tape)
    return model, tape


def play(world: Scenario) -> Tape:
    """All that a model of *world* commits."""
    model, tape = taped(world)
    with model:
        while model.steps < world.steps:
            model.step()
    return tape


def sha256(world: Scenario) -> str:
    """The hash of a whole run."""
    with MarketModel(world) as model:
        while model.steps < world.steps:
            model.step()
        return model.trajectory_sha256


def made_bars(count: int, *, seed: int = 0) -> Columns:
    """Random hourly bars of one asset, with trades, takers and whales."""
    draw = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(draw.normal(0, 0.01, count)))
    opens = np.concatenate([close[:1], close[:-1]])
    volume = draw.lognormal(5, 0.5, count)
    return {
        "timestamp": START + HOUR_MS * np.arange(count),
        "open": opens,
        "high": np.maximum(opens, close) * 1.001,
        "low": np.minimum(opens, close) * 0.999,
        "close": close,
        "volume": volume,
        "trades": draw.poisson(50, count).astype(np.float64),
        "taker_buy_volume": volume * draw.random(count),
        "whale_count": draw.poisson(3, count).astype(np.float64),
    }


def made_daily(days: int, *, seed: int = 0) -> Columns:
    """Random daily figures from ten days before the bars on."""
    draw = np.random.default_rng(seed)
    times = START + DAY_MS * (np.arange(days) - 10)
    return {"timestamp": times, "fear_greed": draw.integers(0, 101, days), "funding_rate": draw.normal(1e-4, 3e-4, days)}


def write(path: Path, columns: Columns) -> str:
    """A .csv file of these columns; returns its path."""
    pl.DataFrame(columns).write_csv(path)
    return str(path)
