"""Handing on: a population that begins with what an earlier one had learned, on record, and the same however it is gone back to."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from freeagentics import explain, fork, resume, run
from freeagentics.errors import BadRunDirectory, BadScenario
from freeagentics.journal import Journal
from freeagentics.records import RunRecord

MOTIFS: dict[str, object] = {"market.synthetic.planted": [{"kind": "echo", "motifs": 3, "every": 20, "seed": 5}]}


@pytest.fixture(scope="module")
def elders(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """A run long enough for hunters to learn what sequels are worth."""
    return run("echo", agents=10, overrides=MOTIFS, steps=700, seed=1, out=tmp_path_factory.mktemp("elders") / "run")


@pytest.fixture(scope="module")
def young(elders: RunRecord, tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """A run of another seed, where the same motifs come back, that begins with what those had learned."""
    overrides = MOTIFS | {"run.checkpoint_every": 30}
    out = tmp_path_factory.mktemp("young") / "run"
    return run("echo", agents=20, overrides=overrides, steps=100, seed=2, memories_from=elders.path, out=out)


def weights(record: RunRecord, step: int) -> dict[str, float]:
    """What hunters weighed sequences with at a step, by agent."""
    frame = record.weight_frame.filter(step=step, faculty="sequences")
    return dict(zip(frame["agent"], frame["weight"], strict=True))


def test_lessons_and_bars_are_there_before_the_first_step(elders: RunRecord, young: RunRecord) -> None:
    with Journal(young.directory.journal) as journal, Journal(elders.directory.journal) as before:
        first, last = journal.checkpoint(0), before.checkpoint(700)
        assert journal.metadata()["memories_from"] == {"run": before.metadata()["run"], "step": 700}
    hunters = next(part for part, arrays in first.items() if "sequences.index.move" in arrays)
    assert np.array_equal(first[hunters]["sequences.index.move"][:, :700], last[hunters]["sequences.index.move"][:, 1:701])
    assert (first[hunters]["sequences.weights.reads"] > 0).all()
    assert young.scenario.memory.handed_on == 700


def test_evidence_counts_as_if_it_were_their_own(elders: RunRecord, young: RunRecord) -> None:
    with Journal(young.directory.journal) as journal, Journal(elders.directory.journal) as before:
        first, last = journal.checkpoint(0), before.checkpoint(700)
    hunters = next(part for part, arrays in first.items() if "sequences.index.move" in arrays)
    for name in ("faculties.information", "faculties.weight", "sequences.weights.credence"):
        assert np.isin(first[hunters][name], last[hunters][name]).all()


def test_the_best_of_a_role_hand_on(elders: RunRecord, young: RunRecord) -> None:
    equity = elders.desk_frame.filter(step=700).sort("desk")["equity"].to_numpy()
    best = int(equity.argmax())
    with Journal(young.directory.journal) as journal, Journal(elders.directory.journal) as before:
        first, last = journal.checkpoint(0), before.checkpoint(700)
    for part, arrays in first.items():
        if "recollection.centre" in arrays:
            desk = last[part]["desk"].tolist()
            assert (arrays["recollection.centre"] == last[part]["recollection.centre"][desk.index(best)]).all()


def test_what_was_learned_is_heard_where_a_cold_start_is_silent(young: RunRecord, tmp_path: Path) -> None:
    cold = run("echo", agents=20, overrides=MOTIFS, steps=100, seed=2, out=tmp_path / "cold")
    assert weights(cold, 60) == {}
    assert len(weights(young, 60)) == 4


def test_resumed_explained_and_forked_it_is_the_same_run_without_the_other(young: RunRecord, elders: RunRecord, tmp_path: Path) -> None:
    shutil.copytree(young.path, tmp_path / "run")
    further = resume(tmp_path / "run", steps=130).summary.trajectory_sha256
    again = run(
        "echo", agents=20, overrides=MOTIFS | {"run.checkpoint_every": 30}, steps=130, seed=2, memories_from=elders.path, out=tmp_path / "x"
    )
    assert again.summary.trajectory_sha256 == further
    # Steps before the first checkpoint of its own are computed from the one that it began with.
    assert explain(young.path, "market-hunter-0001", 7)
    assert fork(young.path, 12, steps=100, out=tmp_path / "fork").summary.trajectory_sha256 == young.summary.trajectory_sha256


def test_a_step_of_the_other_run_may_be_named(elders: RunRecord, tmp_path: Path) -> None:
    record = run("echo", agents=10, overrides=MOTIFS, steps=3, memories_from=f"{elders.path}:200", out=tmp_path / "run")
    assert record.scenario.memory.handed_on == 200


def test_other_roles_and_sources_are_no_hindrance(elders: RunRecord, tmp_path: Path) -> None:
    assert run("quick", agents=10, steps=5, memories_from=elders.path, out=tmp_path / "run").summary.steps == 5


def test_who_recalls_other_courses_inherits_none(elders: RunRecord, tmp_path: Path) -> None:
    record = run("regime-return", agents=5, steps=2, memories_from=elders.path, out=tmp_path / "run")
    assert (record.summary.steps, record.scenario.memory.handed_on) == (2, 0)


def test_another_number_of_assets_a_missing_run_and_a_step_that_is_not_there_are_refused(elders: RunRecord, tmp_path: Path) -> None:
    with pytest.raises(BadScenario, match="1 assets and this one 10"):
        run("ten-pairs", agents=5, steps=2, memories_from=elders.path, out=tmp_path / "run")
    with pytest.raises(BadRunDirectory):
        run("echo", agents=5, steps=2, memories_from=tmp_path / "none", out=tmp_path / "run")
    with pytest.raises(BadScenario, match="step 701"):
        run("echo", agents=5, steps=2, memories_from=f"{elders.path}:701", out=tmp_path / "run")
    with pytest.raises(BadScenario, match="of which run"):
        run("echo", agents=5, steps=2, overrides={"memory.handed_on": 5}, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
