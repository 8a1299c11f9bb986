"""The four tables of the agent memory system: their names, their indexes, and the partition keys of what is kept in them.

Names and layout are those of the agent memory plan (DynamoDB tables of one deployment). What an agent owns stands under ``agent:ID``,
what is for all under ``shared#``, what is for no agent under ``run#``; so one prefix is all that a rule of access has to name. Sort keys of
decisions and signals begin with the time as text (`freeagentics.clock.iso`); indexes over ``timestamp`` are in milliseconds of market time,
those over ``confidence`` in 0 to 1.
"""

from __future__ import annotations

from freeagentics.stores.records import IndexSpec, TableSpec
from freeagentics.stores.validation import check_agent, check_label

GSI1, GSI2, GSI3 = IndexSpec("GSI1"), IndexSpec("GSI2"), IndexSpec("GSI3")

DECISIONS = TableSpec("agent_decisions", (GSI1, GSI2, GSI3))
"""Decisions of agents. GSI1: an agent's successes, GSI2: a type across agents, GSI3: an agent's decisions of any type; all by timestamp."""

PATTERNS = TableSpec("agent_memory_ltm", (GSI1, GSI2))
"""Patterns that agents learned. GSI1: an agent's patterns, GSI2: a domain's shared patterns; both by confidence."""

STATES = TableSpec("agent_state")
"""States of agents and of runs: one item with the newest, under ``CURRENT``, whose version is compared when it is written; those before it
in a partition of their own, and who saved each in another."""

SIGNALS = TableSpec("agent_signals", (GSI1,))
"""Signals between agents: one item per signal and target, as an index holds one value an item. GSI1: a target's, by timestamp."""

REGISTRY_PARTITION = "shared#agents"
"""`STATES`: agents that say that they are there, by id."""

TABLES = (DECISIONS, PATTERNS, STATES, SIGNALS)


def decision_partition(agent: str, decision_type: str) -> str:
    """`DECISIONS`: one agent's decisions of one type, e.g. ``agent:market-hunter-0007#decision#SOURCE_SELECTION``."""
    return f"{_owner(agent)}#decision#{check_label('decision type', decision_type)}"


def success_partition(agent: str) -> str:
    """`DECISIONS`, GSI1: one agent's decisions that succeeded."""
    return f"{_owner(agent)}#success"


def decision_type_partition(decision_type: str) -> str:
    """`DECISIONS`, GSI2: all agents' decisions of one type."""
    return f"decision_type#{check_label('decision type', decision_type)}"


def recent_partition(agent: str) -> str:
    """`DECISIONS`, GSI3: one agent's decisions of all types.

    Short-term are those of the last day: ask from ``now - DAY_MS`` on, and nothing has to be moved when the day is over.
    """
    return f"{_owner(agent)}#stm"


def pattern_partition(agent: str) -> str:
    """`PATTERNS` and its GSI1: one agent's patterns."""
    return f"{_owner(agent)}#pattern"


def shared_pattern_partition(domain: str) -> str:
    """`PATTERNS`, GSI2: what agents share about one domain, e.g. ``shared#pattern#whales``."""
    return f"shared#pattern#{check_label('domain', domain)}"


def memory_partition(agent: str, memory_type: str) -> str:
    """`PATTERNS`: one agent's memories of one type that are no patterns, e.g. ``agent:market-hunter-0007#memory#CONTEXT``."""
    return f"{_owner(agent)}#memory#{check_label('memory type', memory_type)}"


def state_partition(agent: str | None) -> str:
    """`STATES`: the newest state of one agent, or with None of the whole run (``run#state``), which no agent may read."""
    return "run#state" if agent is None else _owner(agent)


def state_versions_partition(agent: str | None) -> str:
    """`STATES`: the versions before the newest, by number."""
    return f"{state_partition(agent)}#versions"


def state_audit_partition(agent: str | None) -> str:
    """`STATES`: who saved which version when, by number."""
    return f"{state_partition(agent)}#audit"


def signal_partition(signal_type: str) -> str:
    """`SIGNALS`: all signals of one type, e.g. ``shared#signal#WHALE_ACTIVITY``."""
    return f"shared#signal#{check_label('signal type', signal_type)}"


def target_partition(agent: str | None) -> str:
    """`SIGNALS`, GSI1: what was sent to one agent, or with None to everybody (``target_agent:*``, which is no agent's id)."""
    if agent is None:
        return "target_agent:*"
    return f"target_agent:{check_agent(agent)}"


def _owner(agent: str) -> str:
    return f"agent:{check_agent(agent)}"
