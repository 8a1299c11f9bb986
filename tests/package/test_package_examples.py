"""The examples in the docstrings of the front door do what they say."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

import freeagentics

SHOWN = ("Probe", "ablate", "compare", "explain", "fork", "load_scenario", "resume", "run", "sweep")


@pytest.mark.parametrize("name", SHOWN)
def test_an_example_does_what_it_says(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # They write run directories below the current one.
    monkeypatch.chdir(tmp_path)
    function = getattr(freeagentics, name)
    (example,) = doctest.DocTestFinder(recurse=False).find(function, name, globs={})
    assert example.examples
    said: list[str] = []
    outcome = doctest.DocTestRunner().run(example, out=said.append)
    assert not outcome.failed, "".join(said)
