"""The keys of a run.

All keys of what an agent owns begin with ``{RUN:AGENT}:``. The braces are part of the key: a cluster places keys by what stands between
them, so an agent's keys share a slot, and a script may work on them as one. What no agent owns is spread by its partition over tags
``{RUN:#0000}`` to ``{RUN:#ffff}``; no agent's id begins with ``#``. What no agent may read, ``run#…``, is under ``{RUN:-run}``.

    {RUN:AGENT}:memory                            the log, a stream; ids are step-sequence, the sequence from 1
    {RUN:AGENT}:memories, {RUN:AGENT}:memory:M    the log with layout=keys: a sorted set of members M, a key for each
    {RUN:TAG}:items:TABLE:PARTITION               items, a hash by sort key
    {RUN:TAG}:order:TABLE:PARTITION               their sort keys, in order
    {RUN:TAG}:index:TABLE:INDEX:PARTITION         an index, a sorted set
    {RUN:TAG}:expiry                              which items expire when, in market time
    {RUN:AGENT}:vectors, {RUN:-run}:vectors       with vectors=yes: vector sets of an agent's memories, and of all
    {RUN:@N}:cursors                              cursors, the same on every server
"""

from __future__ import annotations

import re
from hashlib import blake2b

from freeagentics.stores.records import Position

_OWNED = re.compile(r"(?:agent|target_agent):([a-z0-9][a-z0-9-]{0,63})(?:#.*)?")
_TAG = re.compile(rb"(\{[a-z0-9-]+:[a-z0-9#-]+\}):(.*)", re.DOTALL)


def agent_tag(run: str, agent: str) -> str:
    """The beginning of the keys of *agent*."""
    return f"{{{run}:{agent}}}"


def run_tag(run: str) -> str:
    """The beginning of the keys of the whole run, which no agent may read: no agent's id begins with a hyphen."""
    return agent_tag(run, "-run")


def tag_of(run: str, partition: str) -> str:
    """The beginning of the keys of *partition*: those of ``agent:ID#…`` and ``target_agent:ID`` as the agent's do."""
    if partition.startswith("run#"):
        return run_tag(run)
    owned = _OWNED.fullmatch(partition)
    return agent_tag(run, owned[1] if owned else f"#{blake2b(partition.encode(), digest_size=2).hexdigest()}")


def run_pattern(run: str) -> str:
    """The pattern by which SCAN matches every key of *run* with, and no other run's: a run's id holds no colon, brace or wildcard."""
    return f"{{{run}:*"


def split_key(key: bytes) -> tuple[str, bytes] | None:
    """(tag, rest) of one of our keys, None for another's."""
    match = _TAG.fullmatch(key)
    return (match[1].decode(), match[2]) if match else None


def stream_id(step: int, sequence: int) -> str:
    """The id of a stream's entry: the sequence counts from 1, since no stream takes the id 0-0."""
    return f"{step}-{sequence + 1}"


def position_of(entry_id: bytes) -> Position:
    """The position that `stream_id` was made of."""
    step, _, sequence = entry_id.partition(b"-")
    return int(step), int(sequence) - 1


def member_of(step: int, sequence: int) -> str:
    """A position as text in the order of positions, e.g. ``c250-a0``: before each number stands how many digits it has, ``a`` for one."""
    return f"{_ordered(step)}-{_ordered(sequence)}"


def position_in(member: bytes) -> Position:
    """The position that `member_of` was made of."""
    step, _, sequence = member.decode().partition("-")
    return int(step[1:]), int(sequence[1:])


def _ordered(number: int) -> str:
    digits = str(number)
    return f"{chr(ord('a') + len(digits) - 1)}{digits}"
