"""What a command imports: help, the version and the list of scenarios are there at once, and a run takes along only what it uses."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from freeagentics.cli.app import app
from freeagentics.scenario_catalog import scenario_names, scenario_titles

TOLD = "import sys; sys.stderr.write(' '.join(sorted({name.partition('.')[0] for name in sys.modules})))"
PROGRAM = f"import atexit; atexit.register(exec, {TOLD!r}, {{}}); from freeagentics.cli.main import main; main()"
HEAVY = {"matplotlib", "mesa", "networkx", "numpy", "pandas", "polars", "psutil", "pydantic", "rich", "scipy", "tomli_w"}


def commands(of: Any = None, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of all commands, and of the groups that they are in."""
    of = of or typer.main.get_command(app)
    yield words
    for name, inner in getattr(of, "commands", {}).items():
        yield from commands(inner, (*words, name))


def imported_by(*words: str, cwd: Path) -> set[str]:
    """Top-level modules that a process holds after a command that went well."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, *words], cwd=cwd, capture_output=True, text=True, check=True)
    found = set(done.stderr.split())
    assert done.stdout and "freeagentics" in found, done.stderr
    return found


def test_there_are_commands_in_groups_too() -> None:
    assert {(), ("run",), ("store", "sync"), ("memory", "audit")} <= set(commands())


@pytest.mark.parametrize("words", [*((*words, "--help") for words in commands()), ("--version",), ("scenarios",)], ids=" ".join)
def test_what_only_tells_imports_nothing_heavy(words: tuple[str, ...], tmp_path: Path) -> None:
    assert imported_by(*words, cwd=tmp_path).isdisjoint(HEAVY)


def test_a_run_imports_no_charts_and_nothing_of_training_pages_and_servers(tmp_path: Path) -> None:
    words = ("run", "quick", "--steps", "2", "--set", "agents.count=5", "--no-report")
    unused = {"matplotlib", "torch", "solara", "redis", "boto3", "botocore", "obstore", "webbrowser", "uvicorn"}
    assert imported_by(*words, cwd=tmp_path).isdisjoint(unused)


def test_every_scenario_on_the_shelf_has_a_title() -> None:
    titles = scenario_titles()
    assert list(titles) == scenario_names()
    assert all(titles.values())
