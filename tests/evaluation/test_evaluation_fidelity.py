"""Fidelity of memories by their age."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from freeagentics.arrays import F64
from freeagentics.evaluation.fidelity import AGES, fidelity_by_age
from freeagentics.memory import GROUPS
from freeagentics.records import RunRecord
from freeagentics.records.compaction import compact
from freeagentics.records.feature_std import feature_std
from freeagentics.records.memory_audit import AgeAudit
from freeagentics.runs import run

STEPS, AGENTS = 160, 10


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    settings = {"memory.budget_bytes": 0, "run.checkpoint_every": 15}
    return run("btc-replay", agents=AGENTS, steps=STEPS, overrides=settings, out=tmp_path_factory.mktemp("whole") / "run")


@pytest.fixture(scope="module")
def spread(whole: RunRecord) -> dict[str, F64]:
    return feature_std(whole)


def of(record: RunRecord, spread: dict[str, F64]) -> tuple[AgeAudit, ...]:
    return fidelity_by_age(record, record.lineage, spread)


def test_steps_are_spread_over_the_run_the_oldest_first(whole: RunRecord, spread: dict[str, F64]) -> None:
    found = of(whole, spread)
    assert len(found) == AGES
    assert [one.step for one in found] == sorted(one.step for one in found)
    assert found[0].step == 1 and found[-1].age < 15
    assert all(one.age == STEPS - one.step and one.made == one.kept == AGENTS for one in found)


def test_what_nobody_forgot_is_as_true_at_any_age(whole: RunRecord, spread: dict[str, F64]) -> None:
    for one in of(whole, spread):
        assert one.error is not None and 0 < one.error < 0.4
        assert set(one.groups) == set(GROUPS)


def test_memories_that_were_shortened_are_off_by_more_and_fewer_are_kept(whole: RunRecord, spread: dict[str, F64], tmp_path: Path) -> None:
    before = of(whole, spread)
    record = RunRecord(shutil.copytree(whole.path, tmp_path / "run"))
    lost = compact(record.path, budget_bytes=700).loss
    assert lost.shortened and lost.dropped
    after = of(record, spread)
    assert sum(one.kept for one in after) < sum(one.kept for one in before)
    assert sum(one.bytes for one in after) < sum(one.bytes for one in before)
    assert np.mean([one.error for one in after if one.error is not None]) > np.mean([one.error or 0 for one in before])


def test_where_nothing_is_kept_there_is_no_error(whole: RunRecord, spread: dict[str, F64], tmp_path: Path) -> None:
    record = RunRecord(shutil.copytree(whole.path, tmp_path / "run"))
    compact(record.path, budget_bytes=1)
    gone = [one for one in of(record, spread) if not one.kept]
    assert gone and all(one.error is None and one.made == AGENTS for one in gone)
    assert all(value is None for one in gone for value in one.groups.values())
