"""The base of market hunters and sentiment analyzers: they buy sources, learn their value, and forecast."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterable, Sequence
from functools import partial
from typing import ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from freeagentics import kernels
from freeagentics.agents import experience
from freeagentics.agents.advisers import LARGEST_FORECAST
from freeagentics.agents.cohort import Cohort, Lesson
from freeagentics.agents.context import CohortContext
from freeagentics.agents.decision import CAUSES, Decisions
from freeagentics.agents.emitter import LastSent
from freeagentics.agents.given_patterns import GivenPatterns, PatternSettings, heeded
from freeagentics.agents.ranges import RateSpan
from freeagentics.agents.sequence_recall import SequenceRecall
from freeagentics.agents.view import Outcomes, View
from freeagentics.arrays import F32, I32, I64, AnyArray, ArrayState, Mask, between, readonly
from freeagentics.market import Observation, Orders
from freeagentics.memory import Recalled
from freeagentics.mind import FacultyWeights, HeldDirections, ups_and_downs
from freeagentics.randomness import uniform
from freeagentics.signals import Signals

FORECASTER_REASONING = ("expected_return", "from_belief", "from_sources", "before_memories", "sources_read", "value_of_sources")

MEMORIES = ("sequences", "memories")
"""Names of the faculties that recall: what followed courses like the last bars', and situations like the present one."""

LIFE = 3_000.0
"""Readings over which a lesson about a source pays: four months of hours."""


class ForecasterSettings(BaseModel):
    """Settings of learning and telling. Each agent draws its own rates from the ranges given."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    prior: float = Field(
        0.02,
        gt=0,
        lt=1,
        description="Probability, before any outcome, that a source paid for tells of returns; half of it where it is free.",
    )
    exploration_rate: RateSpan = Field((0.002, 0.02), description="Range of the chance to read a source only to learn about it.")
    information_value: float = Field(
        0.2, gt=0, description="Worth of one squared standard deviation less of error, as a share of equity risk."
    )
    threshold: float = Field(0.15, gt=0, description="Forecast, in standard deviations, from which it is told to others.")
    refresh: int = Field(12, ge=1, description="Steps after which a standing forecast is told again.")


class Readings(ArrayState):
    """A ring over the horizon of what was read and believed.

    Attributes:
        read: (horizon + 1, rows, sources).
        directions: (horizon + 1, sources, assets), the same for all rows.
        trend: forecast of the belief, (horizon + 1, rows, assets).
    """

    def __init__(self, rows: int, horizon: int, sources: int, assets: int) -> None:
        self.read = np.zeros((horizon + 1, rows, sources), dtype=np.bool_)
        self.directions = np.zeros((horizon + 1, sources, assets), dtype=np.float32)
        self.trend = np.zeros((horizon + 1, rows, assets), dtype=np.float32)


class Forecaster(Cohort):
    """Buys sources as long as they are worth it, and forecasts the return over the horizon.

    A forecast is a sum: what the belief implies, what the directions read and the patterns given imply of the rest, and what memories tell
    of what these leave:
    sequences like the last bars, which one role on a desk recalls, then situations like the present one. Each part is weighted as outcomes
    have shown it to be right (`FacultyWeights`), and used once.

    Attributes:
        faculties: weights of the belief, and of words up and words down of every source, 1 + 2 * sources components.
        held: the directions read last.
        patterns: what it was given to begin with, of the sources that it watches; None where that is nothing.
        parts: what of the forecast comes from the belief, and from sources and patterns of them, (rows, 2, assets).
        sequences: what is recalled of sequences; None where none are kept, or by another role.
        expected: the forecast, (rows, assets), in standard deviations over the horizon.
    """

    Settings = ForecasterSettings
    heeds_belief: ClassVar[bool] = True
    """Whether its forecast adds what its belief implies: on a desk one role does."""

    def __init__(self, number: int, rows: int, context: CohortContext, settings: ForecasterSettings) -> None:
        super().__init__(number, rows, context, settings)
        watched = self.watched((source.name for source in context.sources), context.roles)
        # Numbers are drawn for a source that is left out as well: those of the others must not change.
        self._on_sale = np.array([source.on_sale for source in context.sources if source.name in watched], dtype=np.bool_)
        self.sources = tuple(source for source in context.sources if source.name in watched and source.on_sale)
        recorded = [source.name for source in context.sources if source.name in watched and source.on_record]
        # By place among those on record, so that a bit means the same on desks that do without some.
        self._places = np.array([recorded.index(source.name) for source in self.sources], dtype=np.int64)
        on_record = self._heeded(recorded, context.patterns)
        given = self._heeded(self._names, context.patterns)
        self._pattern_sources = np.array(
            [self._names.index(one.source) if one.source in self._names else -1 for one in given], dtype=np.int64
        )
        self._on_record = 1 + 2 * len(recorded) + len(on_record)
        of_patterns = [1 + 2 * len(recorded) + on_record.index(one) for one in given]
        self._placed = np.concatenate([[0], np.stack([1 + 2 * self._places, 2 + 2 * self._places], axis=1).ravel(), of_patterns]).astype(
            np.int64
        )
        self._cost = np.array([source.cost for source in self.sources], dtype=np.int64)
        exploring = uniform(context.random(f"{self.role}/traits", number), *settings.exploration_rate, rows)
        self._exploration_rate = exploring.astype(np.float32)
        self._bits = context.bits(source.name for source in self.sources)
        for fixed in (self._cost, self._exploration_rate, self._bits, self._on_sale, self._places, self._placed, self._pattern_sources):
            fixed.flags.writeable = False
        sources, assets, horizon = len(self.sources), context.assets, context.memory.horizon
        prior = np.where(self._cost > 0, settings.prior, settings.prior / 2)
        self.faculties = FacultyWeights(rows, horizon, np.append(settings.prior / 2, np.repeat(prior, 2)).astype(np.float32))
        self.readings = Readings(rows, horizon, sources, assets)
        self.held = HeldDirections(rows, sources, assets, horizon)
        self.patterns = GivenPatterns(rows, assets, horizon, given) if given else None
        self.last_sent = LastSent(rows, context.signal_ttl)
        self.expected = np.zeros((rows, assets), dtype=np.float32)
        self.parts = np.zeros((rows, 2, assets), dtype=np.float32)
        self.explored = np.zeros(rows, dtype=np.bool_)
        # What the parts say and what sources are worth, in the step that is at work: no state.
        self._said = readonly(np.zeros((rows, 1 + 2 * sources + len(given), assets), dtype=np.float32))
        self._worth = readonly(np.zeros((rows, sources), dtype=np.float32))
        self.sequences = SequenceRecall(rows, assets, context.memory) if self.heeds_belief and context.memory.sequences else None

    @classmethod
    def watched(cls, sources: Iterable[str], team: Collection[str]) -> tuple[str, ...]:
        """Names of the *sources* on sale that this role may buy on a desk with this *team*, in their order."""
        return tuple(sources)

    def seat(self, rows: I64, agents: I32, numbers: I32, desks: I32, step: int) -> None:
        """Agents arrive, with nothing learned and nothing told."""
        super().seat(rows, agents, numbers, desks, step)
        for part in (self.faculties, self.held, self.patterns, self.last_sent, self.sequences):
            if part is not None:
                part.forget(rows)
        self.readings.read[:, rows] = False

    def lessons(self) -> dict[tuple[object, ...], Lesson]:
        """Worth of recalled situations, of the belief and sources, and of sequences."""
        found = super().lessons() | {("faculties", *self._names): self.faculties}
        if self.patterns:
            found[("patterns", *self.patterns.names)] = self.patterns
        return found | {("sequences",): self.sequences} if self.sequences else found

    def inherit(self, rows: I64, other: Cohort, theirs: I64, step: int) -> None:
        """Agents begin with what others had learned, and know the bars that those had seen."""
        super().inherit(rows, other, theirs, step)
        if self.sequences and isinstance(other, Forecaster) and other.sequences:
            self.sequences.inherit_bars(other.sequences, step)

    def observe(self, view: View) -> None:
        """Choose sources, read them, and forecast."""
        observation, past = view.observation, self.readings
        slot = observation.step % len(past.read)
        read, exploring = self._choose_sources(view)
        for place, source in enumerate(self.sources):
            past.directions[slot, place] = observation.values[:, source.direction]
        past.read[slot], self.explored[:] = read, exploring.any(axis=1)
        past.trend[slot] = self.belief.trend() if self.heeds_belief else 0
        self.held.take(past.directions[slot], read)
        if self.sequences:
            self.sequences.observe(observation.step, self.context.column(observation, "price.zscore"), self.joined)
        said = self.faculties.contributions(self._components(past.trend[slot], self.held.now()))
        if self.patterns:
            said = np.append(said, self._said_by_patterns(observation, read), axis=1)
        self._said = readonly(said)
        self.parts[:, 0], self.parts[:, 1] = said[:, 0], kernels.total(said[:, 1:], axis=1)
        expected = kernels.total(self.parts, axis=1)
        if self.sequences:
            expected = expected + self.sequences.contributions()
        self.expected = between(-LARGEST_FORECAST, expected, LARGEST_FORECAST)

    def _said_by_patterns(self, observation: Observation, read: Mask) -> F32:
        """Contributions of patterns, (rows, P, assets), where these sources (rows, sources) are read."""
        assert self.patterns is not None
        sequel = self.sequences.said[observation.step % len(self.sequences.said)] if self.sequences else None
        self.patterns.observe(observation, sequel, (self._pattern_sources < 0) | read[:, self._pattern_sources])
        return self.patterns.contributions()

    def _choose_sources(self, view: View) -> tuple[Mask, Mask]:
        """Sources to read, and those among them that are read only to learn about them, both (rows, sources).

        A source is read where that is worth its cost. What was read stands for a while: reading again tells only what has faded of it, and
        overlaps by the rest with the outcome that the last reading will have.
        """
        free = self._cost == 0
        self._worth = readonly(self.worth_of_sources())
        wanted = free | (self._worth * np.square(np.square(self.held.faded())) > self._cost_in_errors(view))
        draw = self.context.random(f"{self.role}/explore", self.number, view.observation.step)
        uniform = draw.random((self.rows, len(self._on_sale)))[:, self._on_sale]
        exploring = (uniform < self._exploration_rate[:, None]) & ~wanted
        return wanted | exploring, exploring

    def worth_of_sources(self) -> F32:
        """Squared error that a reading of each source saves, (rows, sources)."""
        worth = self.faculties.worth(self.settings.threshold, LIFE)[:, 1:]
        together: F32 = kernels.total(worth.reshape(self.rows, len(self.sources), 2))
        if self.patterns:
            of_patterns = self.patterns.worth(self.settings.threshold, LIFE)
            for place, source in enumerate(self._pattern_sources.tolist()):
                if source >= 0:
                    together[:, source] += of_patterns[:, place]
        return together

    def _components(self, trend: F32, directions: F32) -> F32:
        """The belief (rows, assets), and words up and words down of each source, of directions (rows, sources, assets)."""
        components = np.empty((self.rows, 1 + 2 * directions.shape[1], directions.shape[2]), dtype=np.float32)
        components[:, 0] = trend
        ups_and_downs(directions, components[:, 1:])
        return components

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(source.name for source in self.sources)

    def _read(self, slot: int, name: str) -> Mask:
        if name not in self._names:
            return np.zeros(self.rows, dtype=np.bool_)
        return self.readings.read[slot][:, self._names.index(name)]

    def sources_read(self, row: int, step: int) -> tuple[str, ...]:
        """Names of the sources that a row's agent read at a step within the horizon; everybody sees the price."""
        read = self.readings.read[step % len(self.readings.read), row].tolist()
        return tuple(dict.fromkeys(["price", *(name for name, was in zip(self._names, read, strict=True) if was)]))

    def read_bits(self, step: int) -> AnyArray:
        """Sources that each row read at a step within the horizon, (rows,)."""
        bits: AnyArray = self.readings.read[step % len(self.readings.read)] @ self._bits
        return bits | super().read_bits(step)

    def _cost_in_errors(self, view: View) -> F32:
        """Cents a read costs over the cents that a unit of squared error is worth to the desk, (rows, sources)."""
        volatility = kernels.mean(self.context.column(view.observation, "price.volatility"))
        risk = view.books.equity[self.desk] * (volatility * np.sqrt(self.context.memory.horizon) * self.settings.information_value)
        return (self._cost[None] / np.maximum(risk, 1)[:, None]).astype(np.float32)

    def focus_on(self, view: View) -> I64:
        """The asset with the strongest forecast."""
        return np.abs(self.expected).argmax(axis=1)

    def perceive(self, states: F32, focus: I64, view: View) -> None:
        """Fill in the sources paid for, and the forecast from them."""
        experience.put(states, "expected_return", self.expected[np.arange(self.rows), focus])
        slot = view.observation.step % len(self.readings.read)
        experience.sources(states, view, self.context, focus, partial(self._read, slot))

    def choose(self, view: View, states: F32, recalled: Recalled, focus: I64) -> Decisions:
        """Let memories move the forecast, then tell it where it is worth telling."""
        rows, step = np.arange(self.rows), view.observation.step
        without = between(-LARGEST_FORECAST, kernels.total(self.parts[rows, :, focus]), LARGEST_FORECAST)
        before = self.expected[rows, focus]
        after = between(-LARGEST_FORECAST, before + self.recollection.add(step, recalled, before), LARGEST_FORECAST)
        self.expected[rows, focus] = after
        strength = np.abs(after)
        confidence = strength / (strength + np.float32(0.5)) * (1 - np.float32(0.5) * self.belief.entropy[rows, focus])
        action, published, signals = self.emit_signals(view, focus, confidence)
        signal, parent, parent_step = self._nothing()
        read = self.readings.read[step % len(self.readings.read)]
        return Decisions(
            action=action,
            value=after,
            confidence=confidence.astype(np.float32),
            size=np.minimum(strength / 2, 1),
            stance=self.expected.copy(),
            explored=self.explored.copy(),
            published=published,
            reason={
                "expected_return": after,
                "from_belief": self.parts[rows, 0, focus],
                "from_sources": self.parts[rows, 1, focus],
                "before_memories": without,
                "sources_read": read @ (1 << self._places),
                "value_of_sources": kernels.total(np.where(read, self._worth, np.float32(0))),
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

    def telling(self, view: View, expected: F32) -> Mask:
        """Rows (rows,) that tell their forecast: it is large, or was so when it was told last, and has changed or would lapse."""
        threshold = self.settings.threshold
        large = (np.abs(expected) >= threshold) | (np.abs(self.last_sent.value[:, 0]) >= threshold)
        telling = large & self.last_sent.due(expected[:, None], threshold, self.settings.refresh, view.observation)
        self.last_sent.record(telling, expected[:, None], view.observation)
        return telling

    @classmethod
    def weight_names(cls, sources: Iterable[str], team: Collection[str], patterns: Sequence[PatternSettings]) -> tuple[str, ...]:
        """The belief, words up and words down of each source, patterns, and memories: of sequences, where it recalls them, and of
        situations."""
        words = [f"{source}, {way}" for source in cls.watched(sources, team) for way in ("up", "down")]
        given = cls.pattern_names(sources, team, patterns)
        return ("belief", *words, *given, *(MEMORIES if cls.heeds_belief else MEMORIES[1:]))

    @classmethod
    def pattern_names(cls, sources: Iterable[str], team: Collection[str], patterns: Sequence[PatternSettings]) -> tuple[str, ...]:
        """The patterns that it heeds."""
        return tuple(str(one.condition) for one in cls._heeded(cls.watched(sources, team), patterns))

    @classmethod
    def _heeded(cls, watched: Collection[str], patterns: Sequence[PatternSettings]) -> tuple[PatternSettings, ...]:
        return heeded(patterns, watched, heeds_price=cls.heeds_belief)

    def weights(self) -> F32:
        """Weights of the belief, of each source's words up and down, and of patterns, beside those of memories."""
        given = self.faculties.weight
        placed = self._in_places(np.append(given, self.patterns.weights.weight, axis=1) if self.patterns else given)
        if self.sequences:
            placed[:, -2] = self.sequences.weight
        placed[:, -1] = self.recollection.weight
        return placed

    def _in_places(self, components: F32) -> F32:
        """Components (rows, C, ...) in their places on record; zeros where a source is left out on these desks alone, and behind them for
        memories: of sequences, where it recalls them, and of situations."""
        behind = 2 if self.heeds_belief else 1
        placed = np.zeros((self.rows, self._on_record + behind, *components.shape[2:]), dtype=np.float32)
        placed[:, self._placed] = components
        return placed

    def contributions(self, step: int, focus: I64) -> F32:
        """Contributions of them all; memories of situations tell of the asset in focus alone."""
        placed = self._in_places(self._said)
        if self.sequences:
            placed[:, -2] = self.sequences.contributions()
        placed[np.arange(self.rows), -1, focus] = self.recollection.shift(step)
        return placed

    def traits(self) -> dict[str, AnyArray]:
        """The rate at which it reads sources only to learn, beside what every role has."""
        return super().traits() | {"exploration_rate": self._exploration_rate}

    def study(self, outcomes: Outcomes, judged: Mask) -> None:
        """Learn from outcomes what the belief, and then the directions that were read, told of them."""
        past, slot = self.readings, outcomes.step % len(self.readings.read)
        read = past.read[slot]
        component = self._components(past.trend[slot], past.directions[slot] * read[:, :, None])
        said = self.faculties.contributions(component)
        result = np.broadcast_to(outcomes.result, self.expected.shape)
        left = result - kernels.total(said, axis=1)
        if self.patterns:
            left = self.patterns.learn(outcomes, left, judged)
        if self.sequences:
            self.sequences.learn(outcomes, left, judged)
        residual = left[:, None] + said
        # The belief comes first: directions are to explain what it leaves, not the other way round.
        residual[:, 0] = result
        known = np.ones(component.shape[:2], dtype=np.bool_)
        known[:, 1::2] = known[:, 2::2] = read
        self.faculties.learn(outcomes.step, component, residual, result, judged, known)
