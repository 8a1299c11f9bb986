"""Learning patterns over a store: promoted when they stand a trial, renewed as evidence grows, demoted when they fade."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from freeagentics.clock import DAY_MS
from freeagentics.condition import Condition
from freeagentics.errors import VersionConflict
from freeagentics.plain_data import packed, plain_value
from freeagentics.services.evidence import Evidence
from freeagentics.services.memory_manager import MemoryManager
from freeagentics.services.memory_pattern import MemoryPattern
from freeagentics.services.memory_record import MemoryRecord
from freeagentics.services.pattern_trial import FAMILY_ERROR, Estimate, Finding, find_patterns, has_faded, look_error
from freeagentics.services.service import Clock, Service, wall_ms
from freeagentics.services.verbs import verb
from freeagentics.stores import Item, Store
from freeagentics.stores.tables import PATTERNS, memory_partition

CANDIDATE, LOOKS = "CANDIDATE", "LOOKS"


class _Looked(NamedTuple):
    """Place that an agent has come to in a domain: number of looks, and the time from which on evidence has not been used for a trial."""

    looks: int
    fresh_from: int | None


@dataclass(frozen=True, slots=True)
class Learned:
    """Changes that one look has made.

    Attributes:
        promoted: patterns that are new, or held once more after they had been demoted.
        renewed: patterns whose figures were brought up to date.
        demoted: patterns that faded.
        candidates: conditions that did not stand their trial; short-term, and tried again if they are found again.
    """

    promoted: list[MemoryPattern] = field(default_factory=list)
    renewed: list[MemoryPattern] = field(default_factory=list)
    demoted: list[MemoryPattern] = field(default_factory=list)
    candidates: list[Finding] = field(default_factory=list)


class PatternLearner(Service):
    """Learns patterns from evidence, for any number of agents: see `freeagentics.services.pattern_trial` for how they are tried.

    Every look searches all evidence but its newest part, and tries what it finds on that, which no trial before has used: what is
    true is found when there is enough of it, and over all looks of an agent in a domain nothing false is promoted with a probability of
    more than *family_error*.

    Args:
        store, clock: as for every `Service`.
        family_error: that probability.

    Raises BadInput where evidence is not what it must be, and BadName for no agent's id or no name of a domain.
    """

    def __init__(self, store: Store, *, clock: Clock = wall_ms, family_error: float = FAMILY_ERROR) -> None:
        super().__init__(store, clock=clock)
        self._family_error = family_error
        self._memory = MemoryManager(store, clock=clock)

    @verb
    def learn(self, agent_id: str, domain: str, evidence: Evidence, *, is_shared: bool = False, shared_with: Iterable[str] = ()) -> Learned:
        """Look once: promote what stands its trial, renew what holds, demote what has faded.

        Args:
            agent_id: whose patterns.
            domain: what they are about.
            evidence: all there is, each time; it may have grown at its end.
            is_shared: every agent may read the patterns that are promoted.
            shared_with: ids of agents that may.

        Raises:
            VersionConflict: the agent looked in this domain at the same time elsewhere; nothing was promoted.
        """
        looked = self._looked(agent_id, domain)
        search, trial = _split(evidence, looked.fresh_from)
        if not len(search) or not len(trial):
            return Learned()
        looks = looked.looks + 1
        # Said before what it finds is used: a look that was cut off has spent its error.
        self._say_looked(agent_id, domain, looked, _Looked(looks, int(trial.times[-1]) + evidence.horizon))
        known = {pattern.pattern_id: pattern for pattern in self._memory.patterns(agent_id) if pattern.domain == domain}
        learned = Learned()
        for pattern in known.values():
            self._follow(pattern, trial, learned)
        audience = {"is_shared": is_shared, "shared_with": list(shared_with)}
        for finding in find_patterns(search, trial, look_error(looks, self._family_error)):
            identity = f"{domain}.{finding.condition.name}"
            if not finding.holds:
                learned.candidates.append(finding)
            elif identity not in known or not known[identity].confidence:
                learned.promoted.append(self._promote(agent_id, domain, identity, finding, known.get(identity), audience))
        self._note(agent_id, learned.candidates)
        return learned

    @verb
    def candidates(self, agent_id: str) -> list[MemoryRecord]:
        """Conditions that did not stand their trial within a day, newest first."""
        return self._memory.recall(agent_id, CANDIDATE, limit=None)

    def _promote(
        self, agent_id: str, domain: str, identity: str, finding: Finding, before: MemoryPattern | None, audience: dict[str, object]
    ) -> MemoryPattern:
        estimate = finding.estimate
        given = {"agent_id": agent_id, "pattern_id": identity, "domain": domain, "learned_at": self._clock()} | audience
        figures = {"confidence": estimate.rate.low, "success_rate": estimate.rate.rate, "sample_size": estimate.rate.trials}
        data = {
            "description": f"{finding.condition}: {estimate.rate.rate:.0%} succeed, {estimate.base.rate:.0%} elsewhere",
            "conditions": finding.condition.to_data(),
            "outcomes": estimate.to_data(),
            "promised": [estimate.rate.rate, estimate.base.rate],
        }
        kept = {} if before is None else {"version": before.version, "access_count": before.access_count}
        return self._memory.store_pattern(given | figures | {"data": data} | kept)

    def _follow(self, pattern: MemoryPattern, trial: Evidence, learned: Learned) -> None:
        """Hold a pattern against evidence that it was not promoted by."""
        condition, (promised, base) = Condition.of_data(pattern.data["conditions"]), pattern.data["promised"]
        if not pattern.confidence or not condition.is_about(trial):
            return
        estimate = Estimate.of(condition, trial)
        if not estimate.rate.trials:
            return
        outcomes = {"outcomes": estimate.to_data()}
        if has_faded(trial, condition, promised, base):
            gone = {"confidence": 0.0, "success_rate": estimate.rate.rate, "sample_size": estimate.rate.trials}
            learned.demoted.append(self._memory.store_pattern(pattern.model_copy(update=gone | {"data": pattern.data | outcomes})))
            return
        renewed = _together(pattern, estimate)
        learned.renewed.append(self._memory.store_pattern(pattern.model_copy(update=renewed | {"data": pattern.data | outcomes})))

    def _note(self, agent_id: str, findings: list[Finding]) -> None:
        now = self._clock()
        records = [
            MemoryRecord.of(
                {"agent_id": agent_id, "memory_type": CANDIDATE, "timestamp": now, "ttl": (now + DAY_MS) // 1000}
                | {"data": {"conditions": one.condition.to_data(), "outcomes": one.estimate.to_data(), "p_value": one.estimate.p_value}}
            )
            for one in findings
        ]
        self._store.put(PATTERNS, [record.item() for record in records])

    def _looked(self, agent_id: str, domain: str) -> _Looked:
        (item,) = self._store.get(PATTERNS, [(memory_partition(agent_id, LOOKS), domain)])
        return _Looked(0, None) if item is None else _Looked(*plain_value(item.body))

    def _say_looked(self, agent_id: str, domain: str, before: _Looked, after: _Looked) -> None:
        item = Item(memory_partition(agent_id, LOOKS), domain, packed(list(after)), after.looks)
        try:
            self._store.put_if(PATTERNS, item, before.looks or None)
        except VersionConflict as error:
            raise VersionConflict(f"agent {agent_id} looked at {domain} at the same time elsewhere; look again later") from error


def _split(evidence: Evidence, fresh_from: int | None) -> tuple[Evidence, Evidence]:
    """The evidence to search, and that of the trial: the later half, or all that no trial has used."""
    if fresh_from is None:
        search, trial = evidence.parts(0.5, 0.5)
        return search, trial
    return evidence.between(None, fresh_from), evidence.between(fresh_from, None)


def _together(pattern: MemoryPattern, estimate: Estimate) -> dict[str, float | int]:
    """The figures of a pattern by all the evidence of its trials."""
    rate = estimate.rate.plus(round(pattern.success_rate * pattern.sample_size), pattern.sample_size)
    return {"confidence": rate.low, "success_rate": rate.rate, "sample_size": rate.trials}
