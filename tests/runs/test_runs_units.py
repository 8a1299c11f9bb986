from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from freeagentics.records import RunRecord
from freeagentics.replay import explain
from freeagentics.report.facts import aggregate
from freeagentics.runs import run

BARS, WARMUP = 48, 24


def run_at(price: float, folder: Path) -> RunRecord:
    """A desk on hourly bars that rise steadily from this price; as much money changes hands in each as at any other."""
    closes = price * 1.002 ** np.arange(BARS) * (1 + 0.001 * (np.arange(BARS) % 3))
    columns = dict.fromkeys(("open", "high", "low", "close"), closes)
    path = folder / f"p{price:g}.parquet".replace("-", "m")
    frame = pl.DataFrame({"timestamp": 1_640_995_200 + 3600 * np.arange(BARS), **columns, "volume": np.full(BARS, 1e7 / price)})
    frame.write_parquet(path)
    market = {"market.bars": str(path), "market.daily": "", "market.warmup": WARMUP}
    changes = {**market, "agents.count": 5, "steps": BARS - WARMUP}
    return run("btc-replay", overrides=changes, out=folder / f"run-{path.stem}")


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run_at(100.0, tmp_path_factory.mktemp("usual"))


@pytest.mark.parametrize("price", [8.2e-7, 3.1e-10, 5e8])
def test_a_run_at_any_price_comes_to_what_the_same_bars_at_a_hundred_do(price: float, usual: RunRecord, tmp_path: Path) -> None:
    far = run_at(price, tmp_path)
    near, fills = usual.fill_frame, far.fill_frame
    assert len(fills) == len(near) > 0
    assert far.model_frame["equity"].to_numpy() == pytest.approx(usual.model_frame["equity"].to_numpy(), rel=1e-5)
    assert far.model_frame["price"].to_numpy() == pytest.approx(usual.model_frame["price"].to_numpy() * price / 100, rel=1e-6)
    assert fills["price"].to_numpy() == pytest.approx(near["price"].to_numpy() * price / 100, rel=1e-6)
    assert fills["quantity"].to_numpy() == pytest.approx(near["quantity"].to_numpy() * 100 / price, rel=1e-4)
    assert far.order_frame["quantity"].to_numpy() == pytest.approx(usual.order_frame["quantity"].to_numpy() * 100 / price, rel=1e-4)
    facts, other = aggregate(far), aggregate(usual)
    assert facts.prices == pytest.approx(other.prices * price / 100, rel=1e-6)
    assert [tale.trade.gain for tale in facts.best] == pytest.approx([tale.trade.gain for tale in other.best], rel=1e-3)
    agent, step = fills["agent"][0], fills["step"][0] - 1
    told = explain(far.path, agent, step)
    assert [told.trades[0].price, told.trades[0].filled] == pytest.approx([fills["price"][0], fills["quantity"][0]])
    assert told.saw["close"] == pytest.approx(far.model_frame["price"][step - 1])
