"""Decisions of runs as one frame, and the command that counts them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_runner import called

from freeagentics.evaluation.run_decisions import run_decisions
from freeagentics.evaluation.run_load import run_load
from freeagentics.records import RunRecord
from freeagentics.runs import run


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("runs")
    return [run("whale-pump", agents=5, steps=60, seed=seed, out=folder / f"seed-{seed}").path for seed in (1, 2)]


def test_the_frame_has_every_decision_of_every_run_with_its_outcome(runs: list[Path]) -> None:
    frame = run_decisions(runs)
    assert frame.group_by("run").len().sort("run").rows() == [("seed-1", 300), ("seed-2", 300)]
    memories = RunRecord(runs[0]).memory_frame.select("agent", "step", "reward")
    mine = frame.filter(run="seed-1").select("agent", "step", "reward")
    joined = mine.join(memories.with_columns(memories["agent"].cast(str)), on=["agent", "step"])
    assert joined.height == 300
    assert joined["reward"].equals(joined["reward_right"].alias("reward"))
    # The last horizon's outcomes are not known.
    assert frame.filter(frame["success"].is_null())["step"].min() == 60 - RunRecord(runs[0]).scenario.memory.horizon + 1


def test_the_command_counts_over_runs(runs: list[Path], tmp_path: Path) -> None:
    rows = json.loads(called("analytics", *runs, "--by", "run", "--by", "role", "--json", cwd=tmp_path).stdout)
    assert len(rows) == 2 * 5
    assert sum(row["decisions"] for row in rows) == 600
    table = called("analytics", runs[0], "--every", "1d", cwd=tmp_path).stdout
    assert table.splitlines()[0].split() == ["role", "time", "decisions", "judged", "successes", "rate", "low", "high"]
    wrong = called("analytics", runs[0], "--by", "rol", cwd=tmp_path)
    assert (wrong.returncode, "did you mean 'role'?" in wrong.stderr) == (2, True)


def test_the_command_says_what_storage_costs_by_the_users_prices(runs: list[Path], tmp_path: Path) -> None:
    load = run_load(RunRecord(runs[0]))
    assert load.memories == pytest.approx(300 / (59 / 24))
    (tmp_path / "prices.toml").write_text("[dynamodb]\ngb_month = 1e6\n")
    own = json.loads(called("analytics", runs[0], "--cost", "--prices", "prices.toml", "--json", cwd=tmp_path).stdout)
    listed = json.loads(called("analytics", runs[0], "--cost", "--json", cwd=tmp_path).stdout)
    assert own[0]["storage"] == pytest.approx(listed[0]["storage"] * 4e6)
    assert own[-1] == listed[-1]
