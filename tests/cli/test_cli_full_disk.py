"""A disk that is full in mid-run: one line, a whole journal, and a resume once there is room."""

from __future__ import annotations

import errno
import os
import shlex
import subprocess
from pathlib import Path

import pytest
from cli_runner import COMMAND, Command, called, summary_of

from freeagentics.journal import Journal

RUN = ("run", "btc-replay", "--agents", "20", "--steps", "80", "--set", "run.checkpoint_every=30")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The trajectory of the run that no disk stopped."""
    return str(summary_of(*RUN, cwd=tmp_path_factory.mktemp("alone"))["trajectory_sha256"])


@pytest.mark.parametrize("size", [300_000, 900_000])
def test_a_full_disk_stops_the_run_with_one_line_and_it_goes_on_when_there_is_room(size: int, alone: str, tmp_path: Path) -> None:
    done = Command(*RUN, "--out", "run", cwd=tmp_path, largest_file=size).finish()
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "could not be written" in done.stderr
    assert "go on with: freeagentics run --resume run" in done.stderr
    with Journal(tmp_path / "run" / "journal.db") as journal:
        journal.check()
        commit = journal.commit_record()
        assert commit is not None and commit.step < 80
    assert not (tmp_path / "run" / "run.json").exists()
    resumed = summary_of("run", "--resume", "run", cwd=tmp_path)
    assert resumed["trajectory_sha256"] == alone


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    done = called(*RUN, "--out", "file/run", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "freeagentics: file/run: cannot be written (Not a directory)\n"


def test_nothing_is_written_into_the_folder_of_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for name in ("mkstemp", "mkdtemp", "TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "TemporaryDirectory"):
        monkeypatch.setattr(f"tempfile.{name}", full)
    for words in (
        ("run", "btc-replay", "--agents", 5, "--steps", 12, "--out", "run"),
        ("explain", "run", "--agent", "market-hunter-0000", "--step", 7),
        ("fork", "run", "--at", 6, "--out", "fork", "--no-report"),
        ("store", "sync", "run", "sqlite:///store.db"),
        ("memory", "audit", "run", "--steps", 2),
    ):
        done = called(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr


def test_a_run_goes_through_with_a_folder_of_temporary_files_that_is_full(tmp_path: Path) -> None:
    tiny = tmp_path / "tiny"
    tiny.mkdir()
    full = f"mount -t tmpfs -o size=64k tmpfs {tiny} && head -c 65536 /dev/zero > {tiny}/full"
    command = shlex.join([*COMMAND, "run", "btc-replay", "--agents", "5", "--steps", "8", "--out", "run"])
    script = f"{full} && echo mounted && TMPDIR={tiny} exec {command}"
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    if not done.stdout.startswith("mounted"):
        pytest.skip("this user cannot mount a small folder")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "report.html").is_file()
