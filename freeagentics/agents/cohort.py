"""A cohort: a block of agents of one role, whose numbers live in shared arrays."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Protocol

import numpy as np
from pydantic import BaseModel

from freeagentics.agents import experience
from freeagentics.agents.context import CohortContext
from freeagentics.agents.decision import CAUSES, WEIGHT, CohortOutput, Decisions, decision_records
from freeagentics.agents.emitter import SignalEmitter
from freeagentics.agents.given_patterns import GivenPatterns, PatternSettings
from freeagentics.agents.history import RECORD_BYTES, encode_step
from freeagentics.agents.pending_outcomes import PendingOutcomes
from freeagentics.agents.signal_kinds import SignalKind
from freeagentics.agents.signal_state import SignalState
from freeagentics.agents.view import Outcomes, View
from freeagentics.arrays import F32, I32, I64, U8, AnyArray, ArrayState, Mask, readonly, rows_of
from freeagentics.kernels import compiled
from freeagentics.memory import EncodedMemories, Feature, FeatureTable, Recalled
from freeagentics.mind import CohortHistory, GridBelief
from freeagentics.randomness import uniform

OUTCOME = np.dtype([("agent", "<i4"), ("horizon", "<u2"), ("result", "<f4"), ("reward", "<f4")])

_BELIEF, _INDEX = ("block", "below", "regimes", "moments"), ("key", "step", "importance", "result", "reward", "uses")
_KEPT_BY_ROW = {*(f"belief.{name}" for name in _BELIEF), *(f"index.{name}" for name in _INDEX)}
"""What takes most of a checkpoint, row by row."""


class Lesson(Protocol):
    """A part of a cohort in which its agents hold what outcomes taught them."""

    def inherit(self, rows: I64, other: Any, theirs: I64) -> None:
        """Rows (indexes) begin with what rows *theirs* of another part of its kind have learned."""


@cache
def _record(name: str, kind: str, shape: tuple[int, ...]) -> np.dtype[np.void]:
    return np.dtype([("agent", "<i4"), (name, kind, shape)])


@dataclass(slots=True, eq=False)
class Situation:
    """The situation of a cohort before it chooses: its *states* (rows, F), what they recall, the asset *focus* (rows,) that they are about,
    and the outcomes that were due, for the record."""

    view: View
    focus: I64
    states: F32
    recalled: Recalled
    outcome: AnyArray | None


@dataclass(slots=True, eq=False)
class StepContext:
    """The state of a cohort between deciding and learning of one step. It never outlives the step."""

    view: View
    focus: I64
    states: F32
    recalled: Recalled
    memory_weight: F32
    choice: Decisions
    outcome: AnyArray | None


@dataclass(frozen=True, slots=True, eq=False)
class CohortPages:
    """The pages of a cohort for the journal, made when it learns: memories, and outcomes (m,) or None."""

    memories: EncodedMemories
    outcomes: AnyArray | None


class Cohort(ArrayState, ABC):
    """Agents of one role, at most 1,024, decided for in one batch. Kernels run over all rows and are masked: a row's numbers do not
    depend on how many others are taken.

    A role derives from it, names its `role`, `phase`, `actions`, `reasoning` and `Settings`, and implements `choose` (and `study`, where it
    learns from outcomes, and `focus_on`, where it looks at another asset than the first). Deciding writes nothing outside the cohort.

    Attributes:
        agent: index of the agent in each row, -1 where the row is free; shape (rows,).
        step_context: what it has in mind between deciding and learning.
        table: its features, F of them.
        desk: its desk; 0 where the row is free.
        joined: the step it arrived at.
        peers: agents of this role on its desk.
        shared_bits: sources that all rows read at every step, as bits, (1,).
    """

    role: ClassVar[str]
    phase: ClassVar[int]
    actions: ClassVar[tuple[str, ...]]
    decision_type: ClassVar[str]
    compression: ClassVar[float] = 0.5
    """How coarsely a codec that is trained for the role may keep what memories are recalled by: the share of its error bound, halved."""
    reasoning: ClassVar[tuple[str, ...]]
    """Names of the numbers that its decisions go by, at most six."""
    Settings: ClassVar[type[BaseModel]]
    reads: ClassVar[tuple[str, ...]] = ()
    """Sources that a user's role reads; built-in roles choose theirs as they go."""

    heeds: ClassVar[tuple[SignalKind, ...]] = ()
    """Kinds of signals that it hears whoever tells them on its desk, without being named."""
    patterns: GivenPatterns | None = None
    """Patterns that its agents began with, of those that the role heeds; None where there are none."""
    features: ClassVar[tuple[Feature, ...]] = ()
    """Features of its own, which its memories have after those of all."""

    def __init__(self, number: int, rows: int, context: CohortContext, settings: Any) -> None:
        self.settings = settings
        self.number = number
        self.rows = rows
        self.context = context
        memory = context.memory
        self.table = FeatureTable(self.features)
        self.codec = context.codecs[self.role]
        self.shared_bits = readonly(context.bits(self.reads or ("price",)).sum(keepdims=True))
        self.agent = np.full(rows, -1, dtype=np.int32)
        self.number_in_role = np.zeros(rows, dtype=np.int32)
        self.desk = np.zeros(rows, dtype=np.int32)
        self.joined = np.zeros(rows, dtype=np.int32)
        self.peers = np.ones(rows, dtype=np.int32)
        persistence = uniform(context.random(f"{self.role}/persistence", number), 0.94, 0.99, rows)
        self.belief = GridBelief(context.grid, persistence.astype(np.float32), context.assets)
        self.heard = SignalState(rows, context.assets)
        self.index = memory.index(rows, self.table.key_size)
        self.recollection = memory.recollection(rows, self.table.key_size)
        self.history = CohortHistory(rows, memory.history, RECORD_BYTES)
        self.pending = PendingOutcomes(rows, memory.horizon, context.assets)
        self.step_context: StepContext | None = None
        self._heeding_roles = tuple(context.heeding(kind) for kind in SignalKind)
        self._no_signals = readonly(np.full((rows, CAUSES), -1, dtype=np.int64))
        self._nobody = readonly(np.full(rows, -1, dtype=np.int32))

    @property
    def active(self) -> Mask:
        """Rows that hold an agent."""
        return self.agent >= 0

    def seat(self, rows: I64, agents: I32, numbers: I32, desks: I32, step: int) -> None:
        """Agents arrive in free rows and start with an empty mind."""
        self.agent[rows], self.number_in_role[rows], self.desk[rows], self.joined[rows] = agents, numbers, desks, step
        for part in (self.belief, self.heard, self.index, self.recollection, self.history):
            part.forget(rows)

    def lessons(self) -> dict[tuple[object, ...], Lesson]:
        """Parts in which agents hold what outcomes taught them; keys say of what, so that parts of two cohorts with the same key are of the
        same things."""
        return {("memories", *(feature.name for feature in self.features)): self.recollection}

    def inherit(self, rows: I64, other: Cohort, theirs: I64, step: int) -> None:
        """Agents in *rows* (indexes) begin with what those in rows *theirs* of another cohort of the role had learned by the end of its
        *step*, as far as it is of the same things."""
        learned = other.lessons()
        for of, lesson in self.lessons().items():
            if of in learned:
                lesson.inherit(rows, learned[of], theirs)

    def unseat(self, row: int) -> None:
        """An agent leaves; its row is free."""
        self.agent[row], self.desk[row] = -1, 0

    def share_work(self, peers: AnyArray) -> None:
        """Set how many agents of the role each row's desk has, (rows,)."""
        self.peers[:] = peers

    def checkpoint(self) -> dict[str, AnyArray]:
        """The cohort's `state`, but for beliefs and memories of free rows: they are those of the first agent, which compress to nothing.
        No agent ever has them, for whoever arrives starts afresh."""
        arrays = self.state()
        first, free = np.argmax(self.active), ~self.active
        for name in _KEPT_BY_ROW & arrays.keys():
            by_row = arrays[name].reshape(self.rows, -1)
            by_row[free] = by_row[first]
        return arrays

    def decide(self, view: View) -> CohortOutput:
        """Perceive, recall and choose, for all rows."""
        return self.act(self.situate(view))

    def situate(self, view: View) -> Situation:
        """Perceive and recall, for all rows."""
        context, step, now = self.context, view.observation.step, view.observation.timestamp
        outcome = self._settle(view.outcomes)
        self.recollection.consolidate(step, now, self.active)
        self.heard.hear(view.inbox, self.agent, now)
        self.belief.advance(context.column(view.observation, "price.zscore"))
        self.observe(view)
        focus = self.focus_on(view)
        states = experience.situation(view, context, self.desk, self.belief, self.heard, focus, self.table)
        self.perceive(states, focus, view)
        keys, metric = self.table.keys_of(states), self.recollection.metric()
        recalled = self.index.recall(keys, context.memory.recall, step, metric, named=CAUSES)
        return Situation(view, focus, states, recalled, outcome)

    def act(self, situation: Situation) -> CohortOutput:
        """Choose in a situation, for all rows."""
        view, focus, states, recalled = situation.view, situation.focus, situation.states, situation.recalled
        choice = self.choose(view, states, recalled, focus)
        weight = self._memory_weight(recalled)
        self.step_context = StepContext(view, focus, states, recalled, weight, choice, situation.outcome)
        return self._output(choice, recalled, weight, focus, view.observation.step)

    def learn(self, outcomes: Outcomes | None) -> CohortPages:
        """Study outcomes, and remember this step."""
        step_context = self.step_context
        if step_context is None:
            raise RuntimeError(f"cohort {self.number} ({self.role}) learns before it decided")
        self.step_context = None
        step = step_context.view.observation.step
        if outcomes is not None:
            self.study(outcomes, self._judged(outcomes))
        self.pending.record(step, step_context.choice.stance, step_context.focus)
        self.history.append(encode_step(step_context.choice, self.read_bits(step), self.heard))
        recalled, focus = step_context.recalled, step_context.focus
        importance = experience.action(step_context.states, step_context.choice, recalled, step_context.memory_weight, focus)
        return CohortPages(self._remember(step_context, importance, step), step_context.outcome)

    @abstractmethod
    def choose(self, view: View, states: F32, recalled: Recalled, focus: I64) -> Decisions:
        """Choose for every row. *states* (rows, F) may be filled further; *focus* (rows,) is the asset they describe."""

    def observe(self, view: View) -> None:
        """Choose and read sources, before the situation is put together."""

    def perceive(self, states: F32, focus: I64, view: View) -> None:
        """Fill in what only this role knows of its situation."""

    @classmethod
    def weight_names(cls, sources: Iterable[str], team: Collection[str], patterns: Sequence[PatternSettings]) -> tuple[str, ...]:
        """Names of what its agents weigh, where these *sources* are on sale, desks have this *team*, and agents begin with these
        *patterns*; memories come last."""
        return ("memories",)

    @classmethod
    def pattern_names(cls, sources: Iterable[str], team: Collection[str], patterns: Sequence[PatternSettings]) -> tuple[str, ...]:
        """Those of the names of `weight_names` that are of patterns."""
        return ()

    def weights(self) -> F32:
        """Weights of the faculties, as outcomes have taught them, (rows, C)."""
        return self.recollection.weight[:, None]

    def contributions(self, step: int, focus: I64) -> F32:
        """Contributions of the faculties to the forecasts of this step, (rows, C, assets); no rows where it forecasts nothing itself."""
        return np.zeros((0, 1, self.context.assets), dtype=np.float32)

    def named_weights(self) -> dict[str, F32]:
        """Weights of what agents go by, (rows,) each, by name."""
        on_record = [source.name for source in self.context.sources if source.on_record]
        return dict(zip(self.weight_names(on_record, self.context.roles, self.context.patterns), self.weights().T, strict=True))

    def traits(self) -> dict[str, AnyArray]:
        """Traits that agents drew when they arrived, and keep, (rows,) each, by name."""
        return {"persistence": self.belief.persistence}

    def sources_read(self, row: int, step: int) -> tuple[str, ...]:
        """Names of the sources that a row's agent read at a step within the horizon; everybody sees the price."""
        return ("price",)

    def read_bits(self, step: int) -> I64:
        """Sources that each row read at a step within the horizon, as `CohortContext.bits` has them: (rows,), or (1,) for all alike."""
        return self.shared_bits

    def focus_on(self, view: View) -> I64:
        """The asset that each row's experience is about, (rows,)."""
        return np.zeros(self.rows, dtype=np.int64)

    def study(self, outcomes: Outcomes, judged: Mask) -> None:
        """Learn from the outcomes of the decisions of `outcomes.step`; *judged* marks the rows that were there."""

    def _judged(self, outcomes: Outcomes) -> Mask:
        return self.active & (self.joined < outcomes.step)

    def _settle(self, outcomes: Outcomes | None) -> AnyArray | None:
        if outcomes is None:
            return None
        judged = self._judged(outcomes)
        result, reward = self.pending.judge(outcomes)
        # A memory without its outcome is never recalled.
        if self.context.memory.enabled:
            self.index.attach_outcomes(outcomes.step, result, reward)
            self.recollection.learn(outcomes.step, self.index.key, self.index.slot_of(outcomes.step), result, judged)
        records = np.empty(np.count_nonzero(judged), dtype=OUTCOME)
        compiled.outcomes_record(self.agent, judged, result, reward, outcomes.horizon, records.view(np.uint8))
        return records

    def _output(self, choice: Decisions, recalled: Recalled, memory_weight: F32, focus: I64, step: int) -> CohortOutput:
        paying = self.active & (choice.charge > 0)
        return CohortOutput(
            decision_records(self.agent, choice, self.reasoning, focus, recalled.step, memory_weight, step),
            self._heeding("weight", self.weights(), WEIGHT),
            self._heeding("contribution", self.contributions(step, focus), "<f4"),
            choice.signals,
            choice.orders,
            self.desk[paying],
            choice.charge[paying],
        )

    def _heeding(self, name: str, values: F32, kind: str) -> AnyArray:
        """Records of the agents of whose *values* (rows, ...) any is not zero: most faculties are silent most of the time."""
        if not len(values):
            return np.empty(0, dtype=_record(name, kind, values.shape[1:]))
        heeding = np.empty(len(values), dtype=np.bool_)
        compiled.rows_heard(values, self.agent, heeding)
        rows = rows_of(heeding)
        agents = self.agent[: len(values)][rows]
        records = np.empty(len(agents), dtype=_record(name, kind, values.shape[1:]))
        records["agent"], records[name] = agents, values[rows]
        return records

    def _memory_weight(self, recalled: Recalled) -> F32:
        """Weight of recalled outcomes in the forecast, (rows,)."""
        return self.recollection.weight * recalled.weight

    def _remember(self, step_context: StepContext, importance: U8, step: int) -> EncodedMemories:
        # Memories are recalled as they will be decoded, so that a run and whoever reads it later know the same.
        encoded = self.codec.encode(step_context.states, step_context.view.side_information(self.desk), step_context.focus)
        self.index.remember(self.table.keys_of(encoded.vectors), importance.astype(np.float32) / np.float32(255), step)
        rows = rows_of(self.active)
        return EncodedMemories(self.agent[rows], importance[rows], encoded.codes.rows(rows), self.codec.version)

    def first_action(self, *cases: tuple[str, Mask]) -> U8:
        """Number of the first of these actions that is taken by each row, (rows,), by name and mask (rows,); of the role's first where
        none is."""
        taken = np.zeros(self.rows, dtype=np.uint8)
        for name, mask in reversed(cases):
            taken[mask] = self.actions.index(name)
        return taken

    def emitter(self, view: View) -> SignalEmitter:
        """An emitter of the signals of this step."""
        return SignalEmitter(self.agent, self.desk, self._heeding_roles, view.observation.timestamp + self.context.signal_ttl)

    def _nothing(self) -> tuple[I64, I32, I32]:
        """Causes of a decision that nobody caused: no signals, no parent."""
        return self._no_signals, self._nobody, self._nobody
