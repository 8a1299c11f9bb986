"""Standard output whose reader has gone, or that cannot be written."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cli_runner import COMMAND

FULL = Path("/dev/full")


@pytest.mark.parametrize("words", [("scenarios",), ("run", "--help"), ("run", "quick", "--agents", "5", "--steps", "2", "--out", "run")])
def test_a_reader_that_has_gone_stops_nothing(words: tuple[str, ...], tmp_path: Path) -> None:
    with subprocess.Popen([*COMMAND, *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 0
    assert "Error" not in said
    assert (tmp_path / "run" / "report.html").is_file() == (words[-1] == "run")


@pytest.mark.skipif(not FULL.exists(), reason="there is no full disk to write to")
@pytest.mark.parametrize("words", [("scenarios",), ("--help",), ("run", "quick", "--agents", "5", "--steps", "2", "--json", "--no-report")])
def test_output_that_cannot_be_written_is_one_line(words: tuple[str, ...], tmp_path: Path) -> None:
    with FULL.open("w") as full:
        done = subprocess.run([*COMMAND, *words], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "freeagentics: <stdout> could not be written (No space left on device)\n"


def test_where_there_is_no_output_at_all_a_command_goes_well() -> None:
    closed = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *COMMAND, "scenarios"], stderr=subprocess.PIPE, text=True, check=False)
    assert (closed.returncode, closed.stderr) == (0, "")
