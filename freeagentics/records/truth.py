"""Truth of a made market as a frame: what is planted where, for who studies agents, never for agents."""

from __future__ import annotations

import numpy as np
import polars as pl

from freeagentics.market import synthesize
from freeagentics.market.synthetic import REGIMES
from freeagentics.scenario.scenario import Scenario


def truth_frame(scenario: Scenario, steps: int) -> pl.DataFrame:
    """A row per symbol and step: the hidden regime, the standard deviation of the bar's return without what is planted, the log return that
    is planted in it, and where a pump's conditions held at the close: whether it came, its rise and over how many bars."""
    made = scenario.market
    _, _, truth = synthesize(made.synthetic, scenario.seed, made.warmup + scenario.steps)
    shown = slice(made.warmup, made.warmup + steps)
    symbols, assets = made.synthetic.symbols, len(made.synthetic.symbols)
    step = np.repeat(np.arange(1, steps + 1), assets)
    frame = pl.DataFrame(
        {
            "step": step,
            "symbol": pl.Series(symbols).gather(np.tile(np.arange(assets), steps)),
            "regime": pl.Series(REGIMES).gather(np.repeat(truth.regime[shown].astype(np.int64), assets)),
            "volatility": truth.volatility[shown].ravel(),
            "drift": truth.drift[shown].ravel(),
        }
    )
    pumps = truth.pumps
    signals = pl.DataFrame(
        {
            "step": pumps.bar - made.warmup + 1,
            "symbol": pl.Series(symbols, dtype=pl.String).gather(pumps.asset),
            "pumped": pumps.pumped,
            "rise": pumps.rise,
            "rise_bars": pumps.bars,
        }
    )
    return frame.join(signals.unique(["step", "symbol"], keep="first"), on=["step", "symbol"], how="left", maintain_order="left")
