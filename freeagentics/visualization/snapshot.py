"""A snapshot of all that the page shows, taken at once, so that its panels agree and none reads a model that moves."""

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
        step: (T,).
        price: closes, USD, (T, A).
        equity: USD, (T, D).
        basket: value of one USD spread equally over all assets at the first close and held, (T,).
        exposure: invested share of equity, (T, D).
        limit: largest exposure that is allowed, (T, D); NaN where a desk has no limit.
        signals: number of signals of each kind, (T, K).
        fill_step: step of each fill, (F,).
        fill_asset: number of the asset, (F,).
        fill_price: USD, (F,).
        fill_value: signed notional, USD, below 0 for a sell, (F,).
    """

    step: I64
    price: F64
    equity: F64
    basket: F64
    exposure: F32
    limit: F32
    signals: I64
    fill_step: I64
    fill_asset: I64
    fill_price: F64
    fill_value: F64


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The page after a step.

    Attributes:
        scenario: as resolved.
        step: the last one, 0 before the first.
        timestamp: its market time in ms, 0 before the first.
        symbols: of the assets.
        over: no step will follow.
        failure: message of the error that stopped it, or None.
        charts: None before the first step.
        signals: the latest, newest first.
        agent: the selected agent.
    """

    scenario: Scenario
    step: int
    timestamp: int
    symbols: tuple[str, ...]
    over: bool
    failure: str | None
    charts: Charts | None
    signals: tuple[SignalText, ...]
    agent: AgentSnapshot


def to_charts(steps: Collection[StepView], units: Units) -> Charts | None:
    """Columns of *steps* of assets counted in *units*; None where there are none."""
    if not steps:
        return None
    fills = [view.fills for view in steps if view.fills is not None]
    fill_steps = [np.full(len(view.fills), view.step) for view in steps if view.fills is not None]
    fill_asset = _column(fills, "asset").astype(np.int64)
    return Charts(
        step=np.array([view.step for view in steps]),
        price=np.stack([view.prices for view in steps]) / units.price,
        equity=np.stack([view.equity for view in steps]) / CENTS,
        basket=np.array([view.basket for view in steps]),
        exposure=np.stack([view.exposure for view in steps]),
        limit=np.stack([view.limit for view in steps]),
        signals=np.stack([view.told for view in steps]),
        fill_step=np.concatenate(fill_steps) if fills else np.zeros(0, dtype=np.int64),
        fill_asset=fill_asset,
        fill_price=_column(fills, "price") / units.price[fill_asset],
        fill_value=_column(fills, "notional") * np.sign(_column(fills, "quantity")) / CENTS,
    )


def _column(fills: list[AnyArray], name: str) -> AnyArray:
    return np.concatenate([records[name] for records in fills]) if fills else np.zeros(0, dtype=np.int64)
