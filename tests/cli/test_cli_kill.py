"""Killed at any moment and resumed, a run ends as if it had been left alone."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest
from cli_runner import Command, freeagentics, summary_of

from freeagentics.errors import BadRunDirectory
from freeagentics.journal import Journal

KILLS = 20
SIZE = ("run", "btc-replay", "--agents", 25, "--checkpoint-every", 20)


def begun(command: Command, journal: Path) -> Command:
    """The command once its journal is there, or once it has ended."""
    deadline = time.monotonic() + 30
    while not journal.exists() and command.running() and time.monotonic() < deadline:
        time.sleep(0.005)
    return command


def killed(command: Command, after: float, journal: Path) -> None:
    """Kill it *after* seconds from when its journal is there."""
    begun(command, journal)
    time.sleep(after)
    command.send(signal.SIGKILL)
    command.finish()


def steps(path: Path) -> bool:
    """Whether a run has committed a step yet; its journal may be in the making."""
    try:
        with Journal(path) as journal:
            return journal.commit_record() is not None
    except BadRunDirectory:
        return False


def committed(path: Path) -> int:
    """The last committed step, after every page was read and found whole."""
    with Journal(path) as journal:
        journal.check()
        commit = journal.commit_record()
        return commit.step if commit else 0


def test_a_run_killed_twenty_times_ends_with_the_hash_of_one_left_alone(tmp_path: Path) -> None:
    moment = random.Random(20)
    journal = tmp_path / "hurt" / "journal.db"
    reached = [0]
    killed(Command(*SIZE, "--steps", 4000, "--out", "hurt", cwd=tmp_path), 0.3, journal)
    # Kills fall into the building of the model, into the replay, and into new steps. Those that come too early to hurt do not count, and
    # on a busy machine everything takes longer.
    while len(reached) < KILLS or reached[-1] <= reached[1] + 10:
        reached.append(committed(journal))
        killed(Command("run", "--resume", "hurt", cwd=tmp_path), moment.uniform(0.02, 0.35 + len(reached) / 40), journal)
    reached.append(committed(journal))
    assert reached == sorted(reached), "a committed step was lost"

    last = reached[-1] + 30
    hurt = summary_of("run", "--resume", "hurt", "--set", f"steps={last}", cwd=tmp_path)
    alone = summary_of(*SIZE, "--steps", last, "--out", "alone", cwd=tmp_path)
    assert hurt["trajectory_sha256"] == alone["trajectory_sha256"]
    assert hurt["decisions"] == alone["decisions"] == 25 * last
    committed(journal)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_a_run_takes_a_checkpoint_and_says_how_to_go_on(number: signal.Signals, tmp_path: Path) -> None:
    journal = tmp_path / "run" / "journal.db"
    command = begun(Command("run", "--agents", 10, "--steps", 5000, "--out", "run", cwd=tmp_path), journal)
    while command.running() and not steps(journal):
        time.sleep(0.01)
    command.send(number)
    done = command.finish()
    assert done.returncode == 130
    assert "what was committed is whole: go on with: freeagentics run --resume run" in done.stderr
    with Journal(journal) as opened:
        commit = opened.commit_record()
        assert commit is not None
        assert opened.checkpoint_before(commit.step) == commit.step


def test_a_living_run_is_not_touched_by_another(tmp_path: Path) -> None:
    command = begun(Command("run", "--agents", 10, "--steps", 5000, "--out", "run", cwd=tmp_path), tmp_path / "run" / "journal.db")
    try:
        done = freeagentics("run", "--resume", "run", cwd=tmp_path)
    finally:
        command.send(signal.SIGKILL)
        command.finish()
    assert done.returncode == 2
    assert "locked by a living run" in done.stderr
