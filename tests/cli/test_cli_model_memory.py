"""``freeagentics memory stats``, ``recall``, ``replay`` and ``report`` on a run of any Mesa model with memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mesa
import pytest

from freeagentics.cli.app import run_command_line
from freeagentics.mesa_memory import AgentMemory


class Saver(mesa.Agent):
    def __init__(self, model: Any) -> None:
        super().__init__(model)
        self.wealth = 0

    def step(self) -> None:
        self.wealth += self.unique_id


class Bank(mesa.Model):
    def __init__(self) -> None:
        super().__init__(rng=1)
        Saver.create_agents(self, 3)

    def step(self) -> None:
        self.agents.do("step")


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("bank") / "run"
    model = Bank()
    with AgentMemory.attach(model, ["wealth"], out=path) as memory:
        for turn in range(20):
            memory.remember(model.agents, action="<save>", outcome=float(turn), tags="even" if turn % 2 == 0 else None)
            model.step()
    return str(path)


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert run_command_line(list(words)) == code
    out, err = capsys.readouterr()
    return out if code == 0 else err


def test_stats_say_what_there_is_and_what_it_takes(run_dir: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "memory", "stats", run_dir)
    assert "Bank, 20 steps" in lines
    assert "3 agents remember" in lines
    told = json.loads(said(capsys, "memory", "stats", run_dir, "--json"))
    assert (told["model"], told["steps"], told["classes"][0]["made"], told["classes"][0]["states"]) == ("Bank", 20, 60, 60)


def test_recall_shows_memories_like_a_situation(run_dir: str, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = said(capsys, "memory", "recall", run_dir, "--agent", "saver-2", "--like", "wealth=38", "-k", "1").splitlines()
    assert line.startswith("step 19, 1 ago, relevance 1.00: <save> outcome +19; wealth 38")
    (found,) = json.loads(said(capsys, "memory", "recall", run_dir, "--agent", "saver-2", "--tags", "even", "-k", "1", "--json"))
    assert (found["step"], found["tags"], found["state"]) == (18, ["even"], {"wealth": 36})
    wrong = said(capsys, "memory", "recall", run_dir, "--agent", "saver-9", code=2)
    assert "no agent 'saver-9' remembers anything" in wrong
    assert "write NAME=VALUE" in said(capsys, "memory", "recall", run_dir, "--agent", "saver-2", "--like", "wealth", code=2)


def test_replay_prints_a_line_an_agent(run_dir: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "memory", "replay", run_dir, "--step", "7").splitlines()
    assert [json.loads(line)["wealth"] for line in lines] == [7, 14, 21]
    assert "ends with step 20" in said(capsys, "memory", "replay", run_dir, "--step", "21", code=2)


def test_the_report_is_one_page_with_the_figures_of_the_run(run_dir: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(said(capsys, "report", run_dir).strip())
    page = path.read_text(encoding="utf-8")
    assert path.name == "report.html"
    for text in ("Bank", "&lt;save&gt;", "<svg", "At the end: agents 3.00, wealth 40.00.", "9.500"):
        assert text in page
    assert "<save>" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_there_is_no_live_page_and_that_is_said(run_dir: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "has a report, no page of ours: freeagentics report" in said(capsys, "viz", run_dir, code=2)


def test_a_run_of_a_market_has_no_such_memories(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "it has no memory.json" in said(capsys, "memory", "stats", str(tmp_path), code=2)
