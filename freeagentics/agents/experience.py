"""The feature vector of a step: the agent's situation, and its action."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from freeagentics.agents.context import CohortContext
from freeagentics.agents.decision import Decisions
from freeagentics.agents.signal_kinds import SignalKind
from freeagentics.agents.signal_state import SignalState
from freeagentics.agents.view import View
from freeagentics.arrays import F32, I32, I64, Mask
from freeagentics.memory import BOOK, FeatureTable, Recalled, column
from freeagentics.mind import REGIMES, GridBelief

RISK = 0.05
"""Probability with which value-at-risk is exceeded."""

READ_FEATURES = {"whales": "read_whales", "derivatives": "read_derivatives", "sentiment": "read_sentiment"}
"""The feature that says whether a source was paid for, by the source."""

SHOWN_FEATURES = (
    ("whales", "whales.count", "whale_count"),
    ("whales", "whales.imbalance", "whale_imbalance"),
    ("derivatives", "derivatives.funding", "funding"),
    ("sentiment", "sentiment.level", "sentiment"),
)
"""Sources, columns of theirs, and the features that hold what these showed."""

_BOOK = np.array([column(name) for name in BOOK])


def situation(
    view: View, context: CohortContext, desk: I32, belief: GridBelief, heard: SignalState, focus: I64, table: FeatureTable
) -> F32:
    """The states (rows, F) of a cohort before it acts; what only the role knows is still zero."""
    states = np.zeros((len(desk), len(table)), dtype=np.float32)
    states[:, _BOOK] = view.books.features[desk]
    _market(states, view, context, belief, focus)
    _signals(states, heard, view.observation.timestamp, focus)
    put(states, "target_gap", states[:, column("target_heard")] - states[:, column("exposure")])
    rows, scale = np.arange(len(focus)), running_volatility(view, context)[focus]
    put(states, "value_at_risk", belief.tail_risk(RISK)[0][rows, focus] * scale * states[:, column("exposure")])
    return states


def running_volatility(view: View, context: CohortContext) -> F32:
    """Standard deviation of a return over the horizon, as it lately was, (assets,): the unit in which beliefs are held."""
    return context.column(view.observation, "price.volatility") * np.float32(np.sqrt(context.memory.horizon))


def put(states: F32, name: str, values: object) -> None:
    """Set one feature of all rows."""
    states[:, column(name)] = values  # type: ignore[call-overload]


def _market(states: F32, view: View, context: CohortContext, belief: GridBelief, focus: I64) -> None:
    rows = np.arange(len(focus))
    first = column("bull")
    states[:, first : first + len(REGIMES)] = belief.regimes[rows, focus]
    put(states, "entropy", belief.entropy[rows, focus])
    put(states, "surprise", belief.surprise[rows, focus])
    volatility = context.column(view.observation, "price.volatility")[focus]
    put(states, "expected_volatility", belief.spread()[rows, focus] * volatility)
    put(states, "return_1", context.column(view.observation, "price.zscore")[focus])
    put(states, "trend", context.column(view.observation, "price.trend")[focus])
    put(states, "volatility_ratio", context.column(view.observation, "price.volatility_ratio")[focus])


def _signals(states: F32, heard: SignalState, now: int, focus: I64) -> None:
    valid = heard.valid(focus, now)
    put(states, "received", heard.received)
    put(states, "top_severity", heard.top_severity)
    put(states, "mean_confidence", heard.mean_confidence)
    for name, kind in (
        ("trend_heard", SignalKind.TREND),
        ("whales_heard", SignalKind.WHALE_ACTIVITY),
        ("sentiment_heard", SignalKind.SENTIMENT),
        ("volatility_heard", SignalKind.VOLATILITY),
        ("veto_heard", SignalKind.VETO),
        ("target_heard", SignalKind.TARGET),
    ):
        put(states, name, valid[:, kind])
    put(states, "limit_heard", np.where(heard.fresh(SignalKind.LIMIT, now), valid[:, SignalKind.LIMIT], 1))


def sources(states: F32, view: View, context: CohortContext, focus: I64, read: Callable[[str], Mask]) -> None:
    """Fill in which sources were paid for and what they showed; *read* gives the rows (rows,) that read a source, by its name."""
    for name, feature in READ_FEATURES.items():
        put(states, feature, read(name))
    for source, name, feature in SHOWN_FEATURES:
        put(states, feature, read(source) * context.column(view.observation, name)[focus])


def action(states: F32, choice: Decisions, recalled: Recalled, memory_weight: F32, focus: I64) -> None:
    """Fill in what the agent did."""
    rows = np.arange(len(focus))
    put(states, "action", choice.action)
    put(states, "direction", np.clip(choice.stance[rows, focus], -1, 1))
    put(states, "size", choice.size)
    put(states, "confidence", choice.confidence)
    put(states, "explored", choice.explored)
    put(states, "published", choice.published)
    put(states, "memory_weight", memory_weight)
    put(states, "memory_result", recalled.expected_result())


def importance(states: F32, choice: Decisions) -> F32:
    """Importance of an experience by itself, 0..1: it is surprising, large, or worth telling others."""
    surprise = np.clip(states[:, column("surprise")] / 8, 0, 1)
    told = np.minimum(choice.published, 1)
    return np.clip(0.5 * surprise + 0.4 * choice.size + 0.1 * told, 0, 1).astype(np.float32)
