"""What a user can get wrong: one clear line, exit code 2, nothing half-written."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cli_runner import called, freeagentics, summary_of

WRONG: list[tuple[tuple[object, ...], str]] = [
    (("run", "btc-repay"), "did you mean 'btc-replay'?"),
    (("run", ""), "no scenario ''"),
    (("run", "nowhere.toml"), "scenario nowhere.toml: no such file"),
    (("run", "--set", "agents.cont=5"), "unknown key 'agents.cont'; did you mean 'agents.count'?"),
    (("run", "--set", "agents"), "give key=value"),
    (("run", "--set", "steps=many"), "steps: Input should be a valid integer"),
    (("run", "--set", "agents.team.market-hunte=1"), "did you mean 'market-hunter'?"),
    (("run", "--set", "memory.horizon=40"), "more than twice the horizon"),
    (("run", "--agents", 3), "fewer than one desk's team of 5"),
    (("run", "--agents", "many"), "--agents"),
    (("run", "--steps", 90_000), "ask for fewer steps"),
    (("run", "--workers", "no"), "give a number of threads from 1 on, or auto"),
    (("run", "--engine", "steam"), "'steam' should be 'threads', 'serial', 'ray' or 'ray://HOST:PORT'"),
    (("run", "--store", "redos://x"), "unknown store scheme 'redos'; did you mean redis:?"),
    (("run", "--bars", "none.csv"), "none.csv"),
    (("run", "--bars", "bad.csv"), "row 2"),
    (("run", "--resume", "nothing"), "no such folder"),
    (("run", "--resume", "empty"), "not a run directory"),
    (("run", "btc-replay", "--resume", "empty"), "give no scenario, --out, --patterns or --memories-from"),
    (("run", "--resume", "truncated"), "truncated/journal.db"),
    (("run", "--resume", "newer"), "journal of format 99; this version of freeagentics reads format"),
    (("run", "--resume", "edited"), "edited/run.toml: unknown key 'speed'"),
    (("run", "--resume", "whole"), "whole has all its 12 steps; give --steps with a larger number to go on"),
    (("run", "--resume", "whole", "--steps", 3), "already has 12; ask for more"),
    (("run", "--resume", "whole", "--agents", 10), "agents.count: cannot change once a run has begun"),
    (("run", "--out", "whole"), "whole: not empty; give --out a new folder, or --resume this one"),
    (("run", "words.toml"), "scenario words.toml: not TOML"),
    (("run", "typed.toml"), "steps: Input should be a valid integer"),
    (("run", "--set", "market.sources.wales=5"), "no source 'wales'"),
    (("run", "--set", "market.start=2030-01-01T00:00:00Z"), "is after the last bar"),
    (("run", "--set", "plugins.files=['mine.py']"), "mine.py: no such file"),
    (("run", "--bars", "short.csv"), "missing"),
    (("run", "--bars", "twice.csv"), "row 2"),
    (("fork", "nothing", "--at", 3), "no such folder"),
    (("fork", "empty"), "Missing option '--at'"),
    (("fork", "whole", "--at", 13), "step 13: this run has steps 1 to 12"),
    (("fork", "whole", "--at", 5, "--set", "memory.slots=128"), "memory.slots: cannot change once a run has begun"),
    (("fork", "whole", "--at", 5, "--set", "roles.trade-executor.band=[0.1,0.2]"), "cannot change once a run has begun"),
    (("explain", "nothing", "--agent", "a", "--step", 1), "no such folder"),
    (("explain", "whole", "--agent", "market-hunter-000", "--step", 1), "did you mean 'market-hunter-0000'?"),
    (("explain", "whole", "--agent", "market-hunter-0000", "--step", 13), "this run has steps 1 to 12"),
    (("explain", "whole", "--step", 13), "--step 13: give --agent too; freeagentics explain whole lists decisions to choose from"),
    (("bench", "scales"), "did you mean 'scale'?"),
    (("walk",), "No such command 'walk'"),
    (("run", "--speed", 3), "No such option: --speed"),
]


BARS = {
    "bad.csv": ["2024-01-01T00:00:00,1,2,1,1,5", "2024-01-01T01:00:00,1,2,-1,1,5", "2024-01-01T02:00:00,1,2,1,1,5"],
    "twice.csv": ["2024-01-01T00:00:00,1,2,1,1,5", "2024-01-01T00:00:00,1,2,1,2,5"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of things that are wrong, and one run that is right."""
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "empty").mkdir()
    for name, rows in BARS.items():
        (folder / name).write_text("\n".join(["timestamp,open,high,low,close,volume", *rows]))
    (folder / "short.csv").write_text("timestamp,open,close\n2024-01-01T00:00:00,1,1\n")
    (folder / "words.toml").write_text("once upon a time")
    (folder / "typed.toml").write_text("steps = 'many'")
    summary_of("run", "--agents", 5, "--steps", 12, "--set", "run.checkpoint_every=4", "--out", "whole", cwd=folder)
    for name in ("truncated", "newer", "edited", "other"):
        shutil.copytree(folder / "whole", folder / name)
    with (folder / "truncated" / "journal.db").open("r+b") as journal:
        journal.truncate(5000)
    with closing(sqlite3.connect(folder / "newer" / "journal.db")) as newer:
        newer.execute("PRAGMA user_version = 99")
    text = (folder / "edited" / "run.toml").read_text()
    (folder / "edited" / "run.toml").write_text(text.replace("steps =", "speed = 3\nsteps ="))
    # As if it had been killed after step 10, and its scenario then edited by hand.
    with closing(sqlite3.connect(folder / "other" / "journal.db")) as other, other:
        other.execute("DELETE FROM checkpoints WHERE step > 8")
    (folder / "other" / "run.json").unlink()
    text = (folder / "other" / "run.toml").read_text()
    (folder / "other" / "run.toml").write_text(text.replace("seed = 7", "seed = 8"))
    return folder


def written(folder: Path) -> list[Path]:
    """All files, but for the locks and the side files of SQLite that opening a run leaves."""
    return sorted(path for path in folder.rglob("*") if path.name != "run.lock" and not path.name.endswith(("-wal", "-shm")))


def test_there_are_thirty_and_more() -> None:
    assert len(WRONG) >= 30


def test_a_run_that_would_take_another_course_is_refused(folder: Path) -> None:
    done = called("run", "--resume", "other", cwd=folder)
    assert done.returncode == 1
    assert "came out differently than the journal has it" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_verbose_shows_the_traceback_too(folder: Path) -> None:
    done = freeagentics("run", "btc-repay", "--verbose", cwd=folder)
    assert done.returncode == 2
    assert "Traceback (most recent call last)" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("freeagentics: no scenario 'btc-repay'")


@pytest.mark.parametrize(("arguments", "line"), WRONG, ids=lambda value: " ".join(map(str, value)) if isinstance(value, tuple) else "")
def test_one_line_says_what_is_wrong(arguments: tuple[object, ...], line: str, folder: Path) -> None:
    before = written(folder)
    done = called(*arguments, cwd=folder)
    assert done.returncode == 2
    assert line in done.stderr
    assert done.stderr.startswith("freeagentics: ")
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert written(folder) == before
