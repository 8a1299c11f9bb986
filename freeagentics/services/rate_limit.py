"""Rate limits that hold over all programs that share a store."""

from __future__ import annotations

from freeagentics.clock import DAY_MS
from freeagentics.errors import VersionConflict
from freeagentics.plain_data import packed, plain_value
from freeagentics.stores import Item, Store
from freeagentics.stores.tables import PATTERNS, memory_partition
from freeagentics.stores.validation import check_int

RATE_LIMIT = "RATE_LIMIT"


def allowed(store: Store, agent_id: str, action: str, *, times: int, per_ms: int, now: int) -> bool:
    """True, and counted, where an action is within *times* in *per_ms*; one item holds the time from which on the limit is unused again.

    The generic cell rate algorithm (ITU-T I.371, https://www.itu.int/rec/T-REC-I.371): a burst of *times* at once, then one every
    *per_ms* / *times*. Raises BadInput for numbers below 1, BadName for no agent's id.
    """
    each = check_int("per_ms", per_ms, low=1) / check_int("times", times, low=1)
    place = memory_partition(agent_id, RATE_LIMIT), action
    while True:
        (item,) = store.get(PATTERNS, [place])
        free = max(plain_value(item.body), now) if item else now
        if free + each > now + per_ms:
            return False
        version = item.version if item else 0
        body = packed(free + each)
        try:
            store.put_if(PATTERNS, Item(*place, body, version + 1, int(free + each) + DAY_MS), version or None)
        except VersionConflict:
            continue
        return True
