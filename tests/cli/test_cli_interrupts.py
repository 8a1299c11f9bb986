"""Ctrl-C at any moment: quiet, exit code 130, and a line where something is missing that can be had."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cli_runner import called

from freeagentics.cli.afterwards import follow_up
from freeagentics.errors import Interrupted
from freeagentics.journal import Journal
from freeagentics.records import RunRecord

PROLOGUE = """
import os, signal, sys, time
from freeagentics.cli import scenarios
from freeagentics.cli.main import main

def hit(number=signal.SIGINT):
    os.kill(os.getpid(), number)
"""
AT_AN_IMPORT = """
import os, signal, sys

module, number = sys.argv.pop(1), getattr(signal, sys.argv.pop(1))

class Finder:
    def find_spec(self, name, path, target=None):
        if name == module:
            os.kill(os.getpid(), number)

sys.meta_path.insert(0, Finder())
from freeagentics.cli.main import main
main()
"""
SWALLOWED = "import contextlib\n" + AT_AN_IMPORT.replace("os.kill", "with contextlib.suppress(BaseException): os.kill")
SHORT = ("run", "quick", "--agents", 5, "--steps", 3, "--out", "run")


def ended(program: str, *words: str, cwd: Path) -> tuple[int, str]:
    """Exit code and standard error of a Python program."""
    done = subprocess.run([sys.executable, "-c", program, *words], cwd=cwd, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("freeagentics.cli.interrupts", ("--version",)),
        ("freeagentics.errors", ("scenarios",)),
        ("typer", ("scenarios",)),
        ("tomllib", ("scenarios",)),
        ("numpy", ("explain", "run", "--agent", "a", "--step", "1")),
        ("pandas", ("run", "quick")),
        ("freeagentics.sync.store_admin", ("store", "sync", "run")),
    ],
)
def test_an_import_that_is_interrupted_ends_quietly(module: str, words: tuple[str, ...], tmp_path: Path) -> None:
    assert ended(AT_AN_IMPORT, module, "SIGINT", *words, cwd=tmp_path) == (130, "")
    assert not list(tmp_path.iterdir())


def test_so_it_does_when_it_is_asked_to_end_by_another_process(tmp_path: Path) -> None:
    assert ended(AT_AN_IMPORT, "typer", "SIGTERM", "scenarios", cwd=tmp_path) == (130, "")


def test_an_import_that_swallows_an_interrupt_ends_too(tmp_path: Path) -> None:
    assert ended(SWALLOWED, "tomllib", "SIGINT", "scenarios", cwd=tmp_path) == (130, "")


@pytest.mark.parametrize(
    "titles",
    [
        "hit()",
        "hit(signal.SIGTERM)",
        "try:\n        hit()\n    finally:\n        hit(); time.sleep(60)",
        "try:\n        hit()\n    except KeyboardInterrupt as error:\n        raise ValueError from error",
        "type('Heir', (), {'__del__': lambda self: hit()})(); time.sleep(60)",
    ],
    ids=["work", "asked to end", "twice", "error made of it", "destructor"],
)
def test_work_that_is_interrupted_ends_quietly(titles: str, tmp_path: Path) -> None:
    program = f"{PROLOGUE}\ndef titles():\n    {titles}\n\nscenarios.scenario_titles = titles\nmain()"
    assert ended(program, "scenarios", cwd=tmp_path) == (130, "")


def test_a_second_one_ends_a_run_in_mid_step_and_says_how_to_go_on(tmp_path: Path) -> None:
    program = f"""{PROLOGUE}
from freeagentics.simulation import MarketModel
step = MarketModel.step

def hurt(model):
    step(model)
    if model.steps == 3:
        hit()
        hit()

MarketModel.step = hurt
main()
"""
    words = ("run", "quick", "--agents", "5", "--steps", "6", "--out", "run")
    said = "freeagentics: what was committed is whole: go on with: freeagentics run --resume run\n"
    assert ended(program, *words, cwd=tmp_path) == (130, said)
    assert called("run", "--resume", "run", "--no-report", cwd=tmp_path).returncode == 0
    assert RunRecord(tmp_path / "run").summary.steps == 6


def interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_run_stopped_in_its_audit_says_how_to_get_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("run", "quick", "--steps", 200, "--out", "my run", "--set", "agents.team={market-hunter = 1}", "--agents", 1)
    with monkeypatch.context() as patched:
        patched.setattr("freeagentics.evaluation.audit.audit_memories", interrupt)
        done = called(*words, cwd=tmp_path)
    assert done.returncode == 130
    assert "run directory" in done.stdout
    missing = "it has no audit and no report yet; make them with: freeagentics memory audit 'my run' && freeagentics report 'my run'"
    assert done.stderr.splitlines()[-1] == f"freeagentics: the run itself is whole; {missing}"
    assert missing in called("run", "--resume", "my run", cwd=tmp_path).stderr

    assert called("memory", "audit", "my run", "--steps", 2, cwd=tmp_path).returncode == 0
    assert "it has no report yet; make it with: freeagentics report 'my run'" in called("run", "--resume", "my run", cwd=tmp_path).stderr
    assert called("report", "my run", cwd=tmp_path).returncode == 0
    said = called("run", "--resume", "my run", cwd=tmp_path).stderr
    assert said == "freeagentics: my run has all its 200 steps; give --steps with a larger number to go on\n"


def test_a_run_stopped_in_its_report_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("freeagentics.report.save_report", interrupt)
    done = called(*SHORT, "--quiet", cwd=tmp_path)
    assert done.returncode == 130
    assert not done.stdout
    assert "it has no report yet; make it with: freeagentics report run" in done.stderr


def test_a_run_asked_to_stop_in_its_last_step_makes_no_report(tmp_path: Path) -> None:
    assert called(*SHORT, "--no-report", cwd=tmp_path).returncode == 0
    with pytest.raises(Interrupted, match="make it with: freeagentics report run"):
        record = RunRecord(tmp_path / "run")
        record.directory.path = Path("run")
        follow_up(record, quiet=True, stopped=True)


def test_a_run_stopped_between_its_last_step_and_its_summary_says_how_to_get_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("freeagentics.runs.session.write_model_frame", interrupt)
        done = called(*SHORT, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "freeagentics: what was committed is whole: go on with: freeagentics run --resume run\n"
    assert called("run", "--resume", "run", cwd=tmp_path).returncode == 0
    assert (tmp_path / "run" / "report.html").is_file()
    with Journal(tmp_path / "run" / "journal.db") as journal:
        journal.check()
