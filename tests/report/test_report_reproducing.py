"""The command on the page makes the same run again."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from report_worlds import made

from freeagentics.journal import Journal
from freeagentics.records import RunRecord
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.reproduce import reproduce_command
from freeagentics.runs import fork, run


def command_of(record: RunRecord) -> list[str]:
    with Journal(record.directory.journal) as journal:
        return shlex.split(reproduce_command(RunContext(record, journal)).command)


def test_a_scenario_of_the_package_is_run_by_its_name(tmp_path: Path) -> None:
    record = made(tmp_path, agents=5, steps=12, seed=3)
    assert command_of(record) == ["freeagentics", "run", "btc-replay", "--agents", "5", "--steps", "12", "--seed", "3"]
    again = run("btc-replay", agents=5, steps=12, seed=3, out=tmp_path / "again")
    assert again.summary.trajectory_sha256 == record.summary.trajectory_sha256


@pytest.mark.parametrize("key", ["market__fee_bps", "memory__horizon"])
def test_settings_of_ones_own_are_run_from_the_file_that_the_run_left(key: str, tmp_path: Path) -> None:
    settings: dict[str, Any] = {key: 1}
    record = made(tmp_path, agents=5, steps=12, **settings)
    *words, path = command_of(record)
    assert words == ["freeagentics", "run"]
    assert run(path, out=tmp_path / "again").summary.trajectory_sha256 == record.summary.trajectory_sha256


def test_what_changes_no_trajectory_makes_no_scenario_of_ones_own(tmp_path: Path) -> None:
    record = made(tmp_path, steps=5, run__engine="serial", run__checkpoint_every=2)
    assert command_of(record)[2] == "btc-replay"


def test_a_fork_is_forked_again_from_its_own_directory(tmp_path: Path) -> None:
    parent = made(tmp_path, agents=5, steps=25, market__start="2022-01-20T00:00:00Z")
    record = fork(parent.path, 11, overrides={"roles.risk-manager.max_exposure": 0.1}, out=tmp_path / "a fork")
    _, verb, directory, _, step = command_of(record)
    assert (verb, directory, step) == ("fork", str(tmp_path / "a fork"), "11")
    again = fork(directory, int(step), out=tmp_path / "again")
    assert again.summary.trajectory_sha256 == record.summary.trajectory_sha256 != parent.summary.trajectory_sha256
