"""Whatever a run lacks, the report says so and stands."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
from report_worlds import made

from freeagentics.report import save_report

LACKING: dict[str, dict[str, object]] = {
    "one step": {"steps": 1},
    "one desk, five steps": {"agents": 5, "steps": 5},
    "executors only": {"agents": 2, "steps": 12, "agents__team": {"trade-executor": 1}},
    "no risk manager, no source to pay for": {
        "agents": 4,
        "steps": 12,
        "agents__team": {"market-hunter": 1, "trade-executor": 1},
        "market__sources": {"price": 0, "whales": 0},
    },
    "more desks than are listed": {"agents": 60, "steps": 5},
}


@pytest.mark.parametrize("settings", LACKING.values(), ids=LACKING)
def test_a_run_that_lacks_something_is_reported(settings: dict[str, object], tmp_path: Path) -> None:
    record = made(tmp_path, **settings)  # type: ignore[arg-type]
    page = save_report(record).read_text(encoding="utf-8")
    assert len(re.findall("<section", page)) == 19
    assert not re.search(r"\bnan\b|\binf\b|None", re.sub(r"<(svg|script).*?</\1>", "", page, flags=re.DOTALL))
    for name in ("model", "desks", "roles", "signals", "sources", "chains"):
        assert pl.read_csv(tmp_path / "run" / "tables" / f"{name}.csv").width > 3


def test_a_run_without_trades_and_signals_says_so(tmp_path: Path) -> None:
    page = save_report(made(tmp_path, agents=2, agents__team={"market-hunter": 1})).read_text(encoding="utf-8")
    for said in ("No desk traded.", "No signal was sent.", "No trade has a known outcome.", "no limit was signalled"):
        assert said in page


def test_a_role_of_ones_own_is_reported_like_any_other(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "examples" / "momentum.toml"
    page = save_report(made(tmp_path, str(example), agents=3, steps=60)).read_text(encoding="utf-8")
    assert "freeagentics explain" in page
    assert re.search(r"momentum-000\d ordered to (buy|sell)", page)
