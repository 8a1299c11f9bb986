"""The end in sight: what a command is doing and how far it is, on a terminal as a bar, elsewhere as a line, and for programs not at all."""

from __future__ import annotations

import io
import os
import pty
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from cli_runner import called

from freeagentics.benchmarks import BENCHMARKS
from freeagentics.benchmarks.table import Table
from freeagentics.cli.app import run_command_line
from freeagentics.progress import track

SHORT = ("run", "quick", "--agents", "5", "--steps", "3", "--out", "run")


def on_a_terminal(*words: str, cwd: Path) -> tuple[str, str]:
    """Standard output, and what a terminal of 100 columns got of standard error; the command must go well."""
    ours, theirs = pty.openpty()
    said = io.StringIO()
    with ThreadPoolExecutor(1) as reader, pytest.MonkeyPatch.context() as patched:
        patched.setenv("TERM", "xterm-256color")
        patched.setenv("COLUMNS", "100")
        patched.setattr("freeagentics.cli.afterwards.AUDITED_FROM", 3)
        drawn = reader.submit(all_of, ours)
        with os.fdopen(theirs, "w") as terminal, chdir(cwd), redirect_stdout(said), redirect_stderr(terminal):
            code = run_command_line(list(words))
    assert code == 0, drawn.result()
    return said.getvalue(), drawn.result().decode()


def all_of(terminal: int) -> bytes:
    """What is written to a terminal until its other side is closed."""
    drawn = bytearray()
    with os.fdopen(terminal, "rb", buffering=0) as opened:
        # On Linux a terminal whose other side is closed fails instead of ending.
        try:
            while part := opened.read(65_536):
                drawn += part
        except OSError:
            pass
    return bytes(drawn)


def test_every_phase_of_a_run_has_a_bar_and_none_stays(tmp_path: Path) -> None:
    said, drawn = on_a_terminal(*SHORT, cwd=tmp_path)
    phases = ["starting", "0/3", "writing the frames", "reading memories", "auditing memories", "reading the run", "drawing the report"]
    places = [drawn.find(phase) for phase in phases]
    assert -1 not in places
    assert places == sorted(places)
    assert drawn.rfind("\x1b[?25h") > drawn.rfind("\x1b[?25l"), "the cursor is left hidden"
    assert drawn.endswith("\x1b[2K"), "the last bar stays"
    assert "report" in said
    assert "\x1b[?25l" not in said


def test_where_there_is_no_terminal_a_phase_is_a_line_on_standard_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("freeagentics.cli.afterwards.AUDITED_FROM", 3)
    done = called(*SHORT, cwd=tmp_path)
    assert done.stderr == "auditing memories over 3 steps\nwriting the report\n"
    assert called("report", "run", cwd=tmp_path).stderr == "writing the report\n"


@pytest.mark.parametrize("word", ["--quiet", "--json"])
def test_programs_and_who_wants_quiet_see_none_of_it(word: str, tmp_path: Path) -> None:
    assert called(*SHORT, word, cwd=tmp_path).stderr == ""
    _, drawn = on_a_terminal(*SHORT[:-1], "again", word, cwd=tmp_path)
    assert drawn == ""


def test_benchmarks_say_which_one_is_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("freeagentics.cli.bench.run_benchmark", lambda *_: Table("A table", "", [{"figure": 1}]))
    done = called("bench", cwd=tmp_path)
    assert done.stdout.count("## A table") == len(BENCHMARKS)
    assert done.stderr.splitlines() == [f"{name} ({number} of {len(BENCHMARKS)})" for number, name in enumerate(BENCHMARKS, 1)]
    assert called("bench", "scale", cwd=tmp_path).stderr == "scale (1 of 1)\n"


def test_parts_are_told_of_when_they_have_been_dealt_with() -> None:
    told: list[tuple[str, int, int]] = []
    parts = track(lambda *seen: told.append(seen), "counting", "ab")
    assert next(parts) == "a"
    assert told == [("counting", 0, 2)]
    assert list(parts) == ["b"]
    assert told == [("counting", 0, 2), ("counting", 1, 2), ("counting", 2, 2)]
    assert not list(track(lambda *seen: told.append(seen), "nothing", ()))
    assert len(told) == 3
