"""The guide to services does what it says, and its example runs."""

from __future__ import annotations

import doctest
import re
import runpy
from pathlib import Path

import pytest

from freeagentics.services import DecisionLogger
from freeagentics.stores import open_store

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "folder_watch.py"


@pytest.mark.parametrize("name", ["services", "patterns"])
def test_a_guide_does_what_it_says(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(>>>.*?)```", (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8"), re.DOTALL)
    example = doctest.DocTestParser().get_doctest("".join(blocks), {}, name, None, None)
    assert len(example.examples) > 8
    said: list[str] = []
    assert not doctest.DocTestRunner().run(example, out=said.append).failed, "".join(said)


def test_the_agent_in_the_guide_is_that_of_the_example() -> None:
    block = re.findall(r"```python\n(class .*?)```", (ROOT / "docs" / "services.md").read_text(encoding="utf-8"), re.DOTALL)[0]
    lines = [line for line in EXAMPLE.read_text(encoding="utf-8").splitlines() if '"""' not in line]
    shown = [line for line in block.splitlines() if line.strip()]
    assert len(shown) == 8
    assert all(line in lines for line in shown)


def test_the_example_remembers_between_calls_and_tells_the_janitor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main, url, folder = runpy.run_path(str(EXAMPLE))["main"], f"sqlite:///{tmp_path}/watch.db", tmp_path / "folder"
    folder.mkdir()
    for size in (10, 10, 25):
        (folder / "file").write_bytes(bytes(size))
        main(str(folder), url)
    assert capsys.readouterr().out == f"{folder} grew: look for old files\n"
    with open_store(url, run="watch") as store:
        (cleaned,) = DecisionLogger(store).decisions(agent_id="janitor")
        (warned,) = DecisionLogger(store).decisions(agent_id="folder-watcher")
    assert warned.reasoning["grown_by"] == 15
    assert cleaned.context["signal_id"] in cleaned.decision_id
