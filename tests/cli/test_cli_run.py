"""``freeagentics run``: one answer, whatever carries it out; and a summary in which everything is measured."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from cli_runner import called, freeagentics, summary_of

AGENTS, STEPS = 20, 40
SHORT = ("run", "btc-replay", "--agents", AGENTS, "--steps", STEPS, "--seed", 7)
KEYS = {
    "scenario", "seed", "agents", "steps", "roles", "wall_s", "agent_steps_per_s", "step_ms_per_agent", "registration_ms_per_agent",
    "gc_overhead", "footprint", "events", "memories", "bytes_per_memory", "decisions", "signals", "orders", "fills", "stores",
    "trajectory_sha256", "run_dir",
}  # fmt: skip


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("usual")
    # In a process of its own, as users have it; all others, in this one, must come to the same.
    done = freeagentics(*SHORT, "--out", "run", "--json", "--no-report", cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) | {"folder": folder}


def test_the_summary_has_all_keys_and_adds_up(usual: dict[str, object]) -> None:
    summary = {key: value for key, value in usual.items() if key != "folder"}
    assert set(summary) == KEYS
    assert summary["memories"] == summary["decisions"] == AGENTS * STEPS
    assert summary["roles"] == dict.fromkeys(
        ("market-hunter", "sentiment-analyzer", "risk-manager", "portfolio-optimizer", "trade-executor"), AGENTS // 5
    )
    footprint = summary["footprint"]
    assert isinstance(footprint, dict)
    assert set(footprint) == {
        "rss_before_mb",
        "rss_start_mb",
        "rss_peak_mb",
        "per_agent_kb",
        "attributed_mb",
        "by_category_kb",
        "unattributed_mb",
        "limit_mb",
    }
    assert sum(footprint["by_category_kb"].values()) == pytest.approx(footprint["per_agent_kb"], rel=0.01)
    assert footprint["rss_peak_mb"] >= footprint["rss_start_mb"] > 0
    assert footprint["attributed_mb"] * 1024 == pytest.approx(footprint["per_agent_kb"] * AGENTS, rel=0.01)


def test_the_run_directory_holds_what_the_run_left(usual: dict[str, object]) -> None:
    folder = usual["folder"]
    assert isinstance(folder, Path)
    names = {path.name for path in (folder / "run").iterdir()}
    assert {"run.toml", "run.json", "journal.db", "model.parquet", "agents.parquet"} <= names
    assert not {name for name in names if "draft" in name or "parts" in name or "wal" in name}
    assert json.loads((folder / "run" / "run.json").read_text())["trajectory_sha256"] == usual["trajectory_sha256"]
    assert pl.read_parquet(folder / "run" / "agents.parquet").height == AGENTS * STEPS


@pytest.mark.parametrize(
    "how",
    [("--workers", 1), ("--workers", 2), ("--workers", 4), ("--engine", "serial"), ("--store", "memory:")],
    ids=lambda how: " ".join(map(str, how)),
)
def test_the_trajectory_is_the_same_whoever_carries_it_out(usual: dict[str, object], how: tuple[object, ...], tmp_path: Path) -> None:
    assert summary_of(*SHORT, *how, cwd=tmp_path)["trajectory_sha256"] == usual["trajectory_sha256"]


def test_another_seed_is_another_trajectory(usual: dict[str, object], tmp_path: Path) -> None:
    assert summary_of(*SHORT[:-1], 8, cwd=tmp_path)["trajectory_sha256"] != usual["trajectory_sha256"]


# In blocks of 64 of a role, one of them partly filled; or of 64 and 16.
@pytest.mark.parametrize("agents", [240, 400])
def test_partly_filled_and_several_cohorts_give_one_answer_too(agents: int, tmp_path: Path) -> None:
    ways = [("--engine", "serial"), ("--workers", 2), ("--workers", 4)]
    hashes = {summary_of("run", "--agents", agents, "--steps", 8, *way, cwd=tmp_path)["trajectory_sha256"] for way in ways}
    assert len(hashes) == 1


def test_what_was_resolved_can_be_run_again(usual: dict[str, object], tmp_path: Path) -> None:
    folder = usual["folder"]
    assert isinstance(folder, Path)
    assert summary_of("run", folder / "run" / "run.toml", cwd=tmp_path)["trajectory_sha256"] == usual["trajectory_sha256"]


def test_a_run_that_ended_goes_on_with_more_steps(tmp_path: Path) -> None:
    whole = summary_of("run", "--agents", 10, "--steps", 30, "--out", "whole", cwd=tmp_path)
    summary_of("run", "--agents", 10, "--steps", 18, "--out", "half", cwd=tmp_path)
    assert summary_of("run", "--resume", "half", "--steps", 30, cwd=tmp_path)["trajectory_sha256"] == whole["trajectory_sha256"]


def test_a_fork_shares_the_past_and_takes_its_own_way(tmp_path: Path) -> None:
    whole = summary_of("run", "--agents", 10, "--steps", 45, "--out", "whole", "--checkpoint-every", 15, cwd=tmp_path)
    same = summary_of("fork", "whole", "--at", 31, "--out", "same", cwd=tmp_path)
    other = summary_of("fork", "whole", "--at", 31, "--set", "roles.risk-manager.max_exposure=0.1", "--out", "other", cwd=tmp_path)
    assert same["trajectory_sha256"] == whole["trajectory_sha256"]
    assert other["trajectory_sha256"] != whole["trajectory_sha256"]
    frames = [pl.read_parquet(tmp_path / name / "model.parquet") for name in ("whole", "other")]
    assert frames[0].head(31).equals(frames[1].head(31))
    assert not frames[0].equals(frames[1])


def test_anybodys_own_bars_are_replayed_and_absent_sources_are_named(tmp_path: Path) -> None:
    rows = [
        f"2024-01-{1 + hour // 24:02d}T{hour % 24:02d}:00:00,{100 + hour % 7},{108 + hour % 7},{99},{101 + hour % 7},{10 + hour % 3}"
        for hour in range(200)
    ]
    (tmp_path / "mine.csv").write_text("\n".join(["timestamp,open,high,low,close,volume", *rows]))
    done = called("run", "--bars", "mine.csv", "--agents", 10, "--out", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for line in ("source whales is off: needs columns trades, taker_buy_volume", "source sentiment is off", "source derivatives is off"):
        assert line in done.stderr
    assert "scenario       mine, seed 7" in done.stdout
    # As many as there are after the warm-up, where no number is asked for.
    assert "32 steps" in done.stdout
    # The run keeps the bars that it began with.
    (tmp_path / "mine.csv").write_text("gone")
    assert called("explain", "run", "--agent", "trade-executor-0000", "--step", 20, cwd=tmp_path).returncode == 0


def test_records_reach_a_store_of_ones_own(tmp_path: Path) -> None:
    from freeagentics import open_store
    from freeagentics.journal import Journal

    summary = summary_of("run", "--agents", 10, "--steps", 15, "--store", "sqlite:///mine.db", "--out", "run", cwd=tmp_path)
    with Journal(tmp_path / "run" / "journal.db") as journal:
        identity = journal.metadata()["run"]
    with open_store(f"sqlite:///{tmp_path}/mine.db".replace("sqlite:////", "sqlite:////"), identity) as store:
        assert store.count("market-hunter-0000") == 15
        assert store.get_cursor("journal") == summary["steps"]


def test_own_bars_replace_what_the_scenario_says_of_its_own(tmp_path: Path) -> None:
    """A scenario that begins at a time of its own bars begins with the others' first."""
    rows = [f"2024-01-01T{hour:02d}:00:00,100,101,99,100,{10 + hour % 3}" for hour in range(24)]
    (tmp_path / "mine.csv").write_text("\n".join(["timestamp,open,high,low,close,volume", *rows]))
    few = ("--agents", 5, "--set", "market.warmup=12")
    assert summary_of("run", "btc-15m", "--bars", "mine.csv", *few, cwd=tmp_path)["steps"] == 12
