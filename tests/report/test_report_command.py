"""A report after every run, and whenever it is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from report_worlds import made
from typer.testing import CliRunner

from freeagentics.cli.app import app

SHORT = ["--agents", "5", "--steps", "10"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def invoke(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_run_ends_with_its_report(tmp_path: Path) -> None:
    said = invoke("run", "btc-replay", *SHORT, "--out", "run")
    assert (tmp_path / "run" / "report.html").is_file()
    assert (tmp_path / "run" / "tables" / "model.csv").is_file()
    assert "run/report.html" in said


def test_a_run_can_do_without(tmp_path: Path) -> None:
    said = invoke("run", "btc-replay", *SHORT, "--out", "run", "--no-report")
    assert not (tmp_path / "run" / "report.html").exists()
    assert "\nreport " not in said


def test_json_is_still_all_that_is_printed(tmp_path: Path) -> None:
    assert json.loads(invoke("run", "btc-replay", *SHORT, "--out", "run", "--json"))["steps"] == 10
    assert (tmp_path / "run" / "report.html").is_file()


def test_a_fork_has_a_report_of_its_own(tmp_path: Path) -> None:
    made(tmp_path, steps=10)
    invoke("fork", "run", "--at", "5", "--out", "forked", "--quiet")
    assert "This run is a fork" in (tmp_path / "forked" / "report.html").read_text(encoding="utf-8")


def test_the_report_of_an_older_run_is_made_when_asked_for(tmp_path: Path) -> None:
    made(tmp_path, steps=10)
    assert not (tmp_path / "run" / "report.html").exists()
    assert invoke("report", "run").strip() == "run/report.html"
    assert (tmp_path / "run" / "report.html").is_file()
