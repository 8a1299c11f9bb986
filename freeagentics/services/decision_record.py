"""A decision of an agent, with what came of it."""

from __future__ import annotations

import uuid
from typing import Self

from pydantic import Field, model_validator

from freeagentics.clock import DAY_MS
from freeagentics.services.record import PlainData, Record, end_of_life
from freeagentics.stores import Item
from freeagentics.stores.tables import decision_partition, decision_type_partition, recent_partition, success_partition

DECISION_LIFE_MS = 90 * DAY_MS
"""Time after which a decision has expired."""

_ID = "dec-"


class DecisionRecord(Record):
    """A decision on record.

    Attributes:
        agent_id: who decided.
        decision_id: names it among the agent's decisions.
        decision_type: e.g. ``SOURCE_SELECTION``.
        agent_version: of the program that decided.
        context: what it was decided in; ``parent_decision_id``, and ``parent_agent_id`` where it is another's, name what led to it.
        reasoning: what it was decided by; ``patterns_applied`` are ids of patterns.
        outcome: with a bool ``success``, once it is known; ``latency_ms`` and ``quality_score`` are counted where they are there.
        ttl: time in s since 1970 at which it expires; 90 days after its timestamp by default.
        is_stm: it is short-term, under a day old, as it was read.
    """

    agent_id: str
    decision_id: str
    decision_type: str
    agent_version: str = "1.0.0"
    context: PlainData = Field(default_factory=dict)
    reasoning: PlainData = Field(default_factory=dict)
    outcome: PlainData | None = None
    ttl: int
    is_stm: bool = True

    @classmethod
    def _with_defaults(cls, values: PlainData) -> PlainData:
        # A record that is read has its id: to draw one for nothing took a quarter of the time to read it.
        named = {} if "decision_id" in values else {"decision_id": f"{_ID}{values.get('agent_id')}-{uuid.uuid4().hex[:16]}"}
        return named | end_of_life(values.get("timestamp"), DECISION_LIFE_MS) | values

    @model_validator(mode="after")
    def _outcome_with_success(self) -> Self:
        if self.outcome is not None and not isinstance(self.outcome.get("success"), bool):
            raise ValueError("outcome needs a bool 'success'")
        return self

    @property
    def success(self) -> bool | None:
        """True or False once the outcome is known."""
        return None if self.outcome is None else bool(self.outcome["success"])

    @property
    def parent(self) -> tuple[str, str] | None:
        """The decision that led to this one, (agent id, decision id); None where it began with this one."""
        parent = self.context.get("parent_decision_id")
        return None if parent is None else (self.context.get("parent_agent_id") or _owner(parent) or self.agent_id, parent)

    def item(self) -> Item:
        """The item of `DECISIONS`: version 1 as it was taken, version 2 with its outcome."""
        index: dict[str, tuple[str, float | str]] = {
            "GSI2": (decision_type_partition(self.decision_type), self.timestamp),
            "GSI3": (recent_partition(self.agent_id), self.timestamp),
        }
        if self.success:
            index["GSI1"] = (success_partition(self.agent_id), self.timestamp)
        return Item(
            decision_partition(self.agent_id, self.decision_type),
            f"{self.iso_timestamp}#{self.decision_id}",
            self.to_bytes(),
            version=1 if self.outcome is None else 2,
            expires=self.ttl * 1000,
            index=index,
        )


def _owner(decision_id: str) -> str | None:
    """The agent that an id names, as those do that are not chosen by a caller: ``dec-AGENT-…``."""
    return decision_id.removeprefix(_ID).rpartition("-")[0] if decision_id.startswith(_ID) else None
