"""Planted events of a made market, and which desks foresaw them."""

from __future__ import annotations

import numpy as np
import polars as pl

from freeagentics.agents import ROLES
from freeagentics.agents.roles.forecaster import Forecaster
from freeagentics.arrays import F64, I64
from freeagentics.records.truth import truth_frame
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.scan import StepData

RECENT = 5
"""Events over which it is told whether desks have learned."""


class Planted:
    """Bars at whose close it could be known that a rise, or a fall, was planted; E events.

    A desk foresaw an event where a forecaster of its own then forecast that asset's return with the sign of what was planted. A pump counts
    whether it came or not: its conditions held, and that is what there is to learn.

    Attributes:
        step: of each event, (E,).
        foreseen: share of desks that foresaw it, (E,).
        opposed: share of desks with a forecast of the other sign, (E,).
        elsewhere: share of desks with a forecast of either sign, mean over all other steps and assets.
    """

    def __init__(self, context: RunContext) -> None:
        self._context, self._desk = context, context.names.seats["desk"].astype(np.int64)
        events = _events(context)
        self.step: I64 = events["step"].to_numpy()
        self._asset, self._sign = events["asset"].to_numpy(), events["sign"].to_numpy()
        self.foreseen, self.opposed = np.zeros(len(events)), np.zeros(len(events))
        self._told, self._cells = 0, 0
        roles = [number for number, name in enumerate(context.team) if (kind := ROLES.get(name)) and issubclass(kind, Forecaster)]
        self._forecasts = np.isin(context.role, roles)

    def update(self, data: StepData) -> None:
        """Take in one step."""
        if not len(self.step):
            return
        mine = self._forecasts[data.decisions["agent"]] & (data.decisions["value"] != 0)
        told = data.decisions[mine]
        sign = np.zeros((2, self._context.desks, len(data.prices)), dtype=np.bool_)
        sign[(told["value"] > 0).astype(np.int64), self._desk[told["agent"]], told["asset"]] = True
        here = np.flatnonzero(self.step == data.step)
        for event in here.tolist():
            up, asset = int(self._sign[event] > 0), self._asset[event]
            self.foreseen[event], self.opposed[event] = sign[up, :, asset].mean(), sign[1 - up, :, asset].mean()
        other = np.delete(sign.any(axis=0), self._asset[here], axis=1)
        self._told, self._cells = self._told + int(other.sum()), self._cells + other.size

    @property
    def elsewhere(self) -> float:
        """See the class."""
        return self._told / self._cells if self._cells else float("nan")

    @property
    def recent(self) -> F64:
        """Mean of `foreseen` over each event and the four before it, (E,)."""
        return recent_mean(self.foreseen)

    @property
    def learned(self) -> int | None:
        """Place of the first event from which on at least half of the desks foresaw the recent ones; None where there is none."""
        late = np.flatnonzero(self.recent < 0.5)
        first = int(late[-1]) + 1 if len(late) else 0
        return first if first < len(self.step) else None


def recent_mean(values: F64) -> F64:
    """Means of values (E,) over each and the four before it, (E,)."""
    so_far, ends = np.cumsum(np.append(0, values)), np.arange(1, len(values) + 1)
    starts = np.maximum(ends - RECENT, 0)
    return np.asarray((so_far[ends] - so_far[starts]) / (ends - starts))


def _events(context: RunContext) -> pl.DataFrame:
    """Step, asset and sign of each event that the run saw, in order."""
    scenario = context.record.lineage.at(1)
    none = pl.DataFrame(schema={"step": pl.Int64, "asset": pl.Int64, "sign": pl.Int64})
    if scenario.market.kind != "synthetic":
        return none
    symbols = list(context.symbols)
    truth = truth_frame(scenario.model_copy(update={"steps": context.steps}), context.steps)
    planted = truth.filter(pl.col("pumped").is_not_null() | pl.col("motif").is_not_null())
    sign = pl.when(pl.col("motif").is_null()).then(1.0).otherwise(pl.col("rise")).sign().cast(pl.Int64)
    asset = pl.col("symbol").replace_strict(symbols, list(range(len(symbols))), return_dtype=pl.Int64)
    return planted.select("step", asset.alias("asset"), sign.alias("sign")) if len(planted) else none
