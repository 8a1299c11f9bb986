"""A fork is a run like any other at every step that it has, those of its parents included, though the parents are gone."""

from __future__ import annotations

import re
import shlex
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from credulous import CREDULOUS
from polars.testing import assert_frame_equal
from probes import Watch

from freeagentics import records
from freeagentics.cli.afterwards import write_audit
from freeagentics.errors import BadRunDirectory, Interrupted, RunFailed
from freeagentics.journal import Journal
from freeagentics.memory.codec.registry import shipped
from freeagentics.records import RunRecord
from freeagentics.records.run_directory import RunDirectory
from freeagentics.replay import Explanation, explain
from freeagentics.runs import fork, resume, run

STEPS, AGENTS = 30, 5
TEAM = {"market-hunter": 1, "risk-manager": 1, "trade-executor": 1}
FEES = {"market.fee_bps": 300.0, "memory.trust": 0.9, "signals.ttl_hours": 5.0, "roles.risk-manager.max_exposure": 0.3}
"""What makes another course from the next fill on."""


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run, a fork of it after step 14, a fork of that after step 20, and one of it after step 9; all but the forks are gone."""
    place = tmp_path_factory.mktemp("line")
    # Days on which there is much to trade.
    settings = {"run.checkpoint_every": 6, "market.start": "2022-01-27T00:00:00Z", "agents.team": TEAM} | CREDULOUS
    run("btc-replay", agents=6, steps=STEPS, overrides=settings, out=place / "first")
    fork(place / "first", 14, overrides=FEES, out=place / "fork")
    fork(place / "fork", 20, overrides={"market.impact_bps": 900.0, "memory.trust": 0.0}, out=place / "grandchild")
    fork(place / "fork", 9, overrides={"market.fee_bps": 0.0}, out=place / "early")
    (place / "first").rename(place / "kept")
    return {name: place / name for name in ("kept", "fork", "grandchild", "early")}


def told(path: Path, agent: str, step: int) -> Explanation:
    """What of an explanation does not depend on later steps."""
    whole = explain(path, agent, step)
    return whole.model_copy(update={"below": (), "outcome": None, "trades": ()})


def shared(one: records.RunRecord, other: records.RunRecord) -> int:
    """The last step up to which two runs are the same."""
    with Journal(one.directory.journal) as left, Journal(other.directory.journal) as right:
        return max(step for step in range(1, STEPS + 1) if left.commit_record(step) == right.commit_record(step))


def test_the_runs_part_where_they_were_forked(line: dict[str, Path]) -> None:
    records = {name: RunRecord(path) for name, path in line.items()}
    assert 14 <= shared(records["kept"], records["fork"]) < STEPS
    assert 20 <= shared(records["fork"], records["grandchild"]) < STEPS
    assert 9 <= shared(records["fork"], records["early"]) < STEPS


@pytest.mark.parametrize(
    ("name", "step"),
    [
        *(("fork", step) for step in (4, 14, 15)),
        *(("grandchild", step) for step in (14, 15, 20, 21, STEPS)),
        *(("early", step) for step in (9, 10, 15, STEPS)),
    ],
)
def test_a_fork_explains_every_step_that_it_has(name: str, step: int, line: dict[str, Path]) -> None:
    """The first and the last of each part of it."""
    role = "trade-executor" if step % 2 else "market-hunter"
    one = explain(line[name], f"{role}-0000", step)
    assert one.step == step
    assert all((memory.decoding_error or 1) <= (memory.largest_error or 0) for memory in one.memories)


@pytest.mark.parametrize(("name", "of", "last"), [("fork", "kept", 14), ("grandchild", "fork", 20), ("early", "kept", 9)])
def test_steps_that_it_shares_are_explained_as_they_are_in_the_other_run(name: str, of: str, last: int, line: dict[str, Path]) -> None:
    assert told(line[name], "trade-executor-0000", last) == told(line[of], "trade-executor-0000", last)


@pytest.mark.parametrize(("name", "steps"), [("fork", (3, STEPS)), ("grandchild", (14, 17)), ("early", (8, STEPS))])
def test_a_fork_goes_on_and_forks_again_at_every_step(name: str, steps: tuple[int, int], line: dict[str, Path], tmp_path: Path) -> None:
    path = shutil.copytree(line[name], tmp_path / "run")
    whole = RunRecord(path)
    for at in steps:
        again = fork(path, at, out=tmp_path / f"at {at}")
        assert shared(again, whole) >= at
        assert explain(again.path, "risk-manager-0000", max(at - 1, 1)).step == max(at - 1, 1)
    assert fork(path, 9 if name == "early" else 20, out=tmp_path / "same").summary.trajectory_sha256 == whole.summary.trajectory_sha256
    longer = resume(path, steps=STEPS + 3)
    assert longer.summary.steps == STEPS + 3
    assert shared(longer, whole) == STEPS
    assert explain(path, "trade-executor-0000", 5).step == 5


def test_a_fork_that_was_stopped_goes_on_to_the_same_end(line: dict[str, Path], tmp_path: Path) -> None:
    asked: list[bool] = []
    stop = Watch(stopping=lambda: asked.append(True) or len(asked) > 4)  # type: ignore[func-returns-value]
    with pytest.raises(Interrupted):
        fork(line["kept"], 14, overrides=FEES, out=tmp_path / "fork", probes=[stop])
    assert resume(tmp_path / "fork").summary.trajectory_sha256 == RunRecord(line["fork"]).summary.trajectory_sha256


def test_a_fork_that_was_killed_while_it_was_made_is_none(line: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Journal, "discard_after", killed)
    with pytest.raises(KeyboardInterrupt):
        fork(line["kept"], 14, out=tmp_path / "fork")
    # With all of the parent's steps in it, it would pass for a run of these settings.
    with pytest.raises(BadRunDirectory, match=r"no journal\.db"):
        resume(tmp_path / "fork")


def test_settings_that_are_edited_are_noticed_in_the_shared_part_too(line: dict[str, Path], tmp_path: Path) -> None:
    path = shutil.copytree(line["fork"], tmp_path / "run")
    edited = path / "to-step-14.toml"
    edited.write_text(re.sub("(?m)^fee_bps = .*$", "fee_bps = 900.0", edited.read_text()))
    with pytest.raises(RunFailed, match="came out differently"):
        explain(path, "trade-executor-0000", 14)
    assert explain(path, "trade-executor-0000", STEPS).step == STEPS


def test_its_report_names_commands_that_work(line: dict[str, Path], tmp_path: Path) -> None:
    path = shutil.copytree(line["grandchild"], tmp_path / "a fork")
    record = RunRecord(path)
    page = unescape(record.save_report(tmp_path / "page.html").read_text())
    found = {shlex.split(words)[1]: shlex.split(words) for words in re.findall(r"<code>(freeagentics [^<]*)</code>", page)}
    assert {"fork", "explain"} <= set(found)
    _, _, place, _, at = found["fork"]
    assert fork(place, int(at), out=tmp_path / "again").summary.trajectory_sha256 == record.summary.trajectory_sha256
    for words in re.findall(r"<code>(freeagentics explain [^<]*)</code>", page):
        _, _, place, _, agent, _, step = shlex.split(words)
        assert explain(place, agent, int(step)).step == int(step)


def test_its_memories_are_audited(line: dict[str, Path], tmp_path: Path) -> None:
    path = shutil.copytree(line["grandchild"], tmp_path / "run")
    assert write_audit(RunRecord(path), 4).steps == 4


def test_each_part_is_decoded_by_the_codecs_that_coded_it(tmp_path: Path) -> None:
    trained, files = shipped("market-hunter"), [tmp_path / name / "hunter.npz" for name in ("fine", "coarse")]
    for file, coarser in zip(files, (1, 2), strict=True):
        file.parent.mkdir()
        # Of one version and one name: only what they hold tells them apart.
        replace(trained, version=128, step=coarser * trained.step).write(file)
    parent = run("whale-pump", agents=AGENTS, steps=12, overrides={"memory.weights": [str(files[0])]}, out=tmp_path / "parent")
    before = parent.memory_frame
    made = fork(parent.path, 6, overrides={"memory.weights": [str(files[1])]}, out=tmp_path / "fork")
    shutil.rmtree(parent.path)
    early = [frame.filter(frame["step"] <= 6).drop("horizon", "result", "reward") for frame in (before, made.memory_frame)]
    assert_frame_equal(*early)
    for step in (4, 11):
        assert explain(made.path, "market-hunter-0000", step).step == step


def test_a_made_market_is_the_same_before_a_fork_that_is_longer(tmp_path: Path) -> None:
    parent = run("whale-pump", agents=AGENTS, steps=12, out=tmp_path / "parent")
    made = fork(parent.path, 8, steps=20, overrides={"market.fee_bps": 1.0}, out=tmp_path / "fork")
    shutil.rmtree(parent.path)
    assert [explain(made.path, "market-hunter-0000", step).step for step in (8, 9, 20)] == [8, 9, 20]


def test_the_stores_of_the_other_run_are_not_written_down(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/secret.db"
    parent = run("btc-replay", agents=AGENTS, steps=3, overrides={"store.durable": url}, out=tmp_path / "parent")
    made = fork(parent.path, 2, overrides={"store.durable": ""}, out=tmp_path / "fork")
    assert all("secret" not in path.read_text() for path in made.path.glob("*.toml"))


def test_the_directory_says_which_steps_are_whose(line: dict[str, Path]) -> None:
    lineage = RunDirectory.open(line["grandchild"]).read_lineage()
    fees = [lineage.at(step).market.fee_bps for step in (1, 14, 15, 20, 21)]
    assert fees[:2] == [fees[0]] * 2 != fees[2:4]
    assert lineage.at(20).market.impact_bps != lineage.at(21).market.impact_bps == 900
    assert list(RunDirectory.open(line["early"]).read_lineage().ancestors) == [9]
