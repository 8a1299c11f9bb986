"""A narrative: one trade and the decisions that led to it, in sentences."""

from __future__ import annotations

from dataclasses import dataclass

from freeagentics.report.aggregates.top_trades import Trade


@dataclass(frozen=True, slots=True)
class Narrative:
    """A trade and its chain of decisions.

    Attributes:
        trade: the fill.
        agent: id of the agent that ordered it.
        timestamp: market time of the decision, ms.
        symbol: of the asset.
        sentences: from the first decision of the chain to the outcome.
        chain: ids of the agents whose decisions led to it, the first one first.
        reward: of the decision, standard deviations; NaN where none is on record.
        command: shell command that explains the decision.
    """

    trade: Trade
    agent: str
    timestamp: int
    symbol: str
    sentences: tuple[str, ...]
    chain: tuple[str, ...]
    reward: float
    command: str
