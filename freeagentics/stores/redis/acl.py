"""Rules for the server's access control lists: an agent's user reads what is that agent's and what is for all, and nothing else."""

from __future__ import annotations

from freeagentics.stores.redis.keys import agent_tag
from freeagentics.stores.validation import check_agent, check_run

_COMMANDS = (
    "ping select info command cluster|slots",
    "xrange xrevrange xlen",
    "get zcard zrangebylex zrevrangebylex zrangebyscore zrevrangebyscore hget",
)


_VECTOR_COMMANDS = "vsim vemb vcard vgetattr"
"""A server before Redis 8 refuses rules that name them."""


def acl_rules(run: str, agent: str, *, vectors: bool = False) -> list[str]:
    """Rules for the user of one agent, but for its password; for ``ACL SETUSER`` of Redis 6.2 or newer.

    The user reads by the very commands that the store reads by. SCAN and KEYS, which show the names of other agents' keys, are not among
    them, nor is any that writes: what is in a store comes from the journal. With *vectors* the user may search its agent's own.

    Raises:
        BadName: an id is not one.
    """
    check_run(run)
    check_agent(agent)
    commands = [f"+{command}" for group in (*_COMMANDS, *([_VECTOR_COMMANDS] if vectors else [])) for command in group.split()]
    return ["reset", "on", *commands, f"~{agent_tag(run, agent)}:*", f"~{{{run}:#*"]


def acl_command(run: str, agent: str, *, vectors: bool = False) -> str:
    """The command that makes the user ``RUN:AGENT``, with a place to put a password in."""
    return " ".join(["ACL SETUSER", f"{run}:{agent}", *acl_rules(run, agent, vectors=vectors), ">PASSWORD"])
