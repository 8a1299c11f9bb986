"""Decision agreement: how many decisions would be the same, were memories recalled as they are decoded instead of as they were."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from freeagentics.agents import Cohort, View
from freeagentics.agents.cohort import CohortPages, StepContext
from freeagentics.arrays import F32, U8, AnyArray
from freeagentics.memory import Feature, RecallIndex
from freeagentics.memory.codec import DESK, BookCodec, Codec, Encoded, SideInformation, extended
from freeagentics.progress import ProgressCallback, no_progress, track
from freeagentics.scenario import Scenario
from freeagentics.simulation import MarketModel, Probe

HEEDED = np.float32(1)
"""Weight of memories in the decisions that are compared. Most agents come to heed none, and would decide the same whatever was decoded."""

CodecOf = Callable[[str, tuple[str, ...]], Codec]
"""The codec of a role's 48 features, on a market with these columns."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of one codec: decisions compared, those of the same action on the same asset, the bytes of its codes, and those of books of desks."""

    decisions: int
    same: int
    memories: int
    code_bytes: int
    book_bytes: int

    @property
    def share(self) -> float:
        """Share of decisions that come out the same."""
        return self.same / self.decisions

    @property
    def bits(self) -> float:
        """Mean bits of a code, checksum included, its length not."""
        return 8 * self.code_bytes / self.memories

    @property
    def shared_bits(self) -> float:
        """A memory's share of the books of desks, in mean bits, checksum included."""
        return 8 * self.book_bytes / self.memories


def decision_agreement(
    scenario: Scenario, codecs: Mapping[str, CodecOf], steps: int, progress: ProgressCallback = no_progress
) -> dict[str, Agreement]:
    """Run *steps* steps of a scenario, and let every cohort decide each time also with memories as each codec would give them back.

    The run itself takes its own course; every decision is compared with the one that exact memories would have led to in the same place.
    """
    probe = AgreementProbe(codecs)
    probe.observe(scenario, steps, progress)
    return probe.found


class ShadowIndex:
    """Keys of a cohort's memories as one codec decodes them, moved about as its recall index moves memories."""

    def __init__(self, index: RecallIndex) -> None:
        self._index = index.emptied()

    def cast(self, index: RecallIndex) -> None:
        """Give the index these keys."""
        index.key[:] = self._index.key

    def follow(self, index: RecallIndex, keys: U8, step: int) -> None:
        """Remember keys (rows, key_size) of a step, as *index* is about to remember it."""
        for name in ("step", "importance", "result", "reward"):
            getattr(self._index, name)[:] = getattr(index, name)
        self._index.remember(keys, np.zeros(len(keys), dtype=np.float32), step)


class AgreementProbe(Probe):
    """A probe that has cohorts decide again with memories as each codec decodes them."""

    def __init__(self, codecs: Mapping[str, CodecOf]) -> None:
        self._codec_of = codecs
        self._codecs: dict[tuple[str, str], Codec] = {}
        self._shadows: dict[tuple[str, int], ShadowIndex] = {}
        self._counts = {name: [0, 0, 0, 0, 0] for name in codecs}
        self._books: dict[str, tuple[int, F32]] = {}
        self._before: dict[int, dict[str, AnyArray]] = {}

    def observe(self, scenario: Scenario, steps: int, progress: ProgressCallback = no_progress) -> None:
        """Run *steps* steps of a scenario and look on."""
        with MarketModel(scenario, probes=[self]) as model:
            for _ in track(progress, "auditing memories", range(steps)):
                model.step()

    @property
    def found(self) -> dict[str, Agreement]:
        """Agreement by codec."""
        return {name: Agreement(*counts) for name, counts in self._counts.items()}

    def coded(
        self, name: str, codec: Codec, cohort: Cohort, context: StepContext, side_information: SideInformation, encoded: Encoded
    ) -> None:
        """Called when a codec has encoded the feature vectors (rows, F) of a cohort."""

    def decides(self, cohort: Cohort, view: View) -> None:
        """Have it decide with every codec's memories, and with exact ones."""
        before = cohort.state()
        exact = self._decide("", cohort, view, before)
        for name, counts in self._counts.items():
            other = self._decide(name, cohort, view, before)
            counts[0] += len(exact)
            counts[1] += int(((exact["action"] == other["action"]) & (exact["asset"] == other["asset"])).sum())

    def _decide(self, name: str, cohort: Cohort, view: View, before: Mapping[str, AnyArray]) -> AnyArray:
        """Decisions of the cohort with the memories of one codec, were it to heed them; it is left as it was *before*."""
        self._shadow(name, cohort).cast(cohort.index)
        cohort.recollection.least = HEEDED
        try:
            return cohort.decide(view).decisions
        finally:
            cohort.recollection.least = np.float32(0)
            cohort.load(before)

    def learns(self, cohort: Cohort, context: StepContext) -> None:
        """Keep a copy of its index, as it was when it decided."""
        # All cohorts are shown before any learns.
        self._before[cohort.number] = {name: getattr(cohort.index, name).copy() for name in ("step", "importance", "result", "reward")}

    def learned(self, cohort: Cohort, context: StepContext, pages: CohortPages) -> None:
        """Remember the step under every codec too."""
        observation, active = context.view.observation, cohort.active
        then = cohort.index.emptied()
        for name, values in self._before[cohort.number].items():
            getattr(then, name)[:] = values
        self._shadow("", cohort).follow(then, cohort.table.keys_of(context.states), observation.step)
        for name, counts in self._counts.items():
            codec = self._codec(name, cohort.role, observation.columns, cohort.features)
            side_information = SideInformation(observation.values, self._shared(name, codec, context.view)[cohort.desk])
            encoded = codec.encode(context.states, side_information, context.focus)
            self.coded(name, codec, cohort, context, side_information, encoded)
            self._shadow(name, cohort).follow(then, cohort.table.keys_of(encoded.vectors), observation.step)
            counts[2] += int(active.sum())
            counts[3] += int(encoded.codes.length[active].sum())

    def _shadow(self, name: str, cohort: Cohort) -> ShadowIndex:
        return self._shadows.setdefault((name, cohort.number), ShadowIndex(cohort.index))

    def _shared(self, name: str, codec: Codec, view: View) -> F32:
        """Books as memories of one codec share them, (D, len(BOOK)); coded once a step."""
        books, observation = view.books, view.observation
        if not codec.shares:
            return books.features
        if self._books.get(name, (0, None))[0] != observation.step:
            codes, shared = BookCodec(self._codec(name, DESK, observation.columns)).encode(books.features, observation.values)
            self._counts[name][4] += int(codes.length.sum())
            self._books[name] = observation.step, shared
        return self._books[name][1]

    def _codec(self, name: str, role: str, columns: tuple[str, ...], own: Sequence[Feature] = ()) -> Codec:
        key = (name, role)
        if key not in self._codecs:
            self._codecs[key] = extended(self._codec_of[name](role, columns), own)
        return self._codecs[key]
