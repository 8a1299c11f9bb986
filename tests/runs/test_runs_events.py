"""Runs with planned events: on record, told in words, the same when resumed, and what of them a fork may change."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from cli_runner import called

from freeagentics import Probe, Scenario, explain, fork, load_scenario, resume, run
from freeagentics.errors import BadScenario, Interrupted
from freeagentics.records.run_record import RunRecord
from freeagentics.report.facts import aggregate
from freeagentics.report.sections.events import events
from freeagentics.visualization.run_view import RunView
from freeagentics.visualization.series import Series

STEPS = 12
RUMOUR = {"kind": "rumour", "at": 3, "value": 3.0}
DARK = {"kind": "dark-source", "at": 4, "bars": 2, "source": "whales"}
SELLER = {"kind": "metaorder", "at": 6, "size": 2.0, "bars": 2}
BREAKER = {"kind": "circuit-breaker", "at": 5, "move": 0.005, "halt": 3}
EVENTS = [SELLER, RUMOUR, BREAKER, DARK]


def planned(*events: dict[str, object], **changes: object) -> Scenario:
    small = {"agents.count": 10, "steps": STEPS, "market.warmup": 10, "market.auction.turnover": 1e6, "run.checkpoint_every": 5}
    return load_scenario("floor", small | {"events": list(events)} | changes)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run(planned(*EVENTS), out=tmp_path_factory.mktemp("events") / "run")


def test_events_stand_in_a_frame_with_what_was_traded(record: RunRecord) -> None:
    frame = record.event_frame
    assert frame.filter(kind="rumour")["step"].to_list() == [3]
    assert frame.filter(kind="dark-source")["step"].to_list() == [4, 5]
    sold = frame.filter(kind="metaorder")
    assert sold["step"][0] == 6
    assert (sold["quantity"] < 0).all() and (sold["value"] > 0).all()
    assert frame.filter(kind="circuit-breaker").height > 0


def test_a_rumour_is_a_signal_that_everybody_is_told(record: RunRecord) -> None:
    told = record.signal_frame.filter(pl.col("audience").list.len() == 0)
    assert told.select("step", "source", "kind").rows() == [(3, "market-hunter-0000", "TREND")]
    assert told["data"][0].to_list() == [3.0]
    heard = explain(record.path, "trade-executor-0001", 3)
    assert ("market-hunter-0000", "TREND") in [(signal.source, signal.kind) for signal in heard.signals]
    assert [(event.step, event.text) for event in heard.events] == [
        (3, "a rumour: trend +3 (BTCUSDT)"),
        (4, "the source whales is dark for 2 bars (BTCUSDT)"),
    ]


def test_events_are_named_by_command_report_and_page(record: RunRecord, tmp_path: Path) -> None:
    said = called("explain", record.path, "--agent", "trade-executor-0001", "--step", 6, cwd=tmp_path).stdout
    assert "step 6: an outsider sells 2 bars' usual turnover over 2 bars (BTCUSDT)" in said
    section = events(aggregate(record))
    assert section is not None
    assert "4 events took place, on" in section.html()
    assert "a move of 0.5% within 8 auctions halts trading for 3" in section.html()
    view = RunView(record.path)
    piece = Series(view).piece(STEPS)
    view.close()
    assert piece is not None
    assert piece["events"][0] == [3, "a rumour: trend +3 (BTCUSDT)"]  # type: ignore[index]


class StopAtSeven(Probe):
    """Asks to stop after step 7."""

    left = 7

    def stopping(self) -> bool:
        self.left -= 1
        return self.left < 1


def test_a_run_stopped_amid_events_goes_on_as_one_that_was_not(record: RunRecord, tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        run(planned(*EVENTS), out=tmp_path / "run", probes=[StopAtSeven()])
    assert resume(tmp_path / "run").summary.trajectory_sha256 == record.summary.trajectory_sha256


def test_a_fork_may_change_events_that_have_not_begun_and_no_others(record: RunRecord, tmp_path: Path) -> None:
    forked = fork(record.path, 4, overrides={"events": [RUMOUR, DARK, BREAKER]}, out=tmp_path / "quiet")
    prices = [each.model_frame["price"].to_list() for each in (record, forked)]
    assert prices[0][:5] == prices[1][:5]
    assert prices[0][6] < prices[1][6]
    assert forked.event_frame.filter(kind="metaorder").is_empty()
    assert explain(forked.path, "trade-executor-0001", 3).events[0].text.startswith("a rumour")
    with pytest.raises(BadScenario, match="dark-source at step 4 begins before the fork does, after step 4; only later events can change"):
        fork(record.path, 4, overrides={"events": [RUMOUR]})


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"market.kind": "synthetic", "events": [SELLER]}, 'metaorder at step 6 takes prices that answer: market.kind = "auction"'),
        ({"events": [{**DARK, "source": "whale"}]}, "dark-source at step 4: source 'whale' cannot go dark; did you mean 'whales'"),
        ({"events": [{**DARK, "source": "price"}]}, "source 'price' cannot go dark"),
        ({"events": [{"kind": "metaorders", "at": 6}]}, "events.0: no kind 'metaorders'; did you mean 'metaorder'?"),
        ({"events": [{"at": 6}]}, "events.0: give its kind"),
        ({"events": [{"kind": "metaorder", "at": 6}]}, "events.0.metaorder.size: Field required"),
        ({"events": [{**SELLER, "sise": 3}]}, "unknown key 'events.0.metaorder.sise'; did you mean 'size'"),
    ],
)
def test_events_that_cannot_be_are_refused_in_one_line(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(BadScenario) as refused:
        load_scenario("floor", change)
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_symbol_that_a_market_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadScenario, match="events: metaorder at step 6: no symbol 'BTC'; did you mean 'BTCUSDT'"):
        run(planned({**SELLER, "symbols": ["BTC"]}), out=tmp_path / "run")
