"""Orders of one's own role that have a limit or stand for some bars, and what became of them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from role_files import role, stepped, write

from freeagentics.errors import RoleFailed
from freeagentics.records import RunRecord
from freeagentics.replay import explain
from freeagentics.runs import resume, run

LADDER = """
price = seen.prices["BTCUSDT"]
self.seen.append([len(seen.open_orders), len(seen.fills)])
for order in seen.open_orders:
    assert order.quantity > 0 and order.limit < price * 1.1 and order.age >= 1 and 1 <= order.bars < 6
for fill in seen.fills:
    assert fill.quantity > 0 and fill.price > 0 and fill.fee > 0
if seen.step % 3 == 1:
    return Action("act", orders=[Order("BTCUSDT", 0.05, limit=0.997 * price, ttl=6), Order("BTCUSDT", 0.01)])
if seen.step % 20 == 0:
    return Action("wait", cancels=["BTCUSDT"])
return Action("wait")
"""
KEPT = "    state = ('seen',)\n    def __init__(self):\n        self.seen = []\n"
STEPS = 60


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    folder = tmp_path_factory.mktemp("ladder")
    return run(str(write(folder, role(LADDER, extra=KEPT))), steps=STEPS, out=folder / "run")


def test_orders_are_on_record_with_limit_and_life(record: RunRecord) -> None:
    orders = record.order_frame.filter(pl.col("agent").str.starts_with("mine"))
    limited = orders.filter(pl.col("limit").is_not_null())
    assert set(limited["bars"]) == {6}
    assert set(orders.filter(pl.col("limit").is_null())["bars"]) == {1}
    assert 0 < len(limited) < len(orders)


def test_no_fill_of_a_limited_order_is_worse_than_its_limit_and_some_come_bars_later(record: RunRecord) -> None:
    agent, late = "mine-0000", 0
    for step in record.order_frame.filter((pl.col("agent") == agent) & pl.col("limit").is_not_null())["step"].to_list():
        for trade in explain(record.path, agent, step).trades:
            if trade.limit is not None and trade.price is not None:
                assert trade.price <= trade.limit + 1e-8
                late += trade.price == pytest.approx(trade.limit)
            assert trade.bars == (6 if trade.limit is not None else 1)
    assert late
    fills = record.fill_frame.filter(pl.col("agent") == agent)
    held = record.position_frame.filter((pl.col("step") == STEPS) & (pl.col("desk") == 0))
    assert fills["quantity"].sum() == pytest.approx(held["quantity"].sum())
    assert record.save_report(record.path / "report.html").is_file()


def test_a_run_that_ended_goes_on_with_what_stands(record: RunRecord, tmp_path: Path) -> None:
    path = str(write(tmp_path, role(LADDER, extra=KEPT)))
    run(path, steps=23, out=tmp_path / "run")
    assert resume(tmp_path / "run", steps=STEPS).summary.trajectory_sha256 == record.summary.trajectory_sha256


def test_what_is_cancelled_stands_no_more(tmp_path: Path) -> None:
    body = """
assert len(seen.open_orders) == (1 if seen.step == 2 else 0), seen.open_orders
if seen.step == 1:
    return Action("act", orders=[Order("BTCUSDT", 0.01, limit=100.0, ttl=50)])
return Action("act", cancels=["BTCUSDT"])
"""
    stepped(write(tmp_path, role(body)), steps=6)


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ('Order("BTCUSDT", 1.0, limit=-5)', r"orders\[0\].limit: -5 is no price"),
        ('Order("BTCUSDT", 1.0, ttl=0)', r"orders\[0\].ttl is 0; it must be a number from 1 to 1e\+06"),
        ('Order("BTCUSDT", 1.0, ttl=2.5)', r"orders\[0\].ttl is 2.5; it must be a whole number of bars"),
    ],
)
def test_terms_that_cannot_be_are_refused(order: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(RoleFailed, match=says):
        stepped(write(tmp_path, role(f'return Action("act", orders=[{order}])')))
    with pytest.raises(RoleFailed, match=r"cancels\[0\]: no 'BTC'"):
        stepped(write(tmp_path, role('return Action("act", cancels=["BTC"])')))
