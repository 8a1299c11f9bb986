"""Decisions from memories as the journal keeps them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from credulous import CREDULOUS

from freeagentics.errors import BadRunDirectory
from freeagentics.evaluation.kept_agreement import KeptProbe, kept_agreement
from freeagentics.journal import Journal
from freeagentics.records import RunRecord
from freeagentics.records.compaction import compact
from freeagentics.records.memory_audit import KeptAudit
from freeagentics.records.roster import Roster
from freeagentics.runs import run
from freeagentics.simulation import MarketModel

STEPS, LOOKED_AT = 160, 40


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    settings = {"memory.budget_bytes": 0, "run.checkpoint_every": 40} | CREDULOUS
    return run("btc-replay", agents=10, steps=STEPS, overrides=settings, out=tmp_path_factory.mktemp("whole") / "run")


def agreed(whole: RunRecord, folder: Path, budget: int) -> KeptAudit:
    """Agreement after a copy was compacted to a budget."""
    record = RunRecord(shutil.copytree(whole.path, folder / str(budget)))
    compact(record.path, budget_bytes=budget)
    return kept_agreement(record, record.lineage, LOOKED_AT)


def test_what_is_kept_whole_changes_no_decision(whole: RunRecord, tmp_path: Path) -> None:
    for found in (kept_agreement(whole, whole.lineage, LOOKED_AT), agreed(whole, tmp_path, 0)):
        assert (found.agreement, found.dropped) == (1, 0)
        assert (found.steps, found.decisions) == (LOOKED_AT, 10 * LOOKED_AT)
        assert 10 * 32 * LOOKED_AT < found.recallable <= 10 * 64 * LOOKED_AT


def test_agreement_falls_as_budgets_do(whole: RunRecord, tmp_path: Path) -> None:
    found = [agreed(whole, tmp_path, budget) for budget in (900, 450, 10)]
    dropped = [one.dropped for one in found]
    assert dropped == sorted(dropped)
    assert 1 >= found[0].agreement > 0.9 > found[2].agreement
    assert found[0].agreement >= found[1].agreement >= found[2].agreement
    # But for those of the last steps, which the journal had not lost when they were recalled.
    assert found[2].dropped > found[2].recallable / 2


def test_looking_on_does_not_change_the_run(whole: RunRecord) -> None:
    with Journal(whole.directory.journal) as journal:
        probe = KeptProbe(journal, Roster(journal), whole.lineage, 30)
        with MarketModel(whole.scenario, probes=[probe]) as model:
            for _ in range(50):
                model.step()
            commit = journal.commit_record(50)
            assert commit is not None
            assert model.trajectory_sha256 == commit.sha256.hex()
    assert probe.decisions == 10 * 20


def test_a_folder_that_is_no_run_is_not_compacted(tmp_path: Path) -> None:
    with pytest.raises(BadRunDirectory, match="no such folder"):
        compact(tmp_path / "nothing")
