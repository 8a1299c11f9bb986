"""Killed at any moment and resumed, a run ends as if it had been left alone."""

from __future__ import annotations

import random
import signal
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
from cli_runner import Command, freeagentics, summary_of

from freeagentics.errors import FreeagenticsError
from freeagentics.journal import Journal

KILLS = 20
SIZE = ("run", "btc-replay", "--agents", 10, "--checkpoint-every", 10, "--set", "memory.budget_bytes=400")
"""With so little room for memories that days of them are consolidated, and some dropped, while it is killed."""


def begun(folder: Path) -> Command:
    """A long run in ``run``, some steps from its first."""
    command = Command("run", "--agents", 10, "--steps", 5000, "--out", "run", cwd=folder)
    wait_for_its_first_step(command, folder / "run" / "journal.db")
    return command


def wait_for_its_first_step(command: Command, journal: Path) -> None:
    deadline = time.monotonic() + 120
    while command.running() and time.monotonic() < deadline and not is_in_mid_run(journal):
        time.sleep(0.01)


def is_in_mid_run(journal: Path) -> bool:
    if not journal.exists():
        return False
    with suppress(FreeagenticsError), Journal(journal) as opened:
        return opened.commit_record() is not None
    return False


def killed(command: Command, after: float) -> None:
    """Kill it *after* seconds of its work."""
    while command.running() and command.worked() < after:
        time.sleep(0.005)
    command.send(signal.SIGKILL)
    command.finish()


def committed(path: Path) -> int:
    """The last committed step, after every page was read and found whole."""
    with Journal(path) as journal:
        journal.check()
        marker = journal.commit_record()
        return marker.step if marker else 0


def memories(path: Path) -> list[tuple[int, bytes]]:
    """All that a journal keeps of memories, byte for byte."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.execute("SELECT id, body FROM memories ORDER BY id"))


def test_a_run_killed_twenty_times_ends_with_the_hash_of_one_left_alone(tmp_path: Path) -> None:
    moment = random.Random(20)
    journal = tmp_path / "hurt" / "journal.db"
    reached = [0]
    first = Command(*SIZE, "--steps", 4000, "--out", "hurt", cwd=tmp_path)
    wait_for_its_first_step(first, journal)
    begin = first.worked()
    killed(first, 1.2 * begin)
    # Kills fall into the building of the model, into the replay, and into new steps. Those that come too early to hurt do not count, and
    # on a slow machine everything takes longer.
    while len(reached) < KILLS or reached[-1] <= reached[1] + 10:
        reached.append(committed(journal))
        killed(Command("run", "--resume", "hurt", cwd=tmp_path), begin * moment.uniform(0.15, 1.2 + len(reached) / 60))
    reached.append(committed(journal))
    assert reached == sorted(reached), "a committed step was lost"

    steps = reached[-1] + 15
    hurt = summary_of("run", "--resume", "hurt", "--set", f"steps={steps}", cwd=tmp_path)
    alone = summary_of(*SIZE, "--steps", steps, "--out", "alone", cwd=tmp_path)
    assert hurt["trajectory_sha256"] == alone["trajectory_sha256"]
    assert hurt["decisions"] == alone["decisions"] == 10 * steps
    committed(journal)
    assert memories(journal) == memories(tmp_path / "alone" / "journal.db")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_a_run_takes_a_checkpoint_and_says_how_to_go_on(number: signal.Signals, tmp_path: Path) -> None:
    command = begun(tmp_path)
    command.send(number)
    done = command.finish()
    assert done.returncode == 130
    assert "what was committed is whole: go on with: freeagentics run --resume run" in done.stderr
    with Journal(tmp_path / "run" / "journal.db") as opened:
        marker = opened.commit_record()
        assert marker is not None
        assert opened.checkpoint_before(marker.step) == marker.step


def test_a_living_run_is_not_touched_by_another(tmp_path: Path) -> None:
    command = begun(tmp_path)
    try:
        done = freeagentics("run", "--resume", "run", cwd=tmp_path)
    finally:
        command.send(signal.SIGKILL)
        command.finish()
    assert done.returncode == 2
    assert "locked by a living run" in done.stderr
