"""A snapshot of one agent: its beliefs, its valid signals, and its last decision with the reasoning."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.agents import TradingAgent
from freeagentics.agents.decision import reasons_by_name
from freeagentics.arrays import AnyArray
from freeagentics.visualization.signal_text import Name, kind_name, largest_text


@dataclass(frozen=True, slots=True)
class LastDecision:
    """The agent's last decision.

    Attributes:
        step: at which it was taken.
        action: as its role names it.
        symbol: the asset in focus.
        value: in the role's own unit.
        confidence: 0 to 1.
        reasoning: numbers by name, as its role gives them.
        parent: the decision that it follows from, in words; empty for none.
        memories: steps of the recalled memories.
        memory_weight: weight of recalled memories, 0 to 1.
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
    """The last valid signal of a kind: its sender, step, and data in words."""

    kind: str
    source: str
    step: int
    text: str


@dataclass(frozen=True, slots=True)
class AgentSnapshot:
    """One agent after a step.

    Attributes:
        agent: id.
        desk: number.
        beliefs: probability of each regime of the first asset.
        signals: valid signals.
        decision: the last one, or None before the first.
        grid: probability of each drift (rows) and volatility (columns) of the first asset.
    """

    agent: str
    desk: int
    beliefs: dict[str, float]
    signals: tuple[CurrentSignal, ...]
    decision: LastDecision | None
    grid: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class StepInfo:
    """A step: its number, its market time in ms, the symbols, and a function that names agents."""

    step: int
    timestamp: int
    symbols: tuple[str, ...]
    name: Name


def agent_snapshot(agent: TradingAgent, decisions: AnyArray | None, now: StepInfo) -> AgentSnapshot:
    """Take a snapshot of an agent after a step; *decisions* are those of its cohort in that step as recorded, None before the first."""
    own = None if decisions is None else decisions[decisions["agent"] == agent.index]
    decision = None if own is None or not len(own) else _decision(agent, own[0], now)
    return AgentSnapshot(
        agent.name, agent.desk, agent.beliefs, _signals(agent, now), decision, tuple(map(tuple, agent.belief_grid[0].tolist()))
    )


def _decision(agent: TradingAgent, record: AnyArray, now: StepInfo) -> LastDecision:
    cohort, parent = agent.cohort, int(record["parent"])
    return LastDecision(
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


def _signals(agent: TradingAgent, now: StepInfo) -> tuple[CurrentSignal, ...]:
    heard, row = agent.cohort.heard, agent.row
    return tuple(
        CurrentSignal(
            kind=kind_name(kind),
            source=now.name(int(heard.source[row, kind])),
            step=int(heard.step[row, kind]),
            text=largest_text(kind, heard.data[row, kind], now.symbols),
        )
        for kind in np.flatnonzero(heard.expires[row] > now.timestamp).tolist()
    )
