"""A disk that is full in mid-run: one line, a whole journal, and a resume once there is room."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

import pytest
from cli_runner import COMMAND, summary_of

from freeagentics.journal import Journal

RUN = ("run", "btc-replay", "--agents", "50", "--steps", "120", "--out", "run", "--set", "run.checkpoint_every=50")


def limited(size: int, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command, in a process that cannot make a file larger than *size*: every write beyond it fails, as on a full disk."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )


@pytest.mark.parametrize("size", [300_000, 700_000])
def test_a_full_disk_stops_the_run_with_one_line_and_it_goes_on_when_there_is_room(size: int, tmp_path: Path) -> None:
    done = limited(size, *RUN, cwd=tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "could not be written" in done.stderr
    assert "go on with: freeagentics run --resume run" in done.stderr
    with Journal(tmp_path / "run" / "journal.db") as journal:
        journal.check()
        marker = journal.marker()
        assert marker is not None and marker.step < 120
    assert not (tmp_path / "run" / "run.json").exists()
    resumed = summary_of("run", "--resume", "run", cwd=tmp_path)
    alone = summary_of(*RUN[:-4], "--out", "alone", cwd=tmp_path)
    assert resumed["trajectory_sha256"] == alone["trajectory_sha256"]


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    done = limited(resource.RLIM_INFINITY, *RUN[:-4], "--out", "file/run", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "freeagentics: file/run: cannot be written (Not a directory)\n"
