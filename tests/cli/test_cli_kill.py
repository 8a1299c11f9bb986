"""Killed at any moment and resumed, a run ends as if it had been left alone."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from cli_runner import COMMAND, freeagentics, summary_of

from freeagentics.journal import Journal

KILLS = 20
SIZE = ("run", "btc-replay", "--agents", 50, "--checkpoint-every", 40)


def killed(arguments: list[object], cwd: Path, after: float, journal: Path) -> None:
    """Start the command, and kill it *after* seconds from when its journal is there."""
    process = subprocess.Popen([*COMMAND, *map(str, arguments)], cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not journal.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(after)
    process.kill()
    process.wait()


def committed(path: Path) -> int:
    """The last committed step, after every page was read and found whole."""
    with Journal(path) as journal:
        journal.check()
        marker = journal.marker()
        return marker.step if marker else 0


def test_a_run_killed_twenty_times_ends_with_the_hash_of_one_left_alone(tmp_path: Path) -> None:
    moment = random.Random(20)
    journal = tmp_path / "hurt" / "journal.db"
    reached = [0]
    killed([*SIZE, "--steps", 4000, "--out", "hurt"], tmp_path, 0.5, journal)
    # At first a fresh process starts up, in a second or, on a busy machine, several; kills fall into that, into the replay, and into new
    # steps. Kills that come too early to hurt do not count.
    while len(reached) < KILLS or reached[-1] <= reached[1] + 10:
        reached.append(committed(journal))
        killed(["run", "--resume", "hurt"], tmp_path, moment.uniform(0.3, 2.2 + len(reached) / 10), journal)
    reached.append(committed(journal))
    assert reached == sorted(reached), "a committed step was lost"

    steps = reached[-1] + 30
    hurt = summary_of("run", "--resume", "hurt", "--set", f"steps={steps}", cwd=tmp_path)
    alone = summary_of(*SIZE, "--steps", steps, "--out", "alone", cwd=tmp_path)
    assert hurt["trajectory_sha256"] == alone["trajectory_sha256"]
    assert hurt["decisions"] == alone["decisions"] == 50 * steps
    committed(journal)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_a_run_takes_a_checkpoint_and_says_how_to_go_on(number: signal.Signals, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "run", "--agents", "10", "--steps", "5000", "--out", "run"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    while not (tmp_path / "run" / "journal.db").exists() and process.poll() is None:
        time.sleep(0.01)
    time.sleep(0.5)
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "what was committed is whole: go on with: freeagentics run --resume run" in said
    with Journal(tmp_path / "run" / "journal.db") as journal:
        marker = journal.marker()
        assert marker is not None
        assert journal.checkpoint_before(marker.step) == marker.step


def test_a_living_run_is_not_touched_by_another(tmp_path: Path) -> None:
    process = subprocess.Popen([*COMMAND, "run", "--agents", "10", "--steps", "5000", "--out", "run", "--quiet"], cwd=tmp_path)
    try:
        while not (tmp_path / "run" / "journal.db").exists() and process.poll() is None:
            time.sleep(0.01)
        done = freeagentics("run", "--resume", "run", cwd=tmp_path)
    finally:
        process.kill()
        process.wait()
    assert done.returncode == 2
    assert "locked by a living run" in done.stderr
