"""Observations of a market as evidence: what was shown at each step, and how the price went from there."""

from __future__ import annotations

import numpy as np
import polars as pl

from freeagentics.agents import MemorySettings
from freeagentics.agents.given_patterns import SEQUEL
from freeagentics.agents.market_contexts import market_contexts
from freeagentics.agents.sequence_recall import SequenceRecall
from freeagentics.records import RunRecord
from freeagentics.scenario import Scenario
from freeagentics.scenario.market_setup import open_market
from freeagentics.services.evidence import Column, Evidence
from freeagentics.simulation.outcomes import OutcomeWindow

HORIZON = 8
"""Steps after which the price is looked at."""

MOVE, DEVIATION = "price.zscore", "price.volatility"
_NO_FEATURES = {"step", "symbol", "close", "timestamp", "later"}


def run_frame(record: RunRecord) -> pl.DataFrame:
    """The observations of a run, a row per symbol and step, with ``timestamp`` in ms."""
    times = record.model_frame.select("step", pl.col("timestamp").dt.timestamp("ms"))
    return record.observation_frame.join(times, on="step", how="left", maintain_order="left")


def market_frame(scenario: Scenario) -> pl.DataFrame:
    """The same of a scenario's market as it is where nobody trades, without a run."""
    market = open_market(scenario)
    shown = [market.advance() for _ in range(scenario.steps)]
    assets = len(market.symbols)
    head = {
        "step": np.repeat([one.step for one in shown], assets),
        "symbol": list(market.symbols) * len(shown),
        "close": np.concatenate([one.prices / market.units.price for one in shown]),
        "timestamp": np.repeat([one.timestamp for one in shown], assets),
    }
    values = np.concatenate([one.values for one in shown])
    return pl.DataFrame(head | {name: values[:, place] for place, name in enumerate(market.columns)})


def sequels(frame: pl.DataFrame, horizon: int) -> Column:
    """Sequels that a hunter would expect who has seen all bars so far, by its recall of sequences, in standard deviations, (N,).

    Args:
        frame: as for `market_evidence`, in order of steps.
        horizon: steps that a sequel takes.
    """
    assets = frame["symbol"].n_unique()
    recall, window = SequenceRecall(1, assets, MemorySettings(horizon=horizon)), OutcomeWindow(horizon, assets)
    moves, deviations, closes = (frame[name].to_numpy().reshape(-1, assets) for name in (MOVE, DEVIATION, "close"))
    found, unknown = np.zeros(moves.shape), np.zeros(assets, dtype=np.float32)
    for step, (move, deviation, close) in enumerate(zip(moves, deviations, closes, strict=True), start=1):
        recall.observe(step, move, unknown, np.zeros(1, np.int32))
        found[step - 1] = recall.said[step % len(recall.said), 0, 0]
        if (outcomes := window.due(step, close, deviation)) is not None:
            recall.index.attach_results(outcomes.step, outcomes.result)
    return found.ravel()


def market_evidence(frame: pl.DataFrame, horizon: int = HORIZON) -> Evidence:
    """Evidence of whether the price is higher *horizon* steps later, and by what share; times are steps.

    A rise is the one outcome that nothing foretells where prices are a martingale with even odds: how far prices move can be told from
    how far they moved, in any market.

    Args:
        frame: of `run_frame` or `market_frame`.
        horizon: steps from a row to its outcome.
    """
    later = frame.sort("step", maintain_order=True).with_columns(later=pl.col("close").shift(-horizon).over("symbol"))
    if {MOVE, DEVIATION} <= set(later.columns):
        later = later.with_columns(pl.Series(SEQUEL, sequels(later, horizon)))
    known = later.filter(pl.col("later").is_not_null())
    size = (known["later"] / known["close"] - 1).to_numpy()
    features = {name: known[name].to_numpy().astype(np.float64) for name in known.columns if name not in _NO_FEATURES}
    return Evidence(known["step"].to_numpy(), size > 0, size, horizon, features, _contexts(known))


def contexts_of(frame: pl.DataFrame) -> dict[str, Column]:
    """Contexts of each step, (T,), of the first symbol; *frame* as for `market_evidence`."""
    return _contexts(frame.unique("step", keep="first", maintain_order=True))


def _contexts(frame: pl.DataFrame) -> dict[str, Column]:
    return market_contexts(frame.columns, lambda name: frame[name].to_numpy(), frame["timestamp"].to_numpy())
