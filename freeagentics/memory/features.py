"""The feature vector: what an agent keeps of one step, as 48 numbers in four groups; a role of a user's own may add some (`FeatureTable`).

The table is frozen: codecs are measured on it, and codes are decoded by it. A change to it is a new codec version. Every role fills
what it has; what a role has not is zero. What the market showed to everybody is stored once, in the observation, and what a desk's book
says once for all agents of the desk: neither is kept again in every memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Group = Literal["portfolio", "view", "signals", "action"]

GROUPS: dict[Group, float] = {"portfolio": 1.0, "view": 0.7, "signals": 0.7, "action": 0.9}
"""Importance of each group: what a codec weighs its errors by."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of a feature vector.

    Attributes:
        name: in frames of memories.
        low, high: the range outside which it is clipped.
        bits: of the scalar codec, 1 to 8.
        recall: whether it is part of recall keys.
        meaning: in words.
        group: by whose importance a codec weighs its errors.
    """

    name: str
    low: float
    high: float
    bits: int = 8
    recall: bool = True
    meaning: str = ""
    group: Group = "view"


def _feature(row: str) -> Feature:
    name, group, low, high, bits, recall, meaning = (part.strip() for part in row.split("|"))
    return Feature(name, float(low), float(high), int(bits), recall == "yes", meaning, group)  # type: ignore[arg-type]


# name | group | low | high | bits of the scalar codec | recall | meaning
_TABLE = """
cash_share           | portfolio |  0    | 1    | 8 | no  | cash over the desk's equity
exposure             | portfolio |  0    | 1    | 8 | no  | invested share of the desk's equity
target_gap           | portfolio | -1    | 1    | 8 | no  | last target heard less exposure
position_change      | portfolio | -1    | 1    | 8 | no  | change of exposure since the last step
unrealised_return    | portfolio | -0.5  | 0.5  | 8 | no  | gain on what is held over what it cost
drawdown             | portfolio |  0    | 0.5  | 8 | yes | fall of equity from its peak
equity_return_1      | portfolio | -0.1  | 0.1  | 8 | no  | return of equity over the last bar
equity_return_24     | portfolio | -0.25 | 0.25 | 8 | yes | return of equity over the last 24 bars
turnover_24          | portfolio |  0    | 5    | 6 | no  | traded over equity, last 24 bars
cost_share           | portfolio |  0    | 0.2  | 8 | no  | fees and data paid so far over the first cash
concentration        | portfolio |  0    | 1    | 6 | no  | sum of squared weights (Herfindahl)
value_at_risk        | portfolio |  0    | 0.2  | 8 | no  | loss over the horizon that the belief exceeds with 5 %
bull                 | view      |  0    | 1    | 6 | yes | belief in a bull regime, asset in focus
bear                 | view      |  0    | 1    | 6 | yes | belief in a bear regime
calm                 | view      |  0    | 1    | 6 | yes | belief in a calm regime
turbulent            | view      |  0    | 1    | 6 | yes | belief in a turbulent regime
entropy              | view      |  0    | 1    | 5 | no  | uncertainty of that belief
surprise             | view      |  0    | 8    | 5 | yes | minus log density of the last bar's evidence
expected_return      | view      | -2    | 2    | 7 | yes | forecast over the horizon, in standard deviations
expected_volatility  | view      |  0    | 0.1  | 6 | yes | believed standard deviation of a bar
return_1             | view      | -8    | 8    | 7 | yes | last bar's return over its volatility
trend                | view      | -1    | 1    | 7 | yes | trend over 24 bars
volatility_ratio     | view      |  0    | 4    | 6 | yes | fast over slow volatility
whale_count          | view      |  0    | 31   | 5 | yes | large orders seen; 0 where not paid for
whale_imbalance      | view      | -1    | 1    | 5 | yes | taker imbalance seen; 0 where not paid for
funding              | view      | -10   | 10   | 5 | no  | funding rate seen, in hundredths of a per cent
sentiment            | view      | -1    | 1    | 6 | yes | fear (-1) and greed (1) seen
read_whales          | view      |  0    | 1    | 1 | no  | paid for the whale source
read_derivatives     | view      |  0    | 1    | 1 | no  | paid for the derivatives source
read_sentiment       | view      |  0    | 1    | 1 | no  | paid for the sentiment source
received             | signals   |  0    | 15   | 4 | no  | signals received in this step
top_severity         | signals   |  0    | 3    | 2 | no  | highest severity among them
mean_confidence      | signals   |  0    | 1    | 5 | no  | mean confidence of them
trend_heard          | signals   | -2    | 2    | 6 | yes | last forecast heard
whales_heard         | signals   | -31   | 31   | 6 | yes | last whale count heard, signed by direction
sentiment_heard      | signals   | -2    | 2    | 5 | no  | last forecast from sentiment heard
volatility_heard     | signals   |  0    | 4    | 5 | no  | last volatility warning heard
limit_heard          | signals   |  0    | 1    | 6 | no  | limit of exposure in force
veto_heard           | signals   |  0    | 1    | 1 | no  | veto in force
target_heard         | signals   |  0    | 1    | 6 | no  | target weight in force
action               | action    |  0    | 15   | 4 | no  | which of the role's actions
direction            | action    | -1    | 1    | 5 | no  | what the action bets on: rise, fall
size                 | action    |  0    | 1    | 6 | no  | how much of what was possible
confidence           | action    |  0    | 1    | 6 | no  | confidence of the decision
explored             | action    |  0    | 1    | 1 | no  | chosen to explore
published            | action    |  0    | 7    | 3 | no  | signals sent
memory_weight        | action    |  0    | 1    | 5 | no  | how much recalled memories counted
memory_result        | action    | -4    | 4    | 5 | no  | what they said would come
"""

FEATURES: tuple[Feature, ...] = tuple(_feature(row) for row in _TABLE.strip().splitlines())

LOW, HIGH = (np.array([getattr(feature, bound) for feature in FEATURES]) for bound in ("low", "high"))
"""Bounds of the features, (48,) float64: codes are sums of integers made from them, which float32 would round otherwise."""

LOW_32, HIGH_32 = LOW.astype(np.float32), HIGH.astype(np.float32)
"""The same in the type of feature vectors."""

BOOK = (
    "cash_share",
    "exposure",
    "position_change",
    "unrealised_return",
    "drawdown",
    "equity_return_1",
    "equity_return_24",
    "turnover_24",
    "cost_share",
    "concentration",
)
"""Features that are what the book of the agent's desk says: alike for all agents of a desk, and coded once for all of them."""

_COLUMNS = {feature.name: number for number, feature in enumerate(FEATURES)}


def column(name: str) -> int:
    """Position of a feature in the vector. Raises KeyError."""
    return _COLUMNS[name]
