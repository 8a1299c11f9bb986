"""A disk that is full in mid-run: one line, a whole journal, and a resume once there is room."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import Command, freeagentics, summary_of

from freeagentics.journal import Journal

RUN = ("run", "btc-replay", "--agents", "20", "--steps", "80", "--set", "run.checkpoint_every=30")


@pytest.mark.parametrize("size", [300_000, 900_000])
def test_a_full_disk_stops_the_run_with_one_line_and_it_goes_on_when_there_is_room(size: int, tmp_path: Path) -> None:
    done = Command(*RUN, "--out", "run", cwd=tmp_path, largest_file=size).finish()
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "could not be written" in done.stderr
    assert "go on with: freeagentics run --resume run" in done.stderr
    with Journal(tmp_path / "run" / "journal.db") as journal:
        journal.check()
        marker = journal.marker()
        assert marker is not None and marker.step < 80
    assert not (tmp_path / "run" / "run.json").exists()
    resumed = summary_of("run", "--resume", "run", cwd=tmp_path)
    alone = summary_of(*RUN, "--out", "alone", cwd=tmp_path)
    assert resumed["trajectory_sha256"] == alone["trajectory_sha256"]


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    done = freeagentics(*RUN, "--out", "file/run", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "freeagentics: file/run: cannot be written (Not a directory)\n"
