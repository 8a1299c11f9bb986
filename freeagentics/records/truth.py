"""Truth of a made market as a frame: what is planted where, for who studies agents, never for agents."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from freeagentics.market import synthesize
from freeagentics.market.synthetic import REGIMES, Echoes, Pumps
from freeagentics.scenario.scenario import Scenario


def truth_frame(scenario: Scenario, steps: int) -> pl.DataFrame:
    """A row per symbol and step: the hidden regime, the standard deviation of the bar's return without what is planted, the log return that
    is planted in it; where a pump's conditions held at the close, whether it came, and where a motif was complete then, which one; and the
    rise that follows, with the bars that it takes."""
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
    pumps, echoes = truth.pumps, truth.echoes
    planted = pl.concat(
        [
            _planted(pumps, symbols, made.warmup).with_columns(pumped=pl.Series(pumps.pumped), motif=pl.lit(None, dtype=pl.Int64)),
            _planted(echoes, symbols, made.warmup).with_columns(pumped=pl.lit(None, dtype=pl.Boolean), motif=pl.Series(echoes.motif)),
        ]
    )
    planted = planted.unique(["step", "symbol"], keep="first").select("step", "symbol", "pumped", "motif", "rise", "rise_bars")
    return frame.join(planted, on=["step", "symbol"], how="left", maintain_order="left")


def _planted(events: Pumps | Echoes, symbols: Sequence[str], warmup: int) -> pl.DataFrame:
    """A row per event: at the close of which step, in which symbol, and the rise that follows."""
    return pl.DataFrame(
        {
            "step": events.bar - warmup + 1,
            "symbol": pl.Series(symbols, dtype=pl.String).gather(events.asset),
            "rise": events.rise,
            "rise_bars": events.bars,
        }
    )
