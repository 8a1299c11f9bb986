"""A narrative: one trade and the decisions that led to it, in sentences."""

from __future__ import annotations

from dataclasses import dataclass

from freeagentics.report.aggregates.top_trades import Trade


@dataclass(frozen=True, slots=True)
class Narrative:
    """A trade, and how it came about.

    Attributes:
        agent: id. timestamp: market time of the decision, ms. symbol: what was traded.
        sentences: from what was seen to what came of it. command: shows the whole decision.
        reward: what the decision earned on record, standard deviations; NaN where none is.
        chain: ids of the agents whose decisions led to it, the first one first.
    """

    trade: Trade
    agent: str
    timestamp: int
    symbol: str
    sentences: tuple[str, ...]
    chain: tuple[str, ...]
    reward: float
    command: str
