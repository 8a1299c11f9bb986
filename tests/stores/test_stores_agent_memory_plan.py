"""Every snippet of the agent memory plan that concerns services, over SQLite and over DynamoDB as moto gives it.

The plan's times are in seconds, and its ISO texts are of another year than its numbers; here times are in ms, and texts follow from them.
Its key ``signal#TYPE`` is ``shared#signal#TYPE`` here, as in its own list of partition keys.
"""

from __future__ import annotations

import ast
import asyncio
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_servers import new_dynamodb

from freeagentics.services import (
    AgentState,
    DecisionLogger,
    DecisionRecord,
    MemoryManager,
    MemoryPattern,
    MultiAgentCoordinator,
    Signal,
    StateManager,
)
from freeagentics.stores import Store, open_store
from freeagentics.stores.tables import DECISIONS, PATTERNS, SIGNALS, TABLES

NOW = 1_729_260_600_000

IDENTITIES = """
agent_ids = [
    "market-hunter",      # Market intelligence
    "risk-manager",       # Risk assessment
    "trade-executor",     # Trade execution
    "portfolio-optimizer", # Portfolio management
    "sentiment-analyzer"  # Social sentiment
]
"""

PARTITIONS = """
PK_PATTERNS = {
    # Private: Agent-specific decisions
    "private_decision": "agent:{agent_id}#decision#{type}",

    # Private: Agent-specific memory
    "private_memory": "agent:{agent_id}#memory#{type}",

    # Shared: Cross-agent communication
    "shared_signal": "shared#signal#{type}",

    # Shared: Global patterns
    "shared_pattern": "shared#pattern#{domain}"
}
"""

COMMUNICATION = """
# Market Hunter writes signal
await memory.store_shared_signal({
    "signal_id": "sig_123",
    "source_agent": "market-hunter",
    "signal_type": "WHALE_ACTIVITY",
    "confidence": 0.85,
    "target_agents": ["risk-manager", "trade-executor"],
    "data": {"whale_count": 5, "total_btc": 5000}
})

# Risk Manager reads signals
signals = await memory.get_signals_for_agent("risk-manager")
# Returns signals where target_agents contains "risk-manager"
"""

DECISION = """
row = {
    # Partition Key: agent_id + decision_type
    "PK": "agent:market-hunter#decision#SOURCE_SELECTION",

    # Sort Key: timestamp + decision_id
    "SK": "2025-10-18T14:30:00Z#dec_abc123",

    # Attributes
    "agent_id": "market-hunter",
    "agent_version": "1.0.0",
    "decision_id": "dec_abc123",
    "decision_type": "SOURCE_SELECTION",
    "timestamp": 1729260600,  # Unix timestamp
    "iso_timestamp": "2025-10-18T14:30:00Z",

    "context": {
        "market": {"volatility": "high", "trend": "bullish"},
        "cycle": 142,
        "trading_hours": "american",
        "parent_decision_id": None  # For decision chains
    },

    "reasoning": {
        "scores": {"whaleMovements": 0.92, "derivatives": 0.87},
        "selected": ["whaleMovements", "derivatives"],
        "memory_influenced": True,
        "patterns_applied": ["pattern_whale_pump"]
    },

    "outcome": {
        "success": True,
        "signals_generated": 2,
        "quality_score": 0.85,
        "latency_ms": 1200,
        "errors": []
    },

    # TTL for automatic cleanup (90 days from now)
    "ttl": 1737036600,

    # STM indicator (< 1 day old)
    "is_stm": True  # Updated by Lambda to False after 1 day
}

# GSI 1: Query by agent + success
success = {
    "GSI1_PK": "agent:market-hunter#success",
}

# GSI 2: Query by decision type across agents
by_type = {
    "GSI2_PK": "decision_type#SOURCE_SELECTION",
}

# GSI 3: Query recent decisions (STM)
recent = {
    "GSI3_PK": "agent:market-hunter#stm",
}
"""

PATTERN = """
row = {
    # Partition Key: agent_id + memory_type
    "PK": "agent:market-hunter#pattern",

    # Sort Key: pattern_id
    "SK": "pattern_whale_pump_correlation",

    # Attributes
    "agent_id": "market-hunter",
    "memory_type": "PATTERN",
    "pattern_id": "pattern_whale_pump_correlation",

    "learned_at": 1729260600,
    "last_accessed": 1729346600,
    "access_count": 45,

    "confidence": 0.85,
    "success_rate": 0.78,
    "sample_size": 23,

    "data": {
        "description": "Whale movements > 5 predict 70%+ pump in bullish trends",
        "conditions": {
            "context": "bullish_trend",
            "whale_count_min": 5,
            "timeframe": "4h"
        },
        "outcomes": {
            "pump_probability": 0.78,
            "avg_pump_pct": 3.2,
            "timeframe": "4-8h after detection"
        }
    },

    "version": 3,  # Pattern can evolve

    # Shared pattern (accessible by other agents)
    "is_shared": False,
    "shared_with": []  # List of agent_ids if shared
}
"""

STATE = """
row = {
    # Partition Key: agent_id
    "PK": "agent:market-hunter",

    # Sort Key: state_type
    "SK": "CURRENT",

    # Attributes
    "agent_id": "market-hunter",
    "agent_version": "1.0.0",
    "state_type": "CURRENT",  # or "CHECKPOINT", "BACKUP"

    "current_cycle": 142,
    "last_updated": 1729260600,

    "source_metrics": {
        "whaleMovements": {
            "success_rate": 0.85,
            "quality_score": 0.78,
            "total_calls": 1523,
            "last_used_cycles": 0
        }
        # ... other sources
    },

    "context_performance": {
        "high_volatility": {
            "whaleMovements": 0.92,
            "derivatives": 0.87
        }
        # ... other contexts
    },

    "configuration": {
        "learning_rate": 0.1,
        "exploration_rate": 0.2,
        "technical_weight": 0.7
    },

    "version": 156  # Incremented on each update
}
"""

SIGNAL = """
row = {
    # Partition Key: signal_type
    "PK": "signal#WHALE_ACTIVITY",

    # Sort Key: timestamp
    "SK": "2025-10-18T14:30:00Z#sig_xyz789",

    # Attributes
    "signal_id": "sig_xyz789",
    "signal_type": "WHALE_ACTIVITY",
    "source_agent": "market-hunter",
    "target_agents": ["risk-manager", "trade-executor"],

    "timestamp": 1729260600,
    "iso_timestamp": "2025-10-18T14:30:00Z",

    "severity": "high",
    "confidence": 0.85,

    "data": {
        "whale_count": 5,
        "total_btc": 5000,
        "direction": "accumulation",
        "exchanges": ["binance", "coinbase"]
    },

    "context": {
        "market_condition": "bullish",
        "volatility": "high"
    },

    "recommended_action": "MONITOR_CLOSELY",

    # Processing status by each target agent
    "processing_status": {
        "risk-manager": {
            "status": "PROCESSED",
            "processed_at": 1729260650,
            "decision_id": "dec_risk_001"
        },
        "trade-executor": {
            "status": "PENDING",
            "processed_at": None
        }
    },

    # TTL: 24 hours (signals are ephemeral)
    "ttl": 1729347000
}

# GSI 1: Query by target agent
by_target = {
    "GSI1_PK": "target_agent:risk-manager",
}
"""


@pytest.fixture(params=["sqlite", "dynamodb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path}/plan.db" if request.param == "sqlite" else new_dynamodb(*TABLES)
    with open_store(url, "run-1") as store:
        yield store


def names(snippet: str, **given: Any) -> dict[str, Any]:
    """Run a snippet, which may await; returns its names."""
    code = compile(snippet, "plan", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    coroutine = types.FunctionType(code, given)()
    if coroutine is not None:
        asyncio.run(coroutine)
    return given


def attributes(row: dict[str, Any], *in_seconds: str) -> dict[str, Any]:
    """The attributes of a row: without its keys and its text of the time, with times in ms."""
    kept = {name: value for name, value in row.items() if name not in ("PK", "SK", "iso_timestamp")}
    return kept | {name: kept[name] * 1000 for name in in_seconds}


def test_agents_of_the_plan_signal_each_other(store: Store) -> None:
    found = names(COMMUNICATION, memory=MultiAgentCoordinator(store))["signals"]
    assert [(one.signal_id, one.data, one.confidence) for one in found] == [("sig_123", {"whale_count": 5, "total_btc": 5000}, 0.85)]
    executor = MultiAgentCoordinator(store).get_signals_for_agent.blocking("trade-executor")
    assert [one.signal_id for one in executor] == ["sig_123"]
    assert MultiAgentCoordinator(store).get_signals_for_agent.blocking("sentiment-analyzer") == []


def test_each_agent_of_the_plan_can_be_registered(store: Store) -> None:
    coordinator = MultiAgentCoordinator(store)
    agents = names(IDENTITIES)["agent_ids"]
    for agent in agents:
        coordinator.register_agent.blocking(agent)
    assert [one.agent_id for one in coordinator.agents.blocking()] == sorted(agents)


def test_records_stand_under_the_partition_keys_of_the_plan(store: Store) -> None:
    keys = names(PARTITIONS)["PK_PATTERNS"]
    memory, agent = MemoryManager(store, clock=lambda: NOW), "market-hunter"
    memory.remember(agent, "CONTEXTS", {})
    DecisionLogger(store, clock=lambda: NOW).log_decision({"agent_id": agent, "decision_type": "SOURCE_SELECTION"})
    MultiAgentCoordinator(store, clock=lambda: NOW).store_shared_signal.blocking({"source_agent": agent, "signal_type": "WHALE_ACTIVITY"})
    memory.store_pattern(
        {"agent_id": agent, "pattern_id": "p", "domain": "whales", "is_shared": True, "learned_at": NOW}
        | {"confidence": 0.5, "success_rate": 0.5, "sample_size": 1}
    )
    assert len(store.query(DECISIONS, keys["private_decision"].format(agent_id=agent, type="SOURCE_SELECTION"))) == 1
    assert len(store.query(PATTERNS, keys["private_memory"].format(agent_id=agent, type="CONTEXTS"))) == 1
    assert len(store.query(SIGNALS, keys["shared_signal"].format(type="WHALE_ACTIVITY"))) == 1
    assert len(store.query(PATTERNS, keys["shared_pattern"].format(domain="whales"), index="GSI2")) == 1


def test_the_decision_of_the_plan_is_logged_and_found_by_each_index(store: Store) -> None:
    plan = names(DECISION)
    row = attributes(plan["row"], "timestamp")
    log = DecisionLogger(store, clock=lambda: NOW + 1000)
    made = log.log_decision(row)
    assert {name: getattr(made, name) for name in row} == row
    assert made.iso_timestamp == "2024-10-18T14:10:00Z"
    (item,) = store.query(DECISIONS, plan["row"]["PK"])
    assert item.sort == f"{made.iso_timestamp}#dec_abc123"
    for index, key in (("GSI1", plan["success"]), ("GSI2", plan["by_type"]), ("GSI3", plan["recent"])):
        (listed,) = store.query(DECISIONS, key[f"{index}_PK"], index=index)
        assert DecisionRecord.from_bytes(listed.body) == made
        assert listed.index[index][1] == made.timestamp
    assert log.decisions(agent_id="market-hunter", success=True) == [made]


def test_the_pattern_of_the_plan_is_stored_and_found_by_confidence(store: Store) -> None:
    row = attributes(names(PATTERN)["row"], "learned_at", "last_accessed")
    memory = MemoryManager(store)
    kept = memory.store_pattern(row | {"version": 1})
    for version in (2, 3):
        kept = memory.store_pattern(kept)
        assert kept.version == version
    assert {name: getattr(kept, name) for name in row} == row
    assert memory.patterns("market-hunter", min_confidence=0.85) == [kept]
    (item,) = store.query(PATTERNS, "agent:market-hunter#pattern")
    assert (item.sort, MemoryPattern.from_bytes(item.body)) == ("pattern_whale_pump_correlation", kept)


def test_the_state_of_the_plan_is_saved_as_a_version(store: Store) -> None:
    row = attributes(names(STATE)["row"], "last_updated")
    states = StateManager(store)
    saved = states.save(AgentState(**row | {"version": 0}))
    assert {name: getattr(saved, name) for name in row} == row | {"version": 1}
    assert states.load("market-hunter").source_metrics == row["source_metrics"]


def test_the_signal_of_the_plan_is_stored_with_the_status_of_each_target(store: Store) -> None:
    plan = names(SIGNAL)
    row = attributes(plan["row"], "timestamp")
    coordinator = MultiAgentCoordinator(store, clock=lambda: NOW + 60_000)
    sent = coordinator.store_shared_signal.blocking(row)
    found = coordinator.get_signal.blocking(sent)
    assert found == sent == Signal.of(row)
    plain = {name: getattr(found, name) for name in row if name != "processing_status"}
    assert plain == {name: value for name, value in row.items() if name != "processing_status"}
    processed = row["processing_status"]["risk-manager"]
    assert found.kept()["processing_status"] == {
        "risk-manager": processed,
        "trade-executor": {"status": "PENDING", "processed_at": None, "decision_id": None},
    }
    (item,) = store.query(SIGNALS, plan["by_target"]["GSI1_PK"], index="GSI1")
    assert item.partition == f"shared#{plan['row']['PK']}"
    assert [claim.agent_id for claim in coordinator.claim_signals.blocking("risk-manager")] == []
    assert [claim.agent_id for claim in coordinator.claim_signals.blocking("trade-executor")] == ["trade-executor"]
