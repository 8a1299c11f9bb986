"""``freeagentics memory audit``: what it writes, who reads it, and what it leaves alone."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from cli_runner import called

from freeagentics.cli import afterwards
from freeagentics.errors import BadRunDirectory
from freeagentics.records import RunRecord
from freeagentics.runs import run

TIRED = """
from freeagentics.agents.user_role import *
from freeagentics.agents.user_role import EXECUTING

asked = 0

class Tired(UserRole):
    name = "tired"
    phase = EXECUTING
    actions = ("wait",)
    reasoning = ("why",)

    def decide(self, seen, signals, memories):
        global asked
        asked += 1
        if asked > 20:
            raise ValueError("asked too often")
        return Action("wait")
"""
SCENARIO = """
steps = 12
[plugins]
files = ["tired.py"]
[agents]
count = 1
[agents.team]
tired = 1
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run("btc-replay", agents=5, steps=12, out=tmp_path_factory.mktemp("source") / "run").path


@pytest.fixture
def made(source: Path, tmp_path: Path) -> RunRecord:
    return RunRecord(shutil.copytree(source, tmp_path / "run"))


def audited(folder: Path, *words: object) -> str:
    done = called("memory", "audit", *words, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_an_audit_becomes_part_of_the_run_record_and_changes_nothing_else(made: RunRecord, tmp_path: Path) -> None:
    before = contents(made.path)
    said = audited(tmp_path, "run")
    after = contents(made.path)
    assert set(after) - set(before) == {"audit.json"}
    assert all(after[name] == content for name, content in before.items())
    assert made.audit is not None
    assert (made.audit.agents, made.audit.steps) == (5, 12)
    assert [found.codec for found in made.audit.codecs] == ["autoregressive", "int8"]
    assert "autoregressive" in said
    assert "int8" in said


def test_json_is_what_was_written_and_nothing_else(made: RunRecord, tmp_path: Path) -> None:
    said = audited(tmp_path, "run", "--steps", 4, "--json")
    assert said == (made.path / "audit.json").read_text(encoding="utf-8")
    assert json.loads(said)["steps"] == 4


def test_the_report_shows_an_audit_or_says_how_to_make_one(made: RunRecord, tmp_path: Path) -> None:
    page = made.directory.report
    called("report", "run", cwd=tmp_path)
    assert "freeagentics memory audit run" in page.read_text(encoding="utf-8")
    audited(tmp_path, "run")
    called("report", "run", cwd=tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "freeagentics memory audit run" not in text
    assert made.audit is not None
    for found in made.audit.codecs:
        assert f'<th scope="row">{found.codec}</th>' in text
        assert f'<td class="number">{found.bits + found.shared_bits:.1f}</td>' in text
    assert all(role.role in text for role in made.audit.codecs[0].roles)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "--steps", 13), "--steps 13: run has only 12 steps"),
        (("run", "--steps", 0), "greater than or equal to 1"),
        (("nowhere",), "nowhere: no such folder"),
        ((), "RUN_DIR"),
    ],
)
def test_what_cannot_be_audited_is_one_line(made: RunRecord, tmp_path: Path, words: tuple[object, ...], said: str) -> None:
    done = called("memory", "audit", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert made.audit is None


@pytest.mark.parametrize("text", ["", "{}", "nonsense", '{"agents": 1, "steps": 1, "codecs": []}'])
def test_a_damaged_audit_is_named_and_can_be_made_anew(made: RunRecord, tmp_path: Path, text: str) -> None:
    made.directory.audit.write_text(text)
    with pytest.raises(BadRunDirectory, match="memory audit"):
        _ = made.audit
    audited(tmp_path, "run", "--steps", 2)
    assert made.audit is not None


def test_a_long_run_ends_with_its_audit_before_its_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(afterwards, "AUDITED_FROM", 64)
    alone = ("--agents", 1, "--set", "agents.team={market-hunter = 1}")
    done = called("run", "btc-replay", *alone, "--steps", 64, "--out", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    audit = RunRecord(tmp_path / "run").audit
    assert audit is not None
    assert audit.steps == 60
    assert f"{audit.codecs[0].agreement:.2%} of 60 decisions" in done.stdout
    assert "freeagentics memory audit" not in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


def test_short_runs_and_runs_without_a_report_are_not_audited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("run", "btc-replay", "--agents", 5, "--steps", 3)
    assert called(*words, "--out", "short", cwd=tmp_path).returncode == 0
    monkeypatch.setattr(afterwards, "AUDITED_FROM", 3)
    assert called(*words, "--out", "bare", "--no-report", cwd=tmp_path).returncode == 0
    assert RunRecord(tmp_path / "short").audit is RunRecord(tmp_path / "bare").audit is None


def test_a_role_that_fails_in_the_trial_does_not_take_the_run_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(afterwards, "AUDITED_FROM", 12)
    (tmp_path / "tired.py").write_text(TIRED)
    (tmp_path / "mine.toml").write_text(SCENARIO)
    done = called("run", "mine.toml", "--out", "run", cwd=tmp_path)
    assert done.returncode == 0
    assert "memories were not audited" in done.stderr
    assert "asked too often" in done.stderr
    assert RunRecord(tmp_path / "run").audit is None
    assert (tmp_path / "run" / "report.html").is_file()


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of five days."""
    return run("btc-replay", agents=5, steps=120, out=tmp_path_factory.mktemp("long") / "run").path


def test_a_compacted_run_says_what_it_lost_and_explains_the_rest(long: Path, tmp_path: Path) -> None:
    path = Path(shutil.copytree(long, tmp_path / "run"))
    before = RunRecord(path)
    done = called("memory", "compact", "run", "--budget-bytes", 250, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    record = RunRecord(path)
    assert f"of {before.summary.memories:,} memories" in done.stdout
    assert record.summary.memories == record.memory_frame.height < before.summary.memories == 600
    assert record.decision_frame.equals(before.decision_frame)

    told = called("memory", "audit", "run", cwd=tmp_path).stdout
    assert re.search(r"forgotten +\d+\.\d+% of the 300 decisions of the last 60 steps are the same with what is kept", told)
    called("report", "run", cwd=tmp_path)
    page = (path / "report.html").read_text(encoding="utf-8")
    assert "What was forgotten" in page and "decided again with memories as they are kept" in page

    ask = ("explain", "run", "--agent", "market-hunter-0000", "--step", 120)
    assert "decoded within" in called(*ask, cwd=tmp_path).stdout
    called("memory", "compact", "run", "--budget-bytes", 4, cwd=tmp_path)
    assert "forgotten since: the journal keeps nothing of it" in called(*ask, cwd=tmp_path).stdout
    assert called("run", "--resume", "run", "--steps", 130, cwd=tmp_path).returncode == 0
    assert RunRecord(path).summary.decisions == 5 * 130


def test_compacting_within_the_scenarios_budgets_loses_nothing_and_is_told_as_json(long: Path, tmp_path: Path) -> None:
    path = Path(shutil.copytree(long, tmp_path / "run"))
    frame = RunRecord(path).memory_frame
    done = called("memory", "compact", "run", "--json", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert found["memories_before"] == found["memories_after"] == 600
    assert found["loss"]["dropped"] == 0
    assert found["file_bytes_after"] <= found["file_bytes_before"]
    assert RunRecord(path).memory_frame.equals(frame)
    assert "forgotten" not in called("memory", "audit", "run", cwd=tmp_path).stdout


def test_a_living_run_is_not_compacted(long: Path, tmp_path: Path) -> None:
    path = Path(shutil.copytree(long, tmp_path / "run"))
    with RunRecord(path).directory.locked():
        done = called("memory", "compact", "run", cwd=tmp_path)
    assert done.returncode == 2
    assert "locked by a living run" in done.stderr


def test_memories_of_a_market_are_recalled_by_a_step_or_by_features(source: Path, tmp_path: Path) -> None:
    asked = ("memory", "recall", source, "--agent", "market-hunter-0000", "-k", 2)
    told = called(*asked, "--step", 12, cwd=tmp_path).stdout.splitlines()
    assert told
    assert re.match(r"step \d+, \d+ ago, relevance 0\.\d\d: [a-z-]+, BTCUSDT [+-]", told[0])
    found = json.loads(called(*asked, "--like", "bull=0.5", "--since", 2, "--json", cwd=tmp_path).stdout)
    assert {one["step"] for one in found} <= {2, 3, 4}
    for wrong, complaint in (
        (("--step", 12, "--tags", "a"), "--tags: .* is a run of a market"),
        (("--like", "bull=high"), "--like bull=high: give a number"),
        ((), "give the step of a situation"),
    ):
        done = called(*asked, *wrong, cwd=tmp_path)
        assert done.returncode == 2
        assert re.search(complaint, done.stderr)
