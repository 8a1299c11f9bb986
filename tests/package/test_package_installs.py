"""What ``make test-installs`` tries: it runs for minutes, so here only that nothing is left out of it."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import installs
import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_every_extra_is_installed_and_imported_or_at_least_resolved() -> None:
    assert set(installs.BROUGHT) | {"all", "docs", "mutants", "test"} == set(PROJECT["optional-dependencies"])
    assert {*installs.LIGHT, "train"} == set(installs.BROUGHT)


def test_the_python_that_runs_this_is_among_those_tried() -> None:
    found = installs.pythons()
    assert found[f"{sys.version_info[0]}.{sys.version_info[1]}"] == Path(sys.executable).resolve()
    assert set(found) <= {f"3.{minor}" for minor in range(11, 30)}


def test_a_python_that_is_none_is_passed_over(tmp_path: Path) -> None:
    stand_in = tmp_path / "python3.12"
    stand_in.write_text("#!/bin/sh\necho 'not chosen' >&2\nexit 127\n")
    stand_in.chmod(0o755)
    assert list(installs.minor_version(stand_in)) == []


def test_a_command_that_fails_is_told_with_all_it_printed(tmp_path: Path) -> None:
    place = installs.Place(Path(sys.executable), "3.11", tmp_path)
    with pytest.raises(installs.Failed, match="out\nerr\nexit code 3$"):
        place.run(sys.executable, "-c", "import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)")
    said: list[str] = []
    installs.try_all(place, [("first", lambda _: "fine"), ("second", lambda place: place.run("false"))], said.append)
    assert (place.lines[0].split(), place.failed) == (["first", "fine"], ["second"])
    assert "second FAILED" in said[1]
