"""The page's figures are those of the run that it reads, whether it is done or being made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from freeagentics.condition import Condition
from freeagentics.errors import BadInput
from freeagentics.evaluation.market_evidence import market_evidence, run_frame
from freeagentics.evaluation.run_patterns import patterns_of
from freeagentics.records import RunRecord
from freeagentics.replay import explain
from freeagentics.runs import fork, run
from freeagentics.services.pattern_trial import Estimate
from freeagentics.visualization.agent_rows import agent_record, agent_rows, fill_rows
from freeagentics.visualization.comparison import comparison
from freeagentics.visualization.memory_figures import COUNTS, MemoryFigures
from freeagentics.visualization.mind import mind
from freeagentics.visualization.pattern_figures import USES, market_patterns
from freeagentics.visualization.plain import plain
from freeagentics.visualization.resources import kept_memories
from freeagentics.visualization.run_view import RunView
from freeagentics.visualization.series import Series
from freeagentics.visualization.signal_rows import signal_rows

STEPS = 50
GIVEN: dict[str, Any] = {"conditions": {"whales.count_min": 5.0, "context": ["trend", "rising"]}, "prior": 0.4}
PATTERN = "whales.count >= 5 where trend is rising"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run("quick", steps=STEPS, overrides={"memory.prior": 0.9}, out=tmp_path_factory.mktemp("runs") / "one")


@pytest.fixture
def view(record: RunRecord) -> Iterator[RunView]:
    view = RunView(record.path)
    yield view
    view.close()


def pieces(view: RunView, longest: int) -> list[dict[str, Any]]:
    series, found = Series(view), []
    while piece := series.piece(longest):
        found.append(cast(dict[str, Any], piece))
    return found


@given(arrays.arrays(np.float64, st.integers(0, 6), elements=st.floats(width=64)))
def test_numbers_are_sent_as_json_has_them_to_six_digits(values: np.ndarray) -> None:
    sent = json.loads(json.dumps(plain(values), allow_nan=False))
    for value, one in zip(values, sent, strict=True):
        assert (one is None) == (not np.isfinite(value))
        assert one is None or np.isclose(one, value, rtol=1e-5, atol=0)


@pytest.mark.parametrize("longest", [7, STEPS])
def test_pieces_in_any_length_are_the_whole_run(longest: int, view: RunView, record: RunRecord) -> None:
    found = pieces(view, longest)
    assert [step for piece in found for step in range(piece["first"], piece["last"] + 1)] == list(range(1, STEPS + 1))
    frame = record.model_frame
    for name in ("equity", "basket", "exposure", "costs"):
        assert np.allclose([value for piece in found for value in piece[name]], frame[name], rtol=1e-5)
    assert sum(sum(map(sum, piece["signals"])) for piece in found) == frame["signals"].sum()
    assert sum(mark[4] for piece in found for mark in piece["fills"]) == frame["fills"].sum() > 0
    assert json.dumps(found, allow_nan=False)


def test_what_stood_on_the_book_is_told_where_there_is_one(view: RunView, tmp_path: Path) -> None:
    made = run("book", agents=5, steps=4, overrides={"market.warmup": 8}, out=tmp_path / "book")
    with closing(RunView(made.path)) as book:
        ((spread, imbalance, depth),) = pieces(book, 4)[0]["depth"]
    assert len(spread) == len(imbalance) == len(depth) == 4
    assert all(0 < value < 0.2 for value in spread if value is not None)
    assert all(-1 <= value <= 1 for value in imbalance)
    assert pieces(view, STEPS)[0]["depth"] == [[]]


def test_the_account_of_a_desk_is_that_on_record(view: RunView, record: RunRecord) -> None:
    series = Series(view)
    series.piece(STEPS)
    mine = record.desk_frame.filter(desk=2)
    assert np.allclose(cast(list[float], series.desk(2)["equity"]), mine["equity"], rtol=1e-5)
    limits = [limit for limit in cast(list[float | None], series.desk(2)["limit"]) if limit is not None]
    assert limits
    assert all(0 <= limit <= 1 for limit in limits)


def test_all_agents_at_a_step_are_those_who_decided(view: RunView, record: RunRecord) -> None:
    rows, frame = agent_rows(view, 20), record.agent_frame.filter(step=20)
    assert [view.names.ids[agent] for agent in cast(list[int], rows["agent"])] == frame["agent"].to_list()
    assert np.allclose(cast(list[float], rows["value"]), frame["value"], rtol=1e-5)


def test_an_agents_record_is_what_its_explanation_says(view: RunView, record: RunRecord) -> None:
    fill = fill_rows(view, record.fill_frame["step"][-1])[0]
    agent, step = str(fill["agent"]), cast(int, fill["decided"])
    found, told = agent_record(view, agent, step), explain(record.path, agent, step)
    assert (found["action"], found["symbol"], found["value"]) == (told.action, told.symbol, told.value)
    assert [link["agent"] for link in cast(list[dict[str, Any]], found["above"])] == [link.agent for link in told.above]
    assert [trade.symbol for trade in told.trades] == [fill["symbol"]]


def test_an_unknown_agent_is_refused_with_the_nearest_name(view: RunView) -> None:
    with pytest.raises(BadInput, match="did you mean 'trade-executor-000"):
        agent_record(view, "trade-executor-00000", 3)


def test_a_forecast_is_that_on_record_and_differs_without_memory_by_what_memory_added(view: RunView, record: RunRecord) -> None:
    told = record.contribution_frame.filter(faculty="memories").sort("step")
    row = told.row(-1, named=True)
    found = agent_record(view, row["agent"], row["step"])
    forecast = cast(dict[str, float], found["without_memory"])
    assert forecast["after"] - forecast["before"] == pytest.approx(row["contribution"], abs=1e-5)
    decided = record.decision_frame.filter(step=row["step"], agent=row["agent"])
    assert forecast["after"] == pytest.approx(decided["reason.expected_return"][0], abs=1e-3)


def test_a_mind_is_computed_again_with_memories_as_decoded_and_as_they_were(record: RunRecord) -> None:
    early: list[dict[str, Any]] = []
    found = cast(dict[str, Any], mind(record.path, "market-hunter-0001", 40, early.append))
    assert np.sum(early[0]["cells"]) == pytest.approx(1, abs=1e-3)
    assert found["explanation"] == explain(record.path, "market-hunter-0001", 40).model_dump(mode="json")
    assert [memory["step"] for memory in found["memories"]] == [memory["step"] for memory in found["explanation"]["memories"]]
    for memory in found["memories"]:
        error = np.array(memory["decoded"]) - memory["true"]
        span = np.array(memory["high"]) - memory["low"]
        worst = found["explanation"]["memories"][found["memories"].index(memory)]["largest_error"]
        assert np.abs(error / span).max() == pytest.approx(worst, abs=1e-4)


def test_signals_of_a_window_are_those_on_record_with_their_status(view: RunView, record: RunRecord) -> None:
    found = signal_rows(view, STEPS)
    rows, frame = cast(list[list[Any]], found["rows"]), record.signal_frame
    assert [row[0] for row in rows] == frame["number"].to_list()[::-1]
    assert {row[9] for row in rows} == {True, False}
    assert cast(list[list[int]], found["edges"])


def test_what_memory_did_adds_up_over_pieces(view: RunView) -> None:
    totals = []
    for longest in (9, STEPS):
        figures, counts = MemoryFigures(view), np.zeros(len(COUNTS))
        while piece := figures.piece(longest):
            counts += np.array(piece["counts"]).sum(axis=(0, 2))
        totals.append(counts)
    assert np.allclose(totals[0], totals[1])
    moved, _, judged, helped, hurt, *_ = totals[0]
    assert helped + hurt == judged <= moved


@pytest.fixture(scope="module")
def patterned(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """A run in which a pattern is heard near its end."""
    out = tmp_path_factory.mktemp("runs") / "patterned"
    return run("whale-pump", agents=5, steps=68, seed=1, overrides={"patterns": [GIVEN]}, out=out)


def test_patterns_are_shown_with_what_they_did_and_their_evidence(patterned: RunRecord) -> None:
    view = RunView(patterned.path)
    figures, uses = MemoryFigures(view), np.zeros(len(USES))
    while piece := figures.piece(9):
        uses += np.array(piece["patterns"])[0]
    found, evidence = cast(dict[str, Any], market_patterns(view)), market_evidence(run_frame(patterned))
    view.close()
    applied, judged, helped, hurt, *_ = uses
    moved = patterned.contribution_frame.filter(faculty=PATTERN)
    assert applied == len(moved) > 0
    assert helped + hurt == judged == (moved["step"] <= 68 - patterned.scenario.memory.horizon).sum() > 0
    estimate = Estimate.of(Condition.of_data(GIVEN["conditions"]), evidence)
    (given,) = found["given"]
    assert (given["name"], given["events"], given["rate"]) == (PATTERN, estimate.rate.trials, estimate.rate.rate)
    assert (given["heeds"], given["hears"]) == (1, 1)
    assert found["tried"] == len(patterns_of(evidence).refused)
    assert json.dumps(found, allow_nan=False)


def test_what_is_kept_by_age_adds_up_to_what_is_kept(view: RunView, record: RunRecord) -> None:
    found = kept_memories(view)
    ages = np.array(found["ages"])
    count, size = cast(list[int], found["kept"])
    assert (ages[-1, 0], ages[:, 1].sum()) == (STEPS, count)
    assert 0 < ages[:, 2].sum() < size  # books are beside them


def test_what_shortening_changed_is_told_by_group(view: RunView, tmp_path: Path) -> None:
    short = {"agents.count": 10, "memory.budget_bytes": 100}
    with closing(RunView(run("quick", steps=STEPS, overrides=short, out=tmp_path / "short").path)) as shortened:
        found = kept_memories(shortened)
    changed = cast(dict[str, float], found["changed"])
    assert cast(int, found["shortened"]) > 0
    assert all(0 <= share < 1 for share in changed.values())
    assert max(changed.values()) > 0
    assert kept_memories(view)["changed"] == {}


def test_a_fork_parts_from_its_parent_where_its_changed_key_first_matters(record: RunRecord, tmp_path: Path) -> None:
    first = int(record.fill_frame["step"][0])
    assert first > 1
    other = fork(record.path, at=1, overrides={"market.fee_bps": 99}, out=tmp_path / "dear")
    views = [RunView(path) for path in (record.path, other.path)]
    found = comparison(*views)
    for view in views:
        view.close()
    assert found["shared"] == first - 1
    assert found["settings"] == [("market.fee_bps", "5.0", "99.0")]


def test_a_run_in_which_whole_cohorts_are_left_out_or_leave_is_shown_to_its_end(tmp_path: Path) -> None:
    rise = {"kind": "metaorder", "at": 12, "side": "buy", "size": 12.0, "bars": 2}
    shorts = {"name": "shorts", "count": 5, "exposure": [-4.5, -3.5], "left_out": ["risk-manager"]}
    settings = {"market.max_leverage": 5.0, "market.maintenance_margin": 0.1, "market.auction.turnover": 1e6, "market.cash": 50_000}
    groups = {"desks": [{"name": "holders", "count": 5}, shorts], "events": [rise], "seed": 3, "market.warmup": 30}
    record = run("short-squeeze", agents=40, steps=24, overrides=settings | groups, out=tmp_path / "run")
    called = int(record.fill_frame.filter(record.fill_frame["agent"].is_null())["step"][0])
    with closing(RunView(record.path)) as view:
        found = pieces(view, 10)
        assert found[-1]["last"] == 24
        figures = MemoryFigures(view)
        while figures.piece(10):
            pass
        assert figures.step == 24
        texts = [text for piece in found for step, text in piece["events"] if step == called]
        assert any(text.startswith("margin call: the broker closes positions of") for text in texts)
        assert min(mark[5] for piece in found for mark in piece["fills"]) >= -1
        assert None in {row["agent"] for row in fill_rows(view, called)}
        assert agent_rows(view, 24)
        assert kept_memories(view)["kept"]
