"""States of a run's agents, and a fork in which one of them goes back to an earlier one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from credulous import CREDULOUS
from polars.testing import assert_frame_equal
from probes import Watch

from freeagentics import RunRecord, explain, replay_frames
from freeagentics.arrays import AnyArray
from freeagentics.cli.afterwards import write_audit
from freeagentics.errors import BadInput, BadScenario, BadStore, CorruptRecord, Interrupted
from freeagentics.journal import Journal, Kind
from freeagentics.runs import fork, resume, run
from freeagentics.runs.rollbacks import check_rollbacks, recorded_rollbacks
from freeagentics.runs.run_states import RunStates
from freeagentics.runs.state_sections import state_sections
from freeagentics.services import AgentState, StateType
from freeagentics.services.state_content import content_sha256
from freeagentics.simulation import MarketModel

STEPS, AT, TO = 30, 21, 8
TEAM = {"market-hunter": 1, "risk-manager": 1, "trade-executor": 1}
# Days on which there is much to trade.
SETTINGS = {"run.checkpoint_every": 6, "market.start": "2022-01-27T00:00:00Z", "agents.team": TEAM} | CREDULOUS
WHO = "trade-executor-0000"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run, a fork of it that changes nothing, and one in which an executor goes back."""
    place = tmp_path_factory.mktemp("states")
    run("btc-replay", agents=6, steps=STEPS, overrides=SETTINGS, out=place / "run")
    fork(place / "run", AT, out=place / "plain")
    fork(place / "run", AT, rollback={WHO: TO}, by="me", out=place / "back")
    return place


def content(states: RunStates, agent: str | None, step: int) -> str:
    return content_sha256(states.at(agent, step).parts())


def shared(one: Path, other: Path) -> int:
    """The last step up to which two runs are the same."""
    with Journal(one / "journal.db") as left, Journal(other / "journal.db") as right:
        return max(step for step in range(1, STEPS + 1) if left.commit_record(step) == right.commit_record(step))


def test_one_agent_goes_on_from_its_earlier_state_and_all_others_from_theirs(place: Path) -> None:
    assert RunRecord(place / "plain").summary.trajectory_sha256 == RunRecord(place / "run").summary.trajectory_sha256
    assert AT <= shared(place / "run", place / "back") < STEPS
    with RunStates(place / "run") as before, RunStates(place / "back") as after:
        assert content(after, WHO, AT) == content(before, WHO, TO) != content(before, WHO, AT)
        for agent in set(before.roster.ids) - {WHO}:
            assert content(after, agent, AT) == content(before, agent, AT)
        shared_parts = {part for part in before.parts(AT) if not part.startswith("cohort-")}
        assert {part: bits(after.parts(AT)[part]) for part in shared_parts} == {part: bits(before.parts(AT)[part]) for part in shared_parts}


def bits(arrays: Mapping[str, AnyArray]) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in arrays.items()}


def test_nothing_that_the_run_has_on_record_changes(place: Path, tmp_path: Path) -> None:
    path = shutil.copytree(place / "run", tmp_path / "run")
    before = (path / "journal.db").read_bytes()
    fork(path, AT, rollback={WHO: TO}, out=tmp_path / "back")
    assert (path / "journal.db").read_bytes() == before
    assert not (path / "states.db").exists()


def test_it_does_not_learn_from_decisions_that_it_does_not_remember_and_others_do(place: Path) -> None:
    horizon = 8
    judged: dict[str, list[int]] = {}
    with RunStates(place / "back") as states:
        number = states.roster.ids.index(WHO)
        other = states.roster.ids.index("trade-executor-0001")
        for step, _, rows in states.journal.scan(Kind.OUTCOMES, first=AT + 1):
            for name, agent in (("it", number), ("its peer", other)):
                judged.setdefault(name, []).extend([step - horizon] * int((rows["agent"] == agent).sum()))
    assert judged["its peer"] == list(range(AT + 1 - horizon, STEPS + 1 - horizon))
    assert judged["it"] == list(range(AT + 1, STEPS + 1 - horizon))


def test_it_is_the_same_again_and_when_it_was_stopped_and_on_threads(place: Path, tmp_path: Path) -> None:
    whole = RunRecord(place / "back").summary.trajectory_sha256
    asked: list[bool] = []
    stop = Watch(stopping=lambda: asked.append(True) or len(asked) > 3)  # type: ignore[func-returns-value]
    with pytest.raises(Interrupted):
        fork(place / "run", AT, rollback={WHO: TO}, out=tmp_path / "stopped", probes=[stop])
    assert resume(tmp_path / "stopped").summary.trajectory_sha256 == whole
    threads = fork(place / "run", AT, rollback={WHO: TO}, overrides={"run.workers": 2}, out=tmp_path / "threads")
    assert threads.summary.trajectory_sha256 == whole


def test_it_explains_replays_and_audits_every_step_that_it_has(place: Path) -> None:
    path = place / "back"
    for step in (TO, AT - 1, AT, AT + 1, STEPS):
        for agent in (WHO, "market-hunter-0001"):
            assert explain(path, agent, step).step == step
    frames, plain = replay_frames(path), replay_frames(place / "run")
    assert frames.beliefs["step"].max() == STEPS
    assert_frame_equal(frames.beliefs.filter(step=AT), plain.beliefs.filter(step=AT))
    assert not frames.beliefs.filter(step=AT + 1, agent=WHO).equals(plain.beliefs.filter(step=AT + 1, agent=WHO))
    assert_frame_equal(
        frames.beliefs.filter(step=AT + 1, agent="market-hunter-0000"), plain.beliefs.filter(step=AT + 1, agent="market-hunter-0000")
    )
    assert write_audit(RunRecord(path), 4).steps == 4
    assert "<html" in RunRecord(path).save_report(path / "report.html").read_text()


def test_who_rolled_back_is_in_the_journal_and_in_the_audit_trail(place: Path) -> None:
    with RunStates(place / "run") as before, RunStates(place / "back") as states:
        (rolled,) = check_rollbacks(states, replay=True)
        assert (rolled.agent, rolled.to, rolled.at, rolled.content_sha256) == (WHO, TO, AT, content(before, WHO, TO))
        backup, back = states.audit(WHO)
        assert (backup.state_type, backup.current_cycle, backup.content_sha256) == (StateType.BACKUP, AT, content(before, WHO, AT))
        assert (back.current_cycle, back.content_sha256, back.restored) == (TO, rolled.content_sha256, f"step {TO}")
        assert {backup.by, back.by} == {"me"}
        assert before.run in back.reason
        assert states.audit_all() == [backup, back]
        assert recorded_rollbacks(before.journal) == []


@pytest.mark.parametrize(("at", "known"), [(AT - 3, 0), (AT, 1), (AT + 2, 1)])
def test_a_fork_of_it_goes_back_only_where_it_went_back(at: int, known: int, place: Path, tmp_path: Path) -> None:
    again = fork(place / "back", at, out=tmp_path / "fork")
    with RunStates(again.path) as states:
        assert len(check_rollbacks(states, replay=True)) == known
    same = place / ("back" if known else "run")
    assert again.summary.trajectory_sha256 == RunRecord(same).summary.trajectory_sha256
    assert explain(again.path, WHO, STEPS).step == STEPS


def test_agents_may_go_back_one_after_the_other_and_together(place: Path, tmp_path: Path) -> None:
    two = {WHO: TO, "market-hunter-0001": 13}
    together = fork(place / "run", AT, rollback=two, out=tmp_path / "together")
    after = fork(place / "back", AT, rollback={"market-hunter-0001": 13}, out=tmp_path / "after")
    assert together.summary.trajectory_sha256 == after.summary.trajectory_sha256
    again = fork(tmp_path / "after", AT + 3, rollback={WHO: AT}, out=tmp_path / "again")
    for record, count in ((together, 2), (after, 2), (again, 3)):
        with RunStates(record.path) as states:
            assert len(check_rollbacks(states, replay=True)) == count
    with RunStates(again.path) as states:
        # Its state after the first rollback, which was that of an earlier step.
        assert content(states, WHO, AT + 3) == content(states, WHO, TO)


def test_a_checkpoint_that_was_changed_is_named(place: Path, tmp_path: Path) -> None:
    def changed(name: str, part: str, array: str, row: int) -> RunStates:
        path = shutil.copytree(place / "back", tmp_path / name)
        with Journal(path / "journal.db") as journal:
            parts = journal.checkpoint(AT)
            parts[part][array][row] += 1
            journal.put_checkpoint(AT, parts)
        return RunStates(path)

    seats = RunStates(place / "back").roster
    part = f"cohort-{seats.seats['cohort'][seats.ids.index(WHO)]}"
    with changed("its own", part, "index.importance", 0) as states, pytest.raises(CorruptRecord, match=f"step {AT} .*: {WHO}'s state has"):
        check_rollbacks(states)
    with changed("its peer's", part, "index.importance", 1) as states:
        check_rollbacks(states)
        with pytest.raises(CorruptRecord, match="trade-executor-0001's state is not the one"):
            check_rollbacks(states, replay=True)
    with changed("the ledger's", "ledger", "exposure", 0) as states, pytest.raises(CorruptRecord, match="its ledger is not the one"):
        check_rollbacks(states, replay=True)


def test_a_state_is_the_same_whether_its_step_has_a_checkpoint_or_not(place: Path, tmp_path: Path) -> None:
    other = run("btc-replay", agents=6, steps=STEPS, overrides=SETTINGS | {"run.checkpoint_every": 7}, out=tmp_path / "other")
    with RunStates(place / "run") as states, RunStates(other.path) as others:
        for step in (6, 7, 12, STEPS):
            for agent in (*states.roster.ids, None):
                assert content(states, agent, step) == content(others, agent, step) or agent is None
        assert [state.current_cycle for state in states.checkpoints(WHO)] == [6, 12, 18, 24, 30]


def test_saved_states_come_back_from_the_runs_own_store_and_from_any_other(place: Path, tmp_path: Path) -> None:
    path = shutil.copytree(place / "run", tmp_path / "run")
    for store in ("", f"sqlite:///{tmp_path}/other.db"):
        with RunStates(path, store=store, by="me") as states:
            first = states.save(WHO, 10, state_type=StateType.BACKUP, reason="before the fall")
            second = states.save(WHO)
            whole = states.save(None, 18)
            assert (first.version, second.version, second.current_cycle, whole.version) == (1, 2, STEPS, 1)
        with RunStates(path, store=store) as states:
            assert content_sha256(states.version(WHO, 1).parts()) == content(states, WHO, 10)
            found = states.version(None, 1)
            for part, arrays in states.journal.checkpoint(18).items():
                assert bits(arrays) == {name: found.arrays[f"{part}/{name}"].tobytes() for name in arrays}
            assert [entry.state_type for entry in states.saved(WHO)] == [StateType.BACKUP, StateType.CHECKPOINT]
            assert [entry.agent_id for entry in states.audit_all()] == [WHO, WHO, None]


def test_an_agent_that_left_has_no_state_afterwards(tmp_path: Path) -> None:
    def leaves(model: MarketModel) -> None:
        if model.steps == 9:
            model.agent(WHO).remove()

    run("btc-replay", agents=6, steps=20, overrides=SETTINGS, out=tmp_path / "run", probes=[Watch(leaves)])
    with RunStates(tmp_path / "run") as states:
        assert [state.current_cycle for state in states.checkpoints(WHO)] == [6]
        assert states.at(WHO, 9).current_cycle == 9
        with pytest.raises(BadInput, match=f"{WHO} left before step 10, so it has no state at step 10"):
            states.at(WHO, 10)
    with pytest.raises(BadInput, match="left before step 10"):
        fork(tmp_path / "run", 12, rollback={WHO: 5}, out=tmp_path / "fork")
    other = fork(tmp_path / "run", 12, rollback={"market-hunter-0000": 5}, out=tmp_path / "other")
    with RunStates(other.path) as states:
        assert len(check_rollbacks(states, replay=True)) == 1


def test_agents_of_groups_whose_histories_differ_keep_as_much_as_they_may(tmp_path: Path) -> None:
    groups = [{"name": "long", "count": 1}, {"name": "short", "count": 1, "memory": {"history": 5}}]
    run("btc-replay", agents=6, steps=24, overrides=SETTINGS | {"desks": groups}, out=tmp_path / "run")
    with RunStates(tmp_path / "run") as states:
        assert [len(states.at(f"trade-executor-000{n}", 20).arrays["history.records"]) for n in range(2)] == [20, 5]
    back = fork(tmp_path / "run", 20, rollback={"trade-executor-0001": 10, WHO: 10}, out=tmp_path / "back")
    with RunStates(back.path) as states:
        assert len(check_rollbacks(states, replay=True)) == 2


@pytest.mark.parametrize(
    ("act", "error", "said"),
    [
        (lambda path: fork(path, AT, rollback={"trade-executor-9": 3}), BadInput, "no agent 'trade-executor-9' in .*; did you mean"),
        (lambda path: fork(path, AT, rollback={WHO: AT}), BadScenario, f"cannot go back to step {AT}: the fork begins after step {AT}, so"),
        (lambda path: fork(path, AT, rollback={WHO: 0}), BadScenario, "cannot go back to step 0"),
        (lambda path: fork(path, AT, rollback={WHO: cast("int", 2.5)}), BadInput, "the step to go back to"),
        (lambda path: RunStates(path).at(WHO, STEPS + 1), BadScenario, f"step {STEPS + 1}: this run has steps 1 to {STEPS}"),
        (lambda path: RunStates(path).at("nobody", 1), BadInput, "no agent 'nobody'"),
        (lambda path: RunStates(path).version(WHO, 1), BadInput, "no version of a state was saved yet"),
        (lambda path: RunStates(path).saved("nobody"), BadInput, "no agent 'nobody'"),
        (
            lambda path: RunStates(path, store=f"sqlite:///{path}/x.db").saved(WHO),
            BadStore,
            "x.db has no states of run btc-replay-.*; save",
        ),
        (lambda path: RunStates(path, store="sqlit:///x.db").saved(WHO), BadStore, "unknown store scheme"),
        (lambda path: RunStates(path).audit_all(known="ab" * 32), CorruptRecord, "no audit trail has an entry of the hash"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    act: Callable[[Path], object], error: type[Exception], said: str, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shutil.copytree(place / "run", tmp_path / "run")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=said) as raised:
        act(path)
    assert "\n" not in str(raised.value)
    # Nothing was begun in vain.
    assert not (tmp_path / "runs").exists()


def test_the_differences_of_states_are_told_by_what_they_are_for(place: Path) -> None:
    with RunStates(place / "run") as states:
        found = {section.title: section for section in state_sections(states.at(WHO, 12), states.at(WHO, STEPS))}
        assert {"belief", "weights", "memories", "history of its actions"} <= set(found)
        assert "of its probability lies in other states of the market; bull " in found["belief"].summary
        assert found["history of its actions"].summary == f"12 steps before, {STEPS} after"
        assert found["memories"].summary.startswith(f"{STEPS - 12} new, 0 gone, 12 in both")
        assert all(part.changed for section in found.values() for part in section.parts)
        assert state_sections(states.at(WHO, 12), states.at(WHO, 12)) == []
        whole = state_sections(states.at(None, 12), states.at(None, 18))
        assert {"market", "ledger", "cohort-0"} <= {section.title for section in whole}


def test_every_array_of_an_agent_belongs_to_a_section(place: Path) -> None:
    with RunStates(place / "run") as states:
        for agent in ("market-hunter-0000", "risk-manager-0000", WHO):
            before = states.at(agent, 12)
            other = {name: np.array(~array if array.dtype == bool else array + 1) for name, array in before.arrays.items()}
            after = AgentState(agent_id=agent, configuration=before.configuration, arrays=other)
            parts = [part.name for section in state_sections(before, after) for part in section.parts]
            assert sorted(parts) == sorted(f"arrays/{name}" for name in before.arrays)
