"""Explanations are true: checked against the journal, and against a model that really was run without a memory or a signal."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from credulous import CREDULOUS

from freeagentics.agents import BUILT_IN, ROLES
from freeagentics.errors import BadInput, BadScenario
from freeagentics.journal import SHARED, Journal, JournalWriter, Kind
from freeagentics.memory import RecallIndex
from freeagentics.records.roster import Roster
from freeagentics.records.run_record import RunRecord
from freeagentics.replay import Explanation, explain
from freeagentics.runs import run
from freeagentics.signals import Board, Inbox
from freeagentics.simulation import MarketModel

STEPS = 50
EACH = 3


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    out = tmp_path_factory.mktemp("explained") / "run"
    return run("btc-replay", agents=25, steps=STEPS, overrides={"run.checkpoint_every": 3} | CREDULOUS, out=out)


@pytest.fixture(scope="module")
def journal(record: RunRecord) -> Journal:
    return Journal(record.directory.journal)


@pytest.fixture(scope="module")
def told(record: RunRecord) -> list[Explanation]:
    """Three random decisions of each role, three that traded, and three that went by memories most."""
    pick = random.Random(4)
    chosen = []
    for role in BUILT_IN:
        chosen += [explain(record.path, f"{role}-{pick.randrange(5):04d}", pick.randrange(1, STEPS + 1)) for _ in range(EACH)]
    frame = record.agent_frame
    traded = frame.filter(pl.col("action").is_in(["buy", "sell"])).tail(3)
    heeding = frame.filter(pl.col("agent").str.starts_with("market-hunter")).sort("memory_weight").tail(3)
    return chosen + [explain(record.path, row["agent"], row["step"]) for row in pl.concat([traded, heeding]).iter_rows(named=True)]


def decision_of(journal: Journal, record: RunRecord, told: Explanation) -> np.void:
    names = Roster(journal)
    agent = names.ids.index(told.agent)
    page = journal.read(told.step, Kind.DECISIONS, int(names.seats["cohort"][agent]))
    assert page is not None
    decision: np.void = page[page["agent"] == agent][0]
    return decision


def test_the_decision_is_the_one_on_record(told: list[Explanation], journal: Journal, record: RunRecord) -> None:
    for one in told:
        decision = decision_of(journal, record, one)
        assert one.action == ROLES[one.role].actions[decision["action"]]
        assert one.value == decision["value"]
        assert list(one.reasoning.values()) == decision["reason"].tolist()[: len(one.reasoning)]


def test_the_memories_and_signals_are_those_that_the_decision_names(told: list[Explanation], journal: Journal, record: RunRecord) -> None:
    for one in told:
        decision = decision_of(journal, record, one)
        assert [memory.age for memory in one.memories] == [age for age in decision["memory_age"].tolist() if age]
        assert {signal.number for signal in one.signals if signal.named} == {
            number for number in decision["signal"].tolist() if number >= 0
        }


def test_what_it_saw_is_what_the_market_showed(told: list[Explanation], journal: Journal) -> None:
    for one in told:
        shown = journal.read(one.step, Kind.OBSERVATION, SHARED)
        assert shown is not None
        assert one.saw["close"] == shown["price"][0] / 1e8
        assert set(one.saw) == {"close"} | {column for column in one.saw if column.split(".")[0] in one.sources}


def test_signals_are_told_as_they_were_sent(told: list[Explanation], journal: Journal, record: RunRecord) -> None:
    names = Roster(journal)
    heard = [signal for one in told for signal in one.signals]
    assert heard
    for signal in heard:
        sent = journal.read(signal.step, Kind.SIGNALS, SHARED)
        assert sent is not None
        row = sent[sent["number"] == signal.number][0]
        assert signal.source == names.ids[row["source"]]
        assert signal.data["BTCUSDT"] == row["data"][0]


def test_outcomes_are_those_on_record_or_recomputed_from_prices(told: list[Explanation], journal: Journal) -> None:
    for one in told:
        horizon = one.outcome.horizon
        assert one.outcome.bars_passed == min(horizon, STEPS - one.step)
        assert (one.outcome.reward is None) == (one.step + horizon > STEPS)
        first, last = (journal.read(step, Kind.OBSERVATION, SHARED) for step in (one.step, one.step + one.outcome.bars_passed))
        assert first is not None and last is not None
        change = np.log(last["price"][0] / first["price"][0]) / (one.saw["price.volatility"] * np.sqrt(horizon))
        assert one.outcome.result == pytest.approx(np.clip(change, -4, 4), rel=1e-4, abs=1e-6)


def test_a_chain_is_one_chain_read_from_either_end(told: list[Explanation], record: RunRecord) -> None:
    followed = [one for one in told if one.above]
    assert followed
    for one in followed[:2]:
        parent = explain(record.path, one.above[0].agent, one.above[0].step)
        assert (one.agent, one.step) in {(link.agent, link.step) for link in parent.below}


def test_decoding_errors_are_within_what_the_codec_promises(told: list[Explanation]) -> None:
    memories = [memory for one in told for memory in one.memories]
    assert memories
    for memory in memories:
        assert memory.decoding_error is not None and memory.largest_error is not None
        assert 0 < memory.decoding_error <= memory.largest_error <= 0.5 / 3 + 1e-6
        assert memory.kept_bytes == memory.code_bytes > 0


def early(told: list[Explanation]) -> list[Explanation]:
    """Those first that take the fewest steps to come to again."""
    return sorted(told, key=lambda one: one.step)


def test_without_a_memory_is_what_a_real_run_without_it_does(
    told: list[Explanation], record: RunRecord, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    moved = [(one, memory) for one in early(told) for memory in one.memories if not memory.without.same]
    assert moved
    for count, (one, memory) in enumerate(moved[:2]):
        recall = RecallIndex.recall
        row = int(one.agent[-4:])

        def forgetful(index, keys, k, step, metric, *, named=0, one=one, memory=memory, row=row, recall=recall):  # type: ignore[no-untyped-def]
            role = forgetful.role  # type: ignore[attr-defined]
            if step == one.step and index is role.index:
                index.result[row, index.step[row] == memory.step] = np.nan
            return recall(index, keys, k, step, metric, named=named)

        action, value = run_with(record, one, tmp_path / str(count), monkeypatch, "recall", forgetful)
        assert (action, value) == (memory.without.action, memory.without.value)


def run_with(
    record: RunRecord, one: Explanation, out: Path, monkeypatch: pytest.MonkeyPatch, what: str, replacement: Any
) -> tuple[str, float]:
    """A whole run with one method replaced; what the agent did at the step."""
    with Journal(out.with_suffix(".db"), create=True) as journal, MarketModel(record.scenario) as model:
        cohort = model.agent(one.agent).cohort
        replacement.role = cohort
        owner: type = {"recall": RecallIndex, "inbox": Board}[what]
        with monkeypatch.context() as patch:
            patch.setattr(owner, what, replacement)
            model.record_to(JournalWriter(journal))
            for _ in range(one.step):
                model.step()
            model.writer.flush()
        decision = decision_of(journal, record, one)
        return ROLES[one.role].actions[decision["action"]], float(decision["value"])


def test_without_a_signal_is_what_a_real_run_without_it_does(
    told: list[Explanation], record: RunRecord, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    moved = [(one, signal) for one in early(told) for signal in one.signals if not signal.without.same]
    assert moved
    for count, (one, signal) in enumerate(moved[:2]):
        inbox_of = Board.inbox
        row = int(one.agent[-4:])

        def deaf(board, cohort, now, one=one, signal=signal, row=row, inbox_of=inbox_of):  # type: ignore[no-untyped-def]
            inbox: Inbox = inbox_of(board, cohort, now)
            role = deaf.role  # type: ignore[attr-defined]
            if cohort == role.number and now == one.timestamp:
                role.heard.expires[row, role.heard.number[row] == signal.number] = -1
                keep = ~((inbox.number == signal.number) & (inbox.row == row))
                columns = {name: getattr(inbox, name)[keep] for name in Inbox.__slots__ if name != "read_watermark"}
                return Inbox(**columns, read_watermark=inbox.read_watermark)
            return inbox

        action, value = run_with(record, one, tmp_path / str(count), monkeypatch, "inbox", deaf)
        assert (action, value) == (signal.without.action, signal.without.value)


def test_what_is_not_there_is_named(record: RunRecord) -> None:
    with pytest.raises(BadInput, match="did you mean 'trade-executor-0001'"):
        explain(record.path, "trade-executor-001", 3)
    with pytest.raises(BadScenario, match=f"this run has steps 1 to {STEPS}"):
        explain(record.path, "trade-executor-0001", STEPS + 1)
