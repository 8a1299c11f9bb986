"""The mind of one agent as the page shows it: what it believes, what it has heard, what it did last and from what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.agents import TradingAgent
from freeagentics.agents.decision import reasons_by_name
from freeagentics.arrays import AnyArray
from freeagentics.visualization.signal_text import Name, kind_name, says


@dataclass(frozen=True, slots=True)
class Decided:
    """The agent's last decision.

    Attributes:
        action, symbol, value, confidence: what, on which asset, how much in the role's own unit, how sure.
        reasoning: the numbers it went by, as its role names them.
        parent: the decision that it follows from, in words; empty for none.
        memories: steps of the memories that came to mind. memory_weight: how much they counted, 0..1.
    """

    step: int
    action: str
    symbol: str
    value: float
    confidence: float
    reasoning: dict[str, float]
    parent: str
    memories: tuple[int, ...]
    memory_weight: float


@dataclass(frozen=True, slots=True)
class CurrentSignal:
    """The last signal of a kind that still counts: from whom, when, and what it says in words."""

    kind: str
    source: str
    step: int
    says: str


@dataclass(frozen=True, slots=True)
class AgentSnapshot:
    """One agent: who it is, its belief in each regime of the first asset, its valid signals, and its last decision, if any.

    grid: its belief in each drift (rows) and volatility (columns) of the first asset.
    """

    agent: str
    desk: int
    beliefs: dict[str, float]
    heard: tuple[CurrentSignal, ...]
    decided: Decided | None
    grid: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class StepInfo:
    """When and where an agent is looked at: the step, its market time in ms, the symbols, and how agents are called."""

    step: int
    timestamp: int
    symbols: tuple[str, ...]
    name: Name


def mind_of(agent: TradingAgent, decisions: AnyArray | None, now: StepInfo) -> AgentSnapshot:
    """An agent's mind after a step, with the *decisions* of its cohort in that step as recorded; None before the first."""
    own = None if decisions is None else decisions[decisions["agent"] == agent.index]
    decided = None if own is None or not len(own) else _decided(agent, own[0], now)
    return AgentSnapshot(
        agent.name, agent.desk, agent.beliefs, _heard(agent, now), decided, tuple(map(tuple, agent.belief_grid[0].tolist()))
    )


def _decided(agent: TradingAgent, record: AnyArray, now: StepInfo) -> Decided:
    cohort, parent = agent.cohort, int(record["parent"])
    return Decided(
        step=now.step,
        action=cohort.actions[record["action"]],
        symbol=now.symbols[record["asset"]],
        value=float(record["value"]),
        confidence=float(record["confidence"]),
        reasoning={name: float(number) for name, number in reasons_by_name(cohort.reasoning, record["reason"]).items()},
        parent=f"{now.name(parent)} at step {now.step - int(record['parent_age'])}" if parent >= 0 else "",
        memories=tuple(now.step - age for age in record["memory_age"].tolist() if age),
        memory_weight=float(record["memory_weight"]),
    )


def _heard(agent: TradingAgent, now: StepInfo) -> tuple[CurrentSignal, ...]:
    heard, row = agent.cohort.heard, agent.row
    return tuple(
        CurrentSignal(
            kind=kind_name(kind),
            source=now.name(int(heard.source[row, kind])),
            step=int(heard.step[row, kind]),
            says=says(kind, heard.data[row, kind], now.symbols),
        )
        for kind in np.flatnonzero(heard.expires[row] > now.timestamp).tolist()
    )
