"""The feature vector of a step: the agent's situation, and its action."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from freeagentics.agents.context import CohortContext
from freeagentics.agents.decision import Decisions
from freeagentics.agents.signal_state import SignalState
from freeagentics.agents.view import View
from freeagentics.arrays import F32, I32, I64, U8, Mask, contiguous, readonly
from freeagentics.kernels import compiled
from freeagentics.memory import BOOK, FeatureTable, Recalled, column
from freeagentics.mind import REGIMES, GridBelief

RISK = 0.05
"""Probability with which value-at-risk is exceeded."""

READ_FEATURES = (
    ("whales", "", "read_whales"),
    ("derivatives", "", "read_derivatives"),
    ("sentiment", "", "read_sentiment"),
    ("whales", "whales.count", "whale_count"),
    ("whales", "whales.imbalance", "whale_imbalance"),
    ("derivatives", "derivatives.funding", "funding"),
    ("sentiment", "sentiment.level", "sentiment"),
)
"""Sources, columns of theirs, and the features that hold what these showed; without a column, whether the source was paid for."""

_BOOK = np.array([column(name) for name in BOOK])

SITUATION = (
    *REGIMES,
    "entropy",
    "surprise",
    "expected_volatility",
    "return_1",
    "trend",
    "volatility_ratio",
    "received",
    "top_severity",
    "mean_confidence",
    "whales_heard",
    "trend_heard",
    "volatility_heard",
    "sentiment_heard",
    "limit_heard",
    "veto_heard",
    "target_heard",
    "exposure",
    "target_gap",
    "value_at_risk",
)
"""Features that the kernel fills beside those of books, in the order in which it knows them; those heard by kind of signal."""

_SITUATION = np.array([column(name) for name in SITUATION])

DONE = ("action", "direction", "size", "confidence", "explored", "published", "memory_weight", "memory_result")
"""Features of what the agent did, in the order in which the kernel knows them."""

_READ = np.array([column(feature) for _, _, feature in READ_FEATURES])
_DONE, _SURPRISE = np.array([column(name) for name in DONE]), column("surprise")


def situation(
    view: View, context: CohortContext, desk: I32, belief: GridBelief, heard: SignalState, focus: I64, table: FeatureTable
) -> F32:
    """The states (rows, F) of a cohort before it acts; what only the role knows is still zero (``c/experience.c``)."""
    states = np.zeros((len(desk), len(table)), dtype=np.float32)
    columns = ("price.volatility", "price.zscore", "price.trend", "price.volatility_ratio")
    compiled.experience_situation(
        contiguous(view.books.features),
        _BOOK,
        desk,
        focus,
        *(context.column(view.observation, name) for name in columns),
        belief.regimes,
        belief.entropy,
        belief.surprise,
        belief.moments,
        belief.below,
        context.grid.losses,
        heard.data,
        heard.expires,
        heard.received,
        heard.top_severity,
        heard.mean_confidence,
        _SITUATION,
        view.observation.timestamp,
        float(np.sqrt(context.memory.horizon)),
        RISK,
        states,
    )
    return states


def running_volatility(view: View, context: CohortContext) -> F32:
    """Standard deviation of a return over the horizon, as it lately was, (assets,): the unit in which beliefs are held."""
    return context.column(view.observation, "price.volatility") * np.float32(np.sqrt(context.memory.horizon))


def put(states: F32, name: str, values: object) -> None:
    """Set one feature of all rows."""
    states[:, column(name)] = values  # type: ignore[call-overload]


class SourceFeatures:
    """Features of which sources were paid for, and what they showed.

    Args:
        sources: names of those that a role may buy.
        columns: names of the observation's.
    """

    def __init__(self, sources: Sequence[str], columns: Sequence[str]) -> None:
        # Of a source or a column that is not there features say nothing: they are 0.
        there = [(name, shown) for name, shown, _ in READ_FEATURES]
        self._source = readonly(np.array([sources.index(name) if name in sources else -1 for name, _ in there]))
        self._column = readonly(np.array([columns.index(shown) if shown in columns else -1 for _, shown in there]))
        self._feature = _READ

    def fill(self, states: F32, view: View, focus: I64, read: Mask) -> None:
        """Fill *states* (rows, F), given the asset in *focus* (rows,) and which sources were *read* (rows, sources)."""
        places = (self._source, self._column, self._feature)
        compiled.experience_sources(read, view.observation.values, focus, *places, states, view.observation.values.shape[1])


def action(states: F32, choice: Decisions, recalled: Recalled, memory_weight: F32, focus: I64) -> U8:
    """Fill in what the agent did, and return the importance of the experience by itself, (rows,), in 255ths.

    It is surprising, large, or worth telling others: 0.5 times the surprise, of 8 nats at most, 0.4 times the size, and 0.1 where anything
    was told, at most 1 in all (``c/experience.c``).
    """
    importance = np.empty(len(focus), dtype=np.uint8)
    numbers = (contiguous(done, dtype=np.float32) for done in (choice.size, choice.confidence))
    marks = (choice.explored, contiguous(choice.published, dtype=np.int32))
    compiled.experience_action(
        _DONE,
        _SURPRISE,
        choice.action,
        contiguous(choice.stance, dtype=np.float32),
        focus,
        *numbers,
        *marks,
        memory_weight,
        recalled.expected,
        states,
        importance,
    )
    return importance
