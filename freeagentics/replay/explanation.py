"""Explanations: one agent, one step."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Alternative(_Part):
    """Decision that the agent would have made at this step without one thing, computed again from the checkpoint."""

    action: str
    value: float
    same: bool


class HeardSignal(_Part):
    """A signal that was valid for the agent: from whom, how old in steps and in hours of market time, and what it said per symbol."""

    number: int
    kind: str
    source: str
    step: int
    age: int
    age_hours: float
    confidence: float
    data: dict[str, float]
    arrived_now: bool
    named: bool
    without: Alternative


class RecalledMemory(_Part):
    """A memory that came to mind.

    Attributes:
        age: steps.
        relevance: likeness times recency, 0..1.
        result: what the market did then, reward: what it got, in standard deviations.
        decoding_error: root mean square error of the decoded features, each in units of its range, as the journal keeps it now; None where
            it was dropped since. largest_error likewise.
        code_bytes: of its code when it was made, and kept_bytes of them now; 0 where it was dropped.
    """

    step: int
    age: int
    relevance: float
    result: float
    reward: float
    decoding_error: float | None
    largest_error: float | None
    code_bytes: int
    kept_bytes: int
    without: Alternative


class AppliedPattern(_Part):
    """A pattern that moved the forecast: in words, and by how many standard deviations for the symbol in focus."""

    pattern: str
    contribution: float
    without: Alternative


class Link(_Part):
    """A decision in the chain above or below."""

    agent: str
    step: int
    decision_type: str
    action: str
    value: float
    confidence: float


class Trade(_Part):
    """An order as accepted, and what became of it: in the next bar, or in the bars that it stood for, as far as they are on record.

    Attributes:
        limit: worst price that it took; None for any.
        bars: that it stood for at most.
        price, fee: mean price and all fees; None while nothing is filled.
        bound: the low or the high of its bar, where impact took the price past it; else None.
        close, close_without: of its bar, and what that would have been without this order, where a market of auctions answers; else None.
    """

    symbol: str
    quantity: float
    filled: float
    price: float | None
    fee: float | None
    bound: float | None
    limit: float | None = None
    bars: int = 1
    close: float | None = None
    close_without: float | None = None


class OutcomeSoFar(_Part):
    """Outcome: the market's result and the agent's reward in standard deviations; the reward is None while the horizon runs."""

    horizon: int
    bars_passed: int
    result: float
    reward: float | None


class EventThen(_Part):
    """An event of the bar that was seen, or of the next one, in which orders were filled; in words."""

    step: int
    text: str


class Explanation(_Part):
    """Why an agent did what it did at one step.

    Attributes:
        events: of the bar that it saw, and of the one after.
        saw: columns of the observation that it had read, of the symbol in focus.
        paid: cents.
        sources: that it read.
        books: its desk at the close.
        belief_before, belief_after: of the symbol in focus.
        recalled: how many memories came to mind; `memories` are the most relevant, which the decision names.
        reasoning: the numbers it went by, as its role names them.
        weights: what it gives to its belief, sources, advisers and memories, as outcomes up to this step have taught it.
    """

    agent: str
    role: str
    desk: int
    step: int
    timestamp: int
    symbol: str
    events: tuple[EventThen, ...]
    saw: dict[str, float]
    sources: tuple[str, ...]
    paid: int
    books: dict[str, float]
    belief_before: dict[str, float]
    belief_after: dict[str, float]
    signals: tuple[HeardSignal, ...]
    recalled: int
    memories: tuple[RecalledMemory, ...]
    memory_weight: float
    patterns: tuple[AppliedPattern, ...]
    decision_id: str
    decision_type: str
    action: str
    value: float
    confidence: float
    reasoning: dict[str, float]
    weights: dict[str, float]
    trades: tuple[Trade, ...]
    outcome: OutcomeSoFar
    above: tuple[Link, ...]
    below: tuple[Link, ...]
