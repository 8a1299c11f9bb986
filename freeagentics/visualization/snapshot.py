"""The scene: all that the page shows at one moment, taken at once, so that its panels agree and none looks at a model that moves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F32, F64, I64, AnyArray
from freeagentics.market import CENTS, Units
from freeagentics.scenario import Scenario
from freeagentics.visualization.agent_snapshot import AgentSnapshot
from freeagentics.visualization.history import StepView
from freeagentics.visualization.signal_text import SignalText


@dataclass(frozen=True, slots=True, eq=False)
class Charts:
    """The last T steps; D desks, A assets, K kinds of signals.

    Attributes:
        step: (T,). price: USD, (T, A). equity: USD, (T, D). basket: what one USD held since the first close is worth, (T,).
        exposure, limit: shares of equity, (T, D); the limit is NaN where a desk has none. told: signals of each kind, (T, K).
        fill_step, fill_asset, fill_price, fill_traded: of each fill, (F,); price in USD, traded in USD and below 0 for a sell.
    """

    step: I64
    price: F64
    equity: F64
    basket: F64
    exposure: F32
    limit: F32
    told: I64
    fill_step: I64
    fill_asset: I64
    fill_price: F64
    fill_traded: F64


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The page at one moment.

    Attributes:
        scenario: what is shown. step, timestamp: the last one, and its market time in ms; 0 before the first.
        over: no step will follow. failure: why it stopped too early, or None.
        charts: None before the first step. signals: the latest, newest first. mind: of the agent that was picked.
    """

    scenario: Scenario
    step: int
    timestamp: int
    symbols: tuple[str, ...]
    over: bool
    failure: str | None
    charts: Charts | None
    signals: tuple[SignalText, ...]
    mind: AgentSnapshot


def charts_of(moments: Collection[StepView], units: Units) -> Charts | None:
    """Moments of assets counted in *units* as columns; None where there are none."""
    if not moments:
        return None
    fills = [moment.fills for moment in moments if moment.fills is not None]
    fill_steps = [np.full(len(moment.fills), moment.step) for moment in moments if moment.fills is not None]
    fill_asset = _column(fills, "asset").astype(np.int64)
    return Charts(
        step=np.array([moment.step for moment in moments]),
        price=np.stack([moment.prices for moment in moments]) / units.price,
        equity=np.stack([moment.equity for moment in moments]) / CENTS,
        basket=np.array([moment.basket for moment in moments]),
        exposure=np.stack([moment.exposure for moment in moments]),
        limit=np.stack([moment.limit for moment in moments]),
        told=np.stack([moment.told for moment in moments]),
        fill_step=np.concatenate(fill_steps) if fills else np.zeros(0, dtype=np.int64),
        fill_asset=fill_asset,
        fill_price=_column(fills, "price") / units.price[fill_asset],
        fill_traded=_column(fills, "notional") * np.sign(_column(fills, "quantity")) / CENTS,
    )


def _column(fills: list[AnyArray], name: str) -> AnyArray:
    return np.concatenate([records[name] for records in fills]) if fills else np.zeros(0, dtype=np.int64)
