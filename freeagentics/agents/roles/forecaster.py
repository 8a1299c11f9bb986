"""The base of market hunters and sentiment analyzers: they buy sources, learn their value, and forecast."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterable, Sequence
from typing import ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from freeagentics import kernels
from freeagentics.agents import experience
from freeagentics.agents.advisers import LARGEST_FORECAST
from freeagentics.agents.cohort import Cohort, Lesson
from freeagentics.agents.context import CohortContext
from freeagentics.agents.decision import Decisions
from freeagentics.agents.emitter import LastSent
from freeagentics.agents.given_patterns import GivenPatterns, PatternSettings, heeded
from freeagentics.agents.ranges import RateSpan
from freeagentics.agents.sequence_recall import SequenceRecall
from freeagentics.agents.view import Outcomes, View
from freeagentics.arrays import F32, F64, I32, I64, AnyArray, ArrayState, Mask, contiguous, readonly
from freeagentics.kernels import compiled
from freeagentics.market import Observation, Orders
from freeagentics.memory import Recalled
from freeagentics.mind import FacultyWeights, HeldDirections
from freeagentics.randomness import uniform
from freeagentics.signals import Signals

FORECASTER_REASONING = ("expected_return", "from_belief", "from_sources", "before_memories", "sources_read", "value_of_sources")

MEMORIES = ("sequences", "memories")
"""Names of the faculties that recall: what followed courses like the last bars', and situations like the present one."""

_NO_SHIFT = np.zeros((0, 0), dtype=np.float32)
_NO_PATTERNS = np.zeros((0, 0, 0), dtype=np.float32)

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
    of what these leave: sequences like the last bars, which one role on a desk recalls, then situations like the present one. Each part is
    weighted as outcomes have shown it to be right (`FacultyWeights`), and used once.

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
        on_sale = [source.on_sale for source in context.sources if source.name in watched]
        self.sources = tuple(source for source in context.sources if source.name in watched and source.on_sale)
        self._names = tuple(source.name for source in self.sources)
        self._shown = experience.SourceFeatures(self._names, context.columns)
        recorded = [source.name for source in context.sources if source.name in watched and source.on_record]
        # By place among those on record, so that a bit means the same on desks that do without some.
        places = np.array([recorded.index(source.name) for source in self.sources], dtype=np.int64)
        given, on_record = (self._heeded(names, context.patterns) for names in (self._names, recorded))
        self._pattern_sources = np.array(
            [self._names.index(one.source) if one.source in self._names else -1 for one in given], dtype=np.int64
        )
        self._on_record = 1 + 2 * len(recorded) + len(on_record)
        of_patterns = [1 + 2 * len(recorded) + on_record.index(one) for one in given]
        self._placed = np.array([0, *np.stack([1 + 2 * places, 2 + 2 * places], axis=1).ravel(), *of_patterns], dtype=np.int64)
        self._place_bits = 1 << places
        self._draws, self._drawn = np.flatnonzero(on_sale), len(on_sale)
        self._directions = np.array([source.direction for source in self.sources], dtype=np.int64)
        self._cost = np.array([source.cost for source in self.sources], dtype=np.int64)
        exploring = uniform(context.random(f"{self.role}/traits", number), *settings.exploration_rate, rows)
        self._exploration_rate = exploring.astype(np.float32)
        self._bits = context.bits(source.name for source in self.sources)
        fixed = (self._cost, self._exploration_rate, self._bits, self._draws, self._directions, self._place_bits, self._placed)
        for array in (*fixed, self._pattern_sources):
            array.flags.writeable = False
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
        """Worth of recalled situations, of the belief and sources, of patterns, and of sequences."""
        found = super().lessons() | {("faculties", *self._names): self.faculties}
        if self.patterns:
            found[("patterns", *self.patterns.names)] = self.patterns
        return found | {("sequences", *self.sequences.courses): self.sequences} if self.sequences else found

    def inherit(self, rows: I64, other: Cohort, theirs: I64, step: int) -> None:
        """Agents begin with what others had learned, and know the bars that those had seen."""
        super().inherit(rows, other, theirs, step)
        elder = other.sequences if isinstance(other, Forecaster) else None
        if self.sequences and elder and elder.courses == self.sequences.courses:
            self.sequences.inherit_bars(elder, step)

    def observe(self, view: View) -> None:
        """Choose sources, read them, and forecast."""
        observation, past = view.observation, self.readings
        slot = observation.step % len(past.read)
        self._choose_sources(view, past.read[slot])
        past.directions[slot] = observation.values[:, self._directions].T
        past.trend[slot] = self.belief.trend() if self.heeds_belief else 0
        shift = self._sequels(observation)
        patterns = self._of_patterns(observation)
        said = np.empty((self.rows, 1 + 2 * len(self.sources) + patterns.shape[1], self.context.assets), dtype=np.float32)
        self.held.take(past.directions[slot], past.read[slot])
        heard = (past.trend[slot], self.held.now(), self.faculties.weight, patterns, shift)
        compiled.forecasts_add(*heard, LARGEST_FORECAST, said, self.parts, self.expected, self.context.assets)
        self._said = readonly(said)

    def _of_patterns(self, observation: Observation) -> F32:
        """Shift of each forecast by each pattern, (rows, P, assets); nothing where none were given."""
        if not self.patterns:
            return _NO_PATTERNS
        sequel = kernels.total(self.sequences.said[observation.step % len(self.sequences.said)], axis=1) if self.sequences else None
        read = self.readings.read[observation.step % len(self.readings.read)]
        self.patterns.observe(observation, sequel, (self._pattern_sources < 0) | read[:, self._pattern_sources])
        return self.patterns.contributions()

    def _sequels(self, observation: Observation) -> F32:
        """Shift of each forecast by what sequences recall, (rows, assets); nothing where none are kept."""
        if not self.sequences:
            return _NO_SHIFT
        move, volume = (self.context.column(observation, name) for name in ("price.zscore", "price.volume_score"))
        self.sequences.observe(observation.step, move, volume, self.joined)
        return self.sequences.contributions()

    def _choose_sources(self, view: View, read: Mask) -> None:
        """Choose the sources to *read*, (rows, sources), and note who reads any only to learn about it.

        A source is read where its worth, times (the share of it that has faded)^4, exceeds its cost, or now and then by chance. What was
        read stands for a while: reading again tells only what has faded of it, and overlaps by the rest with the outcome that the last
        reading will have (``c/forecasts.c``).
        """
        worth, of_sources = self._worth_of_words(), np.empty(read.shape, dtype=np.float32)
        drawn = self.context.draws(f"{self.role}/explore", (self.rows, self._drawn), self.number, view.observation.step)
        chances = (drawn, self._draws, self._exploration_rate)
        price = (self._cost, self._worth_of_error(view))
        compiled.sources_choose(worth, self.held.faded(), *price, *chances, of_sources, read, self.explored)
        self._worth = readonly(of_sources)

    def _worth_of_words(self) -> F32:
        """Squared error that a reading saves by each component, (rows, 1 + 2 * sources); by patterns of a source beside its words up."""
        worth = self.faculties.worth(self.settings.threshold, LIFE)
        if self.patterns:
            of_patterns = self.patterns.worth(self.settings.threshold, LIFE)
            for place, source in enumerate(self._pattern_sources.tolist()):
                if source >= 0:
                    worth[:, 1 + 2 * source] += of_patterns[:, place]
        return worth

    def _read(self, slot: int, name: str) -> Mask:
        if name not in self._names:
            return np.zeros(self.rows, dtype=np.bool_)
        return self.readings.read[slot][:, self._names.index(name)]

    def sources_read(self, row: int, step: int) -> tuple[str, ...]:
        """Names of the sources that a row's agent read at a step within the horizon; everybody sees the price."""
        read = self.readings.read[step % len(self.readings.read), row].tolist()
        return tuple(dict.fromkeys(["price", *(name for name, was in zip(self._names, read, strict=True) if was)]))

    def read_bits(self, step: int) -> I64:
        """Sources that each row read at a step within the horizon, (rows,)."""
        bits: I64 = self.readings.read[step % len(self.readings.read)] @ self._bits
        return bits | self.shared_bits

    def _worth_of_error(self, view: View) -> F64:
        """Cents that a unit of squared error is worth to the desk, (rows,)."""
        volatility = kernels.mean(self.context.column(view.observation, "price.volatility"))
        scale = volatility * np.sqrt(self.context.memory.horizon) * self.settings.information_value
        return np.asarray(view.books.equity[self.desk] * scale, dtype=np.float64)

    def focus_on(self, view: View) -> I64:
        """The asset with the strongest forecast."""
        return np.abs(self.expected).argmax(axis=1)

    def perceive(self, states: F32, focus: I64, view: View) -> None:
        """Fill in the sources paid for, and the forecast from them."""
        experience.put(states, "expected_return", kernels.pick(self.expected, focus))
        slot = view.observation.step % len(self.readings.read)
        self._shown.fill(states, view, focus, self.readings.read[slot])

    def choose(self, view: View, states: F32, recalled: Recalled, focus: I64) -> Decisions:
        """Let memories move the forecast f of the asset in focus, then tell it where it is worth telling.

        It is held with a confidence of |f| / (|f| + 1/2) times one less half of the belief's entropy, and counts as |f| / 2, at most 1, in
        size (``c/forecasts.c``).
        """
        step = view.observation.step
        shift = self.recollection.add(step, recalled, kernels.pick(self.expected, focus))
        confidence, size = np.empty((2, self.rows), dtype=np.float32)
        reason, charge = np.empty((len(self.reasoning), self.rows), dtype=np.float32), np.empty(self.rows, dtype=np.int64)
        read = (self.readings.read[step % len(self.readings.read)], self._worth, self._cost, self._place_bits)
        told = (confidence, size, reason, charge)
        compiled.forecasts_tell(self.expected, shift, focus, self.parts, *read, LARGEST_FORECAST, *told, self.belief.entropy)
        action, published, signals = self.emit_signals(view, reason[0], focus, confidence)
        signal, parent, parent_step = self._nothing()
        return Decisions(
            action=action,
            value=reason[0],
            confidence=confidence,
            size=size,
            stance=self.expected.copy(),
            explored=self.explored.copy(),
            published=published,
            reason=dict(zip(self.reasoning, reason, strict=True)),
            parent=parent,
            parent_step=parent_step,
            signal=signal,
            signals=signals,
            orders=Orders.empty(),
            charge=charge,
        )

    @abstractmethod
    def emit_signals(self, view: View, expected: F32, focus: I64, confidence: F32) -> tuple[np.ndarray, I32, Signals]:
        """Action and number of signals of every row, both (rows,), and the signals, given what is *expected* of the asset in *focus*,
        (rows,) each."""

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
            placed[:, -2] = self.sequences.weight.max(axis=1)
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
        """Learn from outcomes what the belief, and then the directions that were read, told of them.

        The belief comes first: directions are to explain what it leaves, not the other way round. So all of the outcome is left for it, and
        for every other component what all of them together left, and what it said itself (``c/forecasts.c``).
        """
        past, slot, weights = self.readings, outcomes.step % len(self.readings.read), self.faculties.weight
        result, left = np.repeat(outcomes.result[None], self.rows, axis=0), np.empty_like(self.expected)
        component, residual = np.empty((2, *weights.shape, self.context.assets), dtype=np.float32)
        known = np.empty(weights.shape, dtype=np.bool_)
        said = (past.trend[slot], past.directions[slot], past.read[slot], weights, contiguous(outcomes.result))
        compiled.forecasts_left(*said, component, left, residual, known)
        if self.patterns:
            before, left = left, self.patterns.learn(outcomes, left, judged)
            residual[:, 1:] += (left - before)[:, None]
        if self.sequences:
            self.sequences.learn(outcomes, left, judged)
        self.faculties.learn(outcomes.step, component, residual, result, judged, known)
