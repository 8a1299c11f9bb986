"""The examples in the docstrings of the front door, and in the guide to its commands, do what they say."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import freeagentics

DOCS = Path(__file__).parents[2] / "docs"
COMMANDS = DOCS / "commands.md"
SMALLER = {"seeds=20": "seeds=1, steps=2", "steps=20": "steps=2"}
"""Sizes of examples, and those that a test has time for."""
SHOWN = ("Probe", "ablate", "ablate_model", "compare", "explain", "fork", "load_scenario", "resume", "run", "sweep")


@pytest.mark.parametrize("name", SHOWN)
def test_an_example_does_what_it_says(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # They write run directories below the current one.
    monkeypatch.chdir(tmp_path)
    function = getattr(freeagentics, name)
    (example,) = doctest.DocTestFinder(recurse=False).find(function, name, globs={})
    check(example)


def test_the_guide_to_commands_does_what_it_says() -> None:
    # The end of a block would count as a line of what is to be printed.
    check(doctest.DocTestParser().get_doctest(COMMANDS.read_text(encoding="utf-8").replace("```", ""), {}, COMMANDS.name, None, None))


@pytest.mark.parametrize("page", ["experiments", "nets"])
def test_the_examples_of_a_page_run_one_after_the_other(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shared: dict[str, object] = {}
    for code in re.findall(r"```python\n(.*?)```", (DOCS / f"{page}.md").read_text(encoding="utf-8"), re.DOTALL):
        for shown, smaller in SMALLER.items():
            code = code.replace(shown, smaller)
        exec(compile(code, f"docs/{page}.md", "exec"), shared)


def check(example: doctest.DocTest) -> None:
    """Run an example that is there, and fail with what differs."""
    assert example.examples
    said: list[str] = []
    outcome = doctest.DocTestRunner().run(example, out=said.append)
    assert not outcome.failed, "".join(said)
