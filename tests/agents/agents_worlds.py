"""Worlds for the tests of agents: small scenarios, hand-made bars, and a tape that keeps what a model commits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from credulous import CREDULOUS

from freeagentics.agents import Cohort, View
from freeagentics.agents.decision import Decisions, reasons_by_name
from freeagentics.arrays import F32, I64, AnyArray
from freeagentics.clock import HOUR_MS
from freeagentics.journal import JournalWriter, Kind, StepCommit
from freeagentics.memory import EncodedMemories, Recalled, book_codec_of
from freeagentics.memory.codec import Codes
from freeagentics.records.memories import kept_in
from freeagentics.scenario import Scenario, load_scenario
from freeagentics.simulation import MarketModel

START = 1_640_995_200_000


class Tape(JournalWriter):
    """Keeps all commits in RAM."""

    def __init__(self) -> None:
        super().__init__(None)
        self.commits: list[StepCommit] = []

    def put(self, commit: StepCommit) -> None:
        """Keep it, and go on as usual."""
        self.commits.append(commit)
        super().put(commit)

    def records(self, step: int, kind: Kind) -> AnyArray:
        """All records of a kind in a step, cohort by cohort; empty where there are none."""
        found = [page.records for page in self.commits[step - 1].pages if page.kind is kind]
        return np.concatenate(found) if found else np.empty(0, dtype=[("agent", "<i4")])

    def books(self, step: int, columns: tuple[str, ...]) -> F32:
        """Books of all desks as memories of a step share them."""
        (page,) = (page for page in self.commits[step - 1].pages if page.kind is Kind.BOOKS)
        values = self.records(step, Kind.OBSERVATION)["values"]
        return book_codec_of(page.codec, columns).decode(Codes.from_bytes(page.records.tobytes()), values)

    def kept(self, step: int) -> list[EncodedMemories]:
        """What each cohort remembers of a step."""
        return [kept_in(page) for page in self.commits[step - 1].pages if page.kind is Kind.MEMORIES]


def reasons(role: type[Cohort], decisions: AnyArray) -> dict[str, AnyArray]:
    """Numbers that decisions (n,) of one role went by, (n,) each, by name."""
    return reasons_by_name(role.reasoning, decisions["reason"])


def scenario(name: str = "btc-replay", /, **overrides: object) -> Scenario:
    """A scenario of ten agents with some values changed; ``__`` stands for the dot of a key."""
    changes = {key.replace("__", "."): value for key, value in overrides.items()}
    return load_scenario(name, {"agents.count": 10, "steps": 400} | changes)


def credulous(name: str = "btc-replay", /, **overrides: object) -> Scenario:
    """The same of agents that believe nearly everything from the first outcome on."""
    return scenario(name, **{key.replace(".", "__"): value for key, value in CREDULOUS.items()} | overrides)


def taped(world: Scenario) -> tuple[MarketModel, Tape]:
    """A model before its first step, and the tape it records to."""
    model, tape = MarketModel(world), Tape()
    model.record_to(tape)
    return model, tape


def play(world: Scenario, steps: int) -> Tape:
    """What a model of *world* commits in its first *steps*."""
    model, tape = taped(world.model_copy(update={"steps": steps}))
    with model:
        for _ in range(steps):
            model.step()
    return tape


def write_bars(path: Path, close: Sequence[float] | AnyArray) -> str:
    """Hourly bars of one asset with these closes, each opening where the one before closed; returns the path."""
    prices = np.asarray(close, dtype=np.float64)
    opens = np.concatenate([prices[:1], prices[:-1]])
    columns = {
        "timestamp": START + HOUR_MS * np.arange(len(prices)),
        "open": opens,
        "high": np.maximum(opens, prices),
        "low": np.minimum(opens, prices),
        "close": prices,
        "volume": np.full(len(prices), 1000.0),
    }
    pl.DataFrame(columns).write_csv(path)
    return str(path)


def wobble(count: int, *, seed: int = 0, volatility: float = 0.004, drift: float = 0.0) -> AnyArray:
    """A random path of closes that begins near 100."""
    steps = np.random.default_rng(seed).normal(drift, volatility, count)
    return 100 * np.exp(np.cumsum(steps))


@dataclass(frozen=True, slots=True, eq=False)
class Thinking:
    """One cohort in one step: what it saw, and its states (rows, 48), whole once the step is over."""

    cohort: Cohort
    view: View
    states: F32
    focus: I64


def witness(model: MarketModel, patch: pytest.MonkeyPatch) -> list[Thinking]:
    """Everything that cohorts think from now on, in order."""
    thoughts: list[Thinking] = []
    for cohort in model.population.cohorts:
        patch.setattr(cohort, "choose", _noting(cohort, thoughts))
    return thoughts


def _noting(cohort: Cohort, thoughts: list[Thinking]) -> Callable[[View, F32, Recalled, I64], Decisions]:
    choose = cohort.choose

    def note(view: View, states: F32, recalled: Recalled, focus: I64) -> Decisions:
        thoughts.append(Thinking(cohort, view, states, focus))
        return choose(view, states, recalled, focus)

    return note
