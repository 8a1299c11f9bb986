"""Recall in runs: many memories, rankings that count uses, and an agent whose learning is damaged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from probes import Watch

from freeagentics import MarketModel
from freeagentics.errors import BadScenario, Interrupted
from freeagentics.journal import Journal
from freeagentics.records import RunRecord
from freeagentics.records.memories import Memories
from freeagentics.records.roster import Roster
from freeagentics.runs import fork, resume, run

AGENTS, STEPS, HURT = 5, 30, "market-hunter-0000"
RANKED = {"memory.slots": 600, "memory.importance_weight": 0.5, "memory.use_weight": 2.0, "run.checkpoint_every": 10}


def begun(out: Path, watch: Callable[[MarketModel], object] | None = None, **settings: object) -> RunRecord:
    overrides = RANKED | {name.replace("__", "."): value for name, value in settings.items()}
    return run("quick", agents=AGENTS, steps=STEPS, overrides=overrides, out=out, probes=[Watch(watch)] if watch else [])


def told(record: RunRecord) -> dict[tuple[str, int], bytes]:
    """The code of each memory, by agent and step."""
    with Journal(record.directory.journal) as journal:
        names = Roster(journal)
        return {
            (names.ids[agent], step): code
            for step, kept in Memories(journal, names, record.lineage).span(1, STEPS)
            for agent, code in zip(kept.agent.tolist(), kept.codes.to_list(), strict=True)
        }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return begun(tmp_path_factory.mktemp("whole") / "run")


def test_a_ranking_by_use_is_the_same_on_two_workers_and_after_a_stop(whole: RunRecord, tmp_path: Path) -> None:
    assert begun(tmp_path / "two", run__workers=2).summary.trajectory_sha256 == whole.summary.trajectory_sha256
    steps = iter(range(1, STEPS))
    with pytest.raises(Interrupted):
        stop = Watch(stopping=lambda: next(steps) == 17)
        run("quick", agents=AGENTS, steps=STEPS, overrides=RANKED, out=tmp_path / "stopped", probes=[stop])
    stopped = resume(tmp_path / "stopped")
    assert stopped.summary.trajectory_sha256 == whole.summary.trajectory_sha256
    assert told(stopped) == told(whole)


def test_uses_count_in_what_is_recalled(whole: RunRecord, tmp_path: Path) -> None:
    plain = begun(tmp_path / "plain", memory__use_weight=0.0)
    recalled = [record.decision_frame["memories"].to_list() for record in (whole, plain)]
    assert recalled[0] != recalled[1]


def test_an_agent_whose_learning_is_damaged_goes_on_and_no_other_notices(whole: RunRecord, tmp_path: Path) -> None:
    def damage(model: MarketModel) -> None:
        if model.steps == 15:
            agent = model.agent(HURT)
            recollection = agent.cohort.recollection
            for array in (recollection.features.credence, recollection.features.moment, recollection.centre, recollection.weights.weight):
                array[agent.row] = np.nan

    hurt = begun(tmp_path / "hurt", damage)
    others = [{key: code for key, code in told(record).items() if key[0] != HURT} for record in (whole, hurt)]
    assert others[0] == others[1]
    assert len(told(hurt)) == AGENTS * STEPS
    mine = hurt.decision_frame.filter(agent=HURT)
    assert mine["value"].is_finite().all()
    assert mine["memory_weight"].is_finite().all()


def test_importance_of_features_can_be_read_from_an_agent() -> None:
    with MarketModel("quick", agents=5, steps=3) as model:
        model.run_model()
        found = model.agent("risk-manager-0000").importance
    assert sum(found.values()) == pytest.approx(1, abs=1e-5)
    assert {"drawdown", "turbulent", "expected_return"} <= found.keys()


FITTED = {"memory.adapt": True, "memory.federation": True, "memory.budget_bytes": 200, "run.checkpoint_every": 15}


def test_fitted_metrics_are_the_same_on_two_workers_and_after_a_stop_and_part_of_no_fork(tmp_path: Path) -> None:
    def begun_anew(name: str, **settings: object) -> RunRecord:
        overrides = FITTED | {key.replace("__", "."): value for key, value in settings.items()}
        return run("quick", agents=10, steps=50, overrides=overrides, out=tmp_path / name)

    whole = begun_anew("whole")
    assert begun_anew("two", run__workers=2).summary.trajectory_sha256 == whole.summary.trajectory_sha256
    steps = iter(range(1, 50))
    with pytest.raises(Interrupted):
        stop = Watch(stopping=lambda: next(steps) == 33)
        run("quick", agents=10, steps=50, overrides=FITTED, out=tmp_path / "stopped", probes=[stop])
    assert resume(tmp_path / "stopped").summary.trajectory_sha256 == whole.summary.trajectory_sha256
    with Journal(whole.directory.journal) as journal:
        fitted = [arrays["recollection.fit.fitted"][1] for part, arrays in journal.checkpoint(50).items() if part.startswith("cohort-")]
    assert set(fitted) <= set(range(25, 51))
    with pytest.raises(BadScenario, match=r"memory\.adapt"):
        fork(whole.path, 30, overrides={"memory.adapt": False}, out=tmp_path / "fork")
