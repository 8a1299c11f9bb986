"""A run that had ended and goes on: what told of it as it was is gone, so that nothing in its directory tells of another run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli_runner import called
from probes import Watch

from freeagentics.errors import BadRunDirectory
from freeagentics.records import RunRecord
from freeagentics.runs import resume, run

ENDING = {"run.json", "model.parquet", "agents.parquet", "audit.json", "report.html", "tables"}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    for words in (("run", "quick", "--agents", 5, "--steps", 4, "--out", "run"), ("memory", "audit", "run", "--steps", 1)):
        assert called(*words, cwd=folder).returncode == 0
    return folder / "run"


@pytest.fixture
def made(source: Path, tmp_path: Path) -> Path:
    """The directory of a run that was audited and reported on."""
    path = shutil.copytree(source, tmp_path / "run")
    assert {inside.name for inside in path.iterdir()} >= ENDING
    return path


def test_a_run_that_goes_on_without_a_report_keeps_none_of_an_earlier_step(made: Path) -> None:
    assert called("run", "--resume", "run", "--steps", 6, "--no-report", cwd=made.parent).returncode == 0
    assert ENDING - {inside.name for inside in made.iterdir()} == {"audit.json", "report.html", "tables"}
    assert RunRecord(made).summary.steps == RunRecord(made).model_frame.height == 6


def test_a_run_stopped_on_its_way_to_more_steps_has_not_ended(made: Path) -> None:
    seen: list[int] = []
    watch = Watch(lambda model: seen.append(model.steps), stopping=lambda: len(seen) > 1)
    with pytest.raises(Exception, match="stopped after step 6"):
        resume(made, steps=9, probes=[watch])
    assert not ENDING & {inside.name for inside in made.iterdir()}
    with pytest.raises(BadRunDirectory, match="has not ended; resume it with"):
        RunRecord(made)


def test_what_a_user_put_beside_the_tables_stays(made: Path) -> None:
    (made / "tables" / "notes.txt").write_text("mine")
    assert called("run", "--resume", "run", "--steps", 5, "--no-report", cwd=made.parent).returncode == 0
    assert [inside.name for inside in (made / "tables").iterdir()] == ["notes.txt"]


def test_a_run_that_is_refused_keeps_all_that_told_of_it(made: Path) -> None:
    before = {path: path.read_bytes() for path in made.rglob("*") if path.suffix in {".json", ".html", ".csv", ".parquet"}}
    for words in (("--steps", 3), ("--steps", 90_000), ("--set", "market.fee_bps=1"), ()):
        assert called("run", "--resume", "run", *words, cwd=made.parent).returncode == 2
    assert {path: path.read_bytes() for path in before} == before


def test_a_fork_takes_no_report_along_and_leaves_that_of_its_parent(made: Path) -> None:
    page = (made / "report.html").read_bytes()
    assert called("fork", "run", "--at", 2, "--out", "forked", "--no-report", cwd=made.parent).returncode == 0
    assert not {"audit.json", "report.html", "tables"} & {inside.name for inside in (made.parent / "forked").iterdir()}
    assert (made / "report.html").read_bytes() == page


def test_a_resume_that_only_has_to_end_the_run_leaves_it_as_it_is(tmp_path: Path) -> None:
    made = run("quick", agents=5, steps=4, out=tmp_path / "run")
    made.directory.summary.unlink()
    assert resume(made.path).summary.trajectory_sha256 == made.summary.trajectory_sha256
