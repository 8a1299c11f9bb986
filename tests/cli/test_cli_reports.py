"""A run ends with its result and what to do next; reports open, stand side by side, and say how to get them where they were stopped."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import pytest
from cli_runner import called

SHORT = ("run", "quick", "--agents", 5, "--steps", 3)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    pages: list[str] = []

    def show(address: str) -> bool:
        pages.append(address)
        return True

    monkeypatch.setattr(webbrowser, "open", show)
    return pages


def test_a_run_ends_with_three_figures_and_what_to_do_next(tmp_path: Path) -> None:
    *_, result, following = called(*SHORT, "--out", "a run", "--no-report", cwd=tmp_path).stdout.splitlines()
    assert result.startswith("result ")
    assert result.count("%") == 2 and "points beside its exposure held throughout" in result
    assert following.split(maxsplit=1) == ["next", "freeagentics report 'a run' --open; freeagentics viz 'a run'"]


def test_a_report_opens_where_that_is_asked_for(tmp_path: Path, shown: list[str]) -> None:
    assert called(*SHORT, "--out", "run", "--open", "--quiet", cwd=tmp_path).returncode == 0
    assert called("report", "run", "--open", cwd=tmp_path).returncode == 0
    assert shown == [(tmp_path / "run" / "report.html").as_uri()] * 2


def test_several_runs_are_set_side_by_side(tmp_path: Path, shown: list[str]) -> None:
    for name, fee in (("free", 0), ("dear", 50)):
        assert called(*SHORT, "--out", name, "--set", f"market.fee_bps={fee}", "--no-report", "--quiet", cwd=tmp_path).returncode == 0
    done = called("report", "free", "dear", "--out", "both", "--open", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "both" / "report.html").read_text(encoding="utf-8")
    assert "Runs side by side" in page
    assert '<th scope="col" class="number">free</th><th scope="col" class="number">dear</th>' in page
    assert shown == [(tmp_path / "both" / "report.html").as_uri()]


def test_a_report_that_is_stopped_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert called(*SHORT, "--out", "run", "--no-report", "--quiet", cwd=tmp_path).returncode == 0

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("freeagentics.report.save_report", interrupt)
    done = called("report", "run", cwd=tmp_path)
    assert done.returncode == 130
    assert done.stderr.endswith("freeagentics: the report is not written yet; make it with: freeagentics report run\n")


def test_the_directory_of_one_report_is_that_of_its_run(tmp_path: Path) -> None:
    done = called("report", "run", "--out", "elsewhere", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "--out is for several runs" in done.stderr


def test_help_ends_with_examples_and_the_shell_completes_scenarios(tmp_path: Path) -> None:
    from freeagentics.cli.options import scenario_completion

    said = called("run", "--help", cwd=tmp_path).stdout
    assert "Examples:\n    freeagentics run " in said
    assert scenario_completion("whale") == ["whale-pump"]
