"""The tables beside the page hold its figures."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from report_worlds import ten

from freeagentics.records import RunRecord
from freeagentics.report import save_report


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    record = ten(tmp_path_factory.mktemp("tables"))
    save_report(record)
    return record


def table(record: RunRecord, name: str) -> pl.DataFrame:
    return pl.read_csv(record.path / "tables" / f"{name}.csv")


def test_the_model_has_a_row_per_step_and_what_holding_would_have_come_to(record: RunRecord) -> None:
    frame = table(record, "model")
    assert frame["equity"].to_list() == pytest.approx(record.model_frame["equity"].to_list())
    assert frame["buy_and_hold"].to_list() == pytest.approx((100_000 / 1.0005 * record.model_frame["basket"]).to_list())


def test_desks_add_up_to_the_model(record: RunRecord) -> None:
    desks = table(record, "desks")
    assert desks["equity"].mean() == pytest.approx(record.model_frame["equity"][-1])
    assert (desks["fees"] + desks["data_costs"]).mean() == pytest.approx(record.model_frame["costs"][-1])
    assert desks["fills"].sum() == record.summary.fills


def test_roles_signals_and_sources_have_a_row_for_each(record: RunRecord) -> None:
    assert table(record, "roles")["role"].to_list() == list(record.summary.roles)
    assert set(table(record, "signals")["kind"]) == set(record.signal_frame["kind"])
    assert table(record, "sources")["source"].to_list() == ["price", "whales"]


def test_chains_tell_trades_with_the_agents_that_led_to_them(record: RunRecord) -> None:
    chains = table(record, "chains")
    assert set(chains["kind"]) <= {"best", "worst"} and chains.height
    assert chains.filter((pl.col("kind") == "best") & (pl.col("gain") <= 0)).is_empty()
    assert chains["chain"].str.contains("^(market-hunter|sentiment-analyzer|risk-manager|portfolio-optimizer)-000[0-4]").all()
    filled = record.fill_frame.select("agent", "symbol", pl.col("step") - 1, "price").rename({"price": "paid"})
    joined = chains.join(filled, on=["agent", "step", "symbol"])
    assert joined.height == chains.height
    assert joined["price"].to_list() == pytest.approx(joined["paid"].to_list())


def test_a_report_that_cannot_be_written_is_one_line_and_leaves_the_run(record: RunRecord, tmp_path: Path) -> None:
    from freeagentics.errors import RunFailed

    with pytest.raises(RunFailed, match="the report could not be written .*the run itself is whole"):
        save_report(record, tmp_path / "nowhere" / "report.html")
