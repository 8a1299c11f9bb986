"""A signal from one agent to others, and how far each target has come with it."""

from __future__ import annotations

import uuid
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from freeagentics.clock import DAY_MS
from freeagentics.services.record import PlainData, Record, end_of_life
from freeagentics.stores import Item, Key
from freeagentics.stores.tables import signal_partition, target_partition

SIGNAL_LIFE_MS = DAY_MS
"""Time after which a signal has expired."""


class Processing(StrEnum):
    """Stages of a target with a signal: not begun, claimed by a worker, done."""

    PENDING = "PENDING"
    CLAIMED = "CLAIMED"
    PROCESSED = "PROCESSED"


class ProcessingStatus(BaseModel):
    """The processing of a signal by one target.

    Attributes:
        status: how far it is.
        processed_at: when it was done, in ms since 1970.
        decision_id: the decision that it led to.
        worker: who works on it, while it is claimed.
        claimed_at, claimed_until: when it was first claimed, and from when on others may claim it, in ms since 1970; while it is claimed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Processing = Processing.PENDING
    processed_at: int | None = None
    decision_id: str | None = None
    worker: str | None = None
    claimed_at: int | None = None
    claimed_until: int | None = None

    def kept(self) -> PlainData:
        """The fields as plain data, those of a claim only where there is one."""
        claim = {name: getattr(self, name) for name in ("worker", "claimed_at", "claimed_until") if getattr(self, name) is not None}
        return {"status": str(self.status), "processed_at": self.processed_at, "decision_id": self.decision_id} | claim


class Signal(Record):
    """A signal.

    Attributes:
        signal_id: names it among those of its type and time.
        signal_type: e.g. ``WHALE_ACTIVITY``.
        source_agent: who sent it.
        target_agents: for whom; empty for a broadcast to all.
        severity: ``low``, ``medium``, ``high`` or ``critical``.
        confidence: from 0 to 1.
        data, context: content of it.
        recommended_action: e.g. ``MONITOR_CLOSELY``.
        processing_status: by target; one that is not in it has not begun, or, of a signal as it was sent to one agent, is another.
        ttl: time in s since 1970 at which it expires; 24 hours after its timestamp by default.
    """

    signal_id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    signal_type: str
    source_agent: str
    target_agents: list[str] = Field(default_factory=list)
    severity: str = "medium"
    confidence: float = Field(1.0, ge=0.0, le=1.0)
    data: PlainData = Field(default_factory=dict)
    context: PlainData = Field(default_factory=dict)
    recommended_action: str | None = None
    processing_status: dict[str, ProcessingStatus] = Field(default_factory=dict)
    ttl: int

    @classmethod
    def _with_defaults(cls, values: PlainData) -> PlainData:
        return {"signal_id": f"sig-{uuid.uuid4().hex[:16]}"} | end_of_life(values.get("timestamp"), SIGNAL_LIFE_MS) | values

    def kept(self) -> PlainData:
        """The fields that are kept, by name."""
        return super().kept() | {"processing_status": {name: status.kept() for name, status in self.processing_status.items()}}

    def status(self, target: str) -> ProcessingStatus:
        """The status of a target; one that is not on record has not begun."""
        return self.processing_status.get(target, ProcessingStatus())

    def with_statuses(self) -> Signal:
        """The signal with a status for each target."""
        return self.model_copy(update={"processing_status": {target: self.status(target) for target in self.target_agents}})

    def key(self, target: str | None) -> Key:
        """The key of the item for a target, or with None of a broadcast."""
        return signal_partition(self.signal_type), f"{self.iso_timestamp}#{self.signal_id}#{target or '*'}"

    def item(self, target: str | None, version: int = 1) -> Item:
        """The item of `SIGNALS` for a target: it holds the status of that one alone; with None the item of a broadcast."""
        own = {} if target is None else {target: self.status(target)}
        body = self.model_copy(update={"processing_status": own}).to_bytes()
        return Item(*self.key(target), body, version, self.ttl * 1000, {"GSI1": (target_partition(target), self.timestamp)})
