"""The audit of memories: errors and bits of a scenario's codec in a short run, beside int8."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from freeagentics.agents import Cohort
from freeagentics.agents.cohort import StepContext
from freeagentics.arrays import F32, F64, I64
from freeagentics.evaluation.agreement import Agreement, AgreementProbe, CodecOf
from freeagentics.evaluation.feature_errors import FeatureErrors, root_of
from freeagentics.memory import GROUPS, FeatureTable, open_codec
from freeagentics.memory.codec import Codec, Encoded, Int8Codec, SideInformation
from freeagentics.memory.features import Group
from freeagentics.progress import ProgressCallback, no_progress
from freeagentics.records.memory_audit import CodecAudit, GroupAudit, MemoryAudit, RoleAudit
from freeagentics.scenario import Scenario

AGENTS = 50
"""Most agents of an audit's run: it is to take seconds."""


def audit_memories(scenario: Scenario, spread: Mapping[str, F64], steps: int, progress: ProgressCallback = no_progress) -> MemoryAudit:
    """Try a scenario's codec on its first *steps* steps, with as many of its agents as a short trial allows.

    Args:
        spread: by role, the standard deviation of each feature, (F,), that errors are given in; see `feature_std`. A trial has none of
            its own: it is too short to show how much feature vectors vary.

    Raises what a run of the scenario raises.
    """
    names = dict.fromkeys((scenario.memory.codec, Int8Codec.name))
    auditor = _Auditor({name: partial(open_codec, name, own=scenario.memory.files) for name in names}, spread)
    tried = _small(scenario)
    auditor.observe(tried, steps, progress)
    codecs = tuple(_codec_audit(name, found, auditor.tallies[name]) for name, found in auditor.found.items())
    return MemoryAudit(agents=tried.agents.count, steps=steps, codecs=codecs)


def _small(scenario: Scenario) -> Scenario:
    """The scenario with fewer agents, but one whole team at least."""
    agents = scenario.agents
    count = min(agents.count, max(AGENTS, agents.team_size))
    return scenario.model_copy(update={"agents": agents.model_copy(update={"count": count})})


class _Tally:
    """Sums over the memories of one role under one codec."""

    def __init__(self, codec: Codec, table: FeatureTable, spread: F64) -> None:
        self.codec, self.errors = codec, FeatureErrors(table, spread)
        self._bytes, self._bits = 0, np.zeros(len(table))

    def add(self, vectors: F32, decoded: F32, length: I64, bits: F64) -> None:
        """Add feature vectors (n, F) and what they decode to, the bytes of their codes (n,), and the bits of features (F,)."""
        self.errors.add(vectors, decoded)
        self._bits += bits * len(vectors)
        self._bytes += int(length.sum())

    @property
    def memories(self) -> int:
        """Number of memories so far."""
        return self.errors.memories

    @property
    def bits(self) -> float:
        """Mean bits of a code."""
        return 8 * self._bytes / self.memories

    def bits_of(self, group: Group) -> float:
        """Mean bits that features of a group take of a code."""
        return float(self._bits[self.errors.grouped[group]].sum()) / self.memories


class _Auditor(AgreementProbe):
    def __init__(self, codecs: Mapping[str, CodecOf], spread: Mapping[str, F64]) -> None:
        super().__init__(codecs)
        self._spread = spread
        self.tallies: dict[str, dict[str, _Tally]] = {name: {} for name in codecs}

    def coded(
        self, name: str, codec: Codec, cohort: Cohort, context: StepContext, side_information: SideInformation, encoded: Encoded
    ) -> None:
        active = cohort.active
        if not active.any():
            return
        vectors = cohort.table.clipped(context.states[active])
        bits = codec.bits(vectors, side_information.rows(active), context.focus[active])
        tally = self.tallies[name].setdefault(cohort.role, _Tally(codec, cohort.table, self._spread[cohort.role]))
        tally.add(vectors, encoded.vectors[active], encoded.codes.length[active], bits)


def _codec_audit(name: str, found: Agreement, tallies: dict[str, _Tally]) -> CodecAudit:
    groups = tuple(_group_audit(group, list(tallies.values())) for group in GROUPS)
    return CodecAudit(
        codec=name,
        decisions=found.decisions,
        agreement=found.share,
        bits=found.bits,
        shared_bits=found.shared_bits,
        other_bits=found.bits - sum(group.bits for group in groups),
        roles=tuple(_role_audit(role, tally) for role, tally in tallies.items()),
        groups=groups,
    )


def _role_audit(role: str, tally: _Tally) -> RoleAudit:
    error = root_of([tally.errors.of(tally.errors.varies)])
    codec = tally.codec
    return RoleAudit(role=role, codec=codec.name, version=codec.version, memories=tally.memories, bits=tally.bits, error=error)


def _group_audit(group: Group, tallies: Sequence[_Tally]) -> GroupAudit:
    bits = sum(tally.bits_of(group) * tally.memories for tally in tallies) / sum(tally.memories for tally in tallies)
    return GroupAudit(group=group, bits=bits, error=root_of([tally.errors.of(tally.errors.grouped[group]) for tally in tallies]))
