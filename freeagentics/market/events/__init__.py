"""Events of a market that a scenario plans: what they are, and when they happen."""

from freeagentics.market.events.calendar import EVENT, Calendar
from freeagentics.market.events.planned import (
    CircuitBreaker,
    DarkSource,
    Event,
    FatFinger,
    Halt,
    LargeOrder,
    Metaorder,
    Planned,
    Rumour,
    ValueShock,
)

__all__ = [
    "EVENT",
    "Calendar",
    "CircuitBreaker",
    "DarkSource",
    "Event",
    "FatFinger",
    "Halt",
    "LargeOrder",
    "Metaorder",
    "Planned",
    "Rumour",
    "ValueShock",
]
