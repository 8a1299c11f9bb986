"""``ablate``, ``sweep`` and ``compare`` on the command line: killed, stopped, resumed, shown."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import polars as pl
import psutil
import pytest
from cli_runner import Command, called, freeagentics

SWEEP = ("sweep", "whale-pump", "--set", "market.fee_bps=0,5", "--set", "agents.count=5", "--seeds", 3, "--steps", 120)


def finished(folder: Path) -> int:
    return len(list(folder.glob("runs/*.json")))


def begun(folder: Path, *, jobs: int, least: int) -> Command:
    """The sweep, when *least* of its runs are finished."""
    command = Command(*SWEEP, "--jobs", jobs, "--out", "stopped", cwd=folder)
    deadline = time.monotonic() + 120
    while command.running() and time.monotonic() < deadline and finished(folder / "stopped") < least:
        time.sleep(0.02)
    return command


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    folder = tmp_path_factory.mktemp("whole")
    assert called(*SWEEP, "--jobs", 1, "--out", "whole", cwd=folder).returncode == 0
    return pl.read_parquet(folder / "whole" / "runs.parquet")


def test_a_sweep_that_is_killed_goes_on_and_ends_with_the_same_frame(whole: pl.DataFrame, tmp_path: Path) -> None:
    for least in (1, 3):
        command = begun(tmp_path, jobs=2, least=least)
        workers = psutil.Process(command._process.pid).children(recursive=True)
        command.send(signal.SIGKILL)
        command.finish()
        assert psutil.wait_procs(workers, timeout=20)[1] == []
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("stopped/runs/*.json")}
    assert 3 <= len(before) < 6
    assert freeagentics(*SWEEP, "--jobs", 2, "--out", "stopped", cwd=tmp_path).returncode == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert pl.read_parquet(tmp_path / "stopped" / "runs.parquet").equals(whole)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_sweep_that_is_stopped_says_how_to_go_on(jobs: int, tmp_path: Path) -> None:
    command = begun(tmp_path, jobs=jobs, least=1)
    command.send(signal.SIGINT)
    done = command.finish()
    assert done.returncode == 130
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("freeagentics: ")]
    assert line.startswith("freeagentics: finished runs are kept in stopped; go on with: freeagentics sweep whale-pump --set")
    assert "Traceback" not in done.stderr


def test_json_is_one_object_with_all_runs_and_differences(tmp_path: Path) -> None:
    done = called("ablate", "quick", "--without", "memory,signals", "--seeds", 2, "--steps", 12, "--jobs", 1, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [run["point"] for run in found["runs"]] == ["complete", "without memory", "without signals"] * 2
    assert {row["contrast"] for row in found["differences"]} == {"memory", "signals"}
    assert (tmp_path / found["directory"] / "report.html").is_file()


def test_the_table_shows_each_contrast_and_the_page_a_chart_for_each_measure(tmp_path: Path) -> None:
    words = ("--seeds", 2, "--steps", 30, "--set", "agents.count=5", "--jobs", 1, "--margin", "return=0.01", "--out", "out")
    done = called("ablate", "whale-pump", "--without", "whales,memory", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "whales: complete minus without whales, 2 seeds" in done.stdout
    assert "within 1.00%: p " in done.stdout
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    measures = pl.read_parquet(tmp_path / "out" / "differences.parquet")["measure"].n_unique()
    assert page.count("<figure>") == measures


def test_where_every_run_fails_the_exit_code_says_so(tmp_path: Path) -> None:
    done = called("sweep", "quick", "--set", "market.warmup=24", "--seeds", 1, "--steps", 9_999_999, "--jobs", 1, cwd=tmp_path)
    assert done.returncode == 1
    assert "no run came to its end" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ablate", "quick", "--without", "nothing"), "no such faculty"),
        (("ablate", "quick", "--without", "memory", "--margin", "return"), "give measure=number"),
        (("sweep", "quick", "--set", "agents.count="), "needs keys with values"),
        (("compare", "here"), "at least two"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = called(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2
