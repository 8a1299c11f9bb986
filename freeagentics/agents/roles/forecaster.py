"""The base of market hunters and sentiment analyzers: they buy sources, learn their value, and forecast."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from freeagentics.agents.cohort import Cohort
from freeagentics.agents.context import CohortContext, SourceInfo
from freeagentics.agents.decision import CAUSES, Decisions
from freeagentics.agents.emitter import LastSent
from freeagentics.agents.generative import Message
from freeagentics.agents.generative.forecasts import category
from freeagentics.agents.ranges import RateSpan
from freeagentics.agents.view import Outcomes, View
from freeagentics.arrays import F32, I32, I64, AnyArray, ArrayState, Mask
from freeagentics.market import Orders
from freeagentics.memory import Recalled, column
from freeagentics.mind import IMBALANCE, REGIMES, SourceBandit
from freeagentics.signals import Signals

READ_FEATURES = {"whales": "read_whales", "derivatives": "read_derivatives", "sentiment": "read_sentiment"}


class ForecasterSettings(BaseModel):
    """How a forecaster learns and when it speaks. Each agent draws its own rates from the ranges given."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    learning_rate: RateSpan = Field((0.005, 0.02), description="Range of the learning rate of what sources are worth.")
    exploration_rate: RateSpan = Field((0.02, 0.1), description="Range of the chance to read a source only to learn about it.")
    information_value: float = Field(
        0.2, gt=0, description="Worth of one squared standard deviation less of error, as a share of equity risk."
    )
    threshold: float = Field(0.15, gt=0, description="Forecast, in standard deviations, from which it is told to others.")
    refresh: int = Field(12, ge=1, description="Steps after which a standing forecast is told again.")


class Readings(ArrayState):
    """A ring over the horizon of what was read, in which regime, and what the directions said.

    Attributes:
        read: (horizon + 1, rows, sources).
        regime: (horizon + 1, rows).
        directions: (horizon + 1, sources, assets), the same for all rows.
        cost: of each source in units of squared error, (horizon + 1, rows, sources).
    """

    def __init__(self, rows: int, horizon: int, sources: int, assets: int) -> None:
        self.read = np.zeros((horizon + 1, rows, sources), dtype=np.bool_)
        self.regime = np.zeros((horizon + 1, rows), dtype=np.int64)
        self.directions = np.zeros((horizon + 1, sources, assets), dtype=np.float32)
        self.cost = np.zeros((horizon + 1, rows, sources), dtype=np.float32)


class Forecaster(Cohort):
    """Buys sources by what they would tell of the regime and what they were worth, and forecasts the return over the horizon.

    What they were worth a contextual bandit learns, the regime being the most likely regime. The forecast adds what the belief implies and
    what the directions imply, and leans towards what came of the memories recalled. Whether it is told, expected free energy decides.
    """

    Settings = ForecasterSettings
    watched: ClassVar[tuple[str, ...] | None]
    """Sources this role may buy; None for all."""

    def __init__(self, number: int, rows: int, context: CohortContext, settings: ForecasterSettings) -> None:
        super().__init__(number, rows, context, settings)
        self.sources: tuple[SourceInfo, ...] = tuple(s for s in context.sources if self.watched is None or s.name in self.watched)
        self._cost = np.array([source.cost for source in self.sources], dtype=np.int64)
        self._cost.flags.writeable = False
        draw = context.random(f"{self.role}/temper", number)
        learning, exploring = draw.uniform(*settings.learning_rate, rows), draw.uniform(*settings.exploration_rate, rows)
        weights = draw.normal(0.1, 0.05, (rows, len(self.sources)))
        self.bandit = SourceBandit(learning.astype(np.float32), exploring.astype(np.float32), len(REGIMES), weights.astype(np.float32))
        self.readings = Readings(rows, context.memory.horizon, len(self.sources), context.assets)
        self._bits = context.bits(source.name for source in self.sources)
        self._bits.flags.writeable = False
        self.last_sent = LastSent(rows, context.signal_ttl)
        self.expected = np.zeros((rows, context.assets), dtype=np.float32)
        self.explored = np.zeros(rows, dtype=np.bool_)

    def seat(self, rows: I64, agents: I32, numbers: I32, desks: I32, step: int) -> None:
        """Agents arrive, with nothing learned and nothing told."""
        super().seat(rows, agents, numbers, desks, step)
        self.bandit.forget(rows)
        self.last_sent.forget(rows)

    def observe(self, view: View) -> None:
        """Choose sources in the light of the price, read them, and forecast."""
        observation, context = view.observation, self.context
        slot = observation.step % len(self.readings.read)
        regimes = self.belief.regimes.mean(axis=1)
        regime = regimes.argmax(axis=1)
        uniform = context.random(f"{self.role}/explore", self.number, observation.step).random((self.rows, len(self.sources)))
        wanted = self.context.policies.source_policy.wanted(regimes, self.bandit.values_in(regime))
        read, explore = self.bandit.choose(wanted, self._cost == 0, uniform.astype(np.float32))
        directions = (
            np.stack([observation.values[:, source.direction] for source in self.sources])
            if self.sources
            else self.readings.directions[slot]
        )
        self.readings.read[slot], self.readings.regime[slot], self.readings.directions[slot] = read, regime, directions
        self.readings.cost[slot] = self._cost_in_errors(view)
        if "whales" in self._names:
            imbalance = context.column(observation, "whales.imbalance")
            self.belief.update_with(IMBALANCE.log_likelihood(imbalance, context.grid.drift), self._read(slot, "whales"))
        self.expected = np.clip(self.bandit.forecast(regime, directions, read) + self.belief.trend(), -2, 2)
        self.explored = np.asarray(explore.any(axis=1))

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(source.name for source in self.sources)

    def _read(self, slot: int, name: str) -> Mask:
        if name not in self._names:
            return np.zeros(self.rows, dtype=np.bool_)
        return self.readings.read[slot][:, self._names.index(name)]

    def sources_read(self, row: int, step: int) -> tuple[str, ...]:
        """Names of the sources that a row's agent read at a step within the horizon."""
        read = self.readings.read[step % len(self.readings.read), row]
        return tuple(name for name, was in zip(self._names, read.tolist(), strict=True) if was)

    def read_bits(self, step: int) -> AnyArray:
        """Sources that each row read at a step within the horizon, (rows,)."""
        return self.readings.read[step % len(self.readings.read)] @ self._bits

    def _cost_in_errors(self, view: View) -> F32:
        """Cents a read costs over the cents that a unit of squared error is worth to the desk, (rows, sources)."""
        volatility = self.context.column(view.observation, "price.volatility").mean()
        risk = view.books.equity[self.desk] * (volatility * np.sqrt(self.context.memory.horizon) * self.settings.information_value)
        return (self._cost[None] / np.maximum(risk, 1)[:, None]).astype(np.float32)

    def focus_on(self, view: View) -> I64:
        """The asset with the strongest forecast."""
        return np.abs(self.expected).argmax(axis=1)

    def perceive(self, states: F32, focus: I64, view: View) -> None:
        """What was paid for, and the forecast from it."""
        context, observation, rows = self.context, view.observation, np.arange(self.rows)
        slot = observation.step % len(self.readings.read)
        states[:, column("expected_return")] = self.expected[rows, focus]
        for name, feature in READ_FEATURES.items():
            states[:, column(feature)] = self._read(slot, name)
        for source, name, feature in (
            ("whales", "whales.count", "whale_count"),
            ("whales", "whales.imbalance", "whale_imbalance"),
            ("derivatives", "derivatives.funding", "funding"),
            ("sentiment", "sentiment.level", "sentiment"),
        ):
            states[:, column(feature)] = self._read(slot, source) * context.column(observation, name)[focus]

    def choose(self, view: View, states: F32, recalled: Recalled, focus: I64) -> Decisions:
        """Let memories move the forecast, then tell it where it is worth telling."""
        rows, step = np.arange(self.rows), view.observation.step
        slot = step % len(self.readings.read)
        before = self.expected[rows, focus].copy()
        self.expected[rows, focus] = np.clip(recalled.shrink_towards(before, self.context.memory.trust), -2, 2)
        strength = np.abs(self.expected[rows, focus])
        confidence = strength / (strength + np.float32(0.5)) * (1 - np.float32(0.5) * self.belief.entropy()[rows, focus])
        action, published, signals = self.emit_signals(view, focus, confidence)
        signal, parent, parent_step = self._nothing()
        read = self.readings.read[slot]
        regime = self.readings.regime[slot]
        return Decisions(
            action=action,
            value=self.expected[rows, focus],
            confidence=confidence.astype(np.float32),
            size=np.minimum(strength / 2, 1),
            stance=self.expected.copy(),
            explored=self.explored,
            published=published,
            reason={
                "expected_return": self.expected[rows, focus],
                "before_memories": before,
                "regime": regime,
                "sources_read": read @ (1 << np.arange(len(self.sources))),
                "value_of_sources": np.where(read, self.bandit.value[rows, regime], 0).sum(axis=1),
                "surprise": self.belief.surprise[rows, focus],
            },
            parent=parent,
            parent_step=parent_step,
            signal=signal[:, :CAUSES],
            signals=signals,
            orders=Orders.empty(),
            charge=(read * self._cost).sum(axis=1),
        )

    @abstractmethod
    def emit_signals(self, view: View, focus: I64, confidence: F32) -> tuple[np.ndarray, I32, Signals]:
        """Action and number of signals of every row, both (rows,), and the signals."""

    def message_probabilities(self, focus: I64, *allowed: Message) -> F32:
        """How probable each word is under expected free energy, (rows, 3)."""
        rows = np.arange(self.rows)
        forecast = category(self.expected[rows, focus], self.settings.threshold)
        return self.context.policies.signal_policy.choose(self.belief.regimes[rows, focus], forecast, allowed)

    def study(self, outcomes: Outcomes, judged: Mask) -> None:
        """Learn the value of the directions that were read."""
        slot = outcomes.step % len(self.readings.read)
        past = self.readings
        self.bandit.learn(past.regime[slot], past.directions[slot], past.read[slot], outcomes.result, past.cost[slot], judged)
