"""States on the command line; what the page on states shows is what it does."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from cli_runner import called
from credulous import AS_OPTIONS
from probes import Watch

from freeagentics.records.run_directory import RunDirectory
from freeagentics.runs import run
from freeagentics.runs.rollbacks import recorded_rollbacks
from freeagentics.runs.run_states import RunStates
from freeagentics.simulation import MarketModel
from freeagentics.stores.sqlite import SqliteStore
from freeagentics.stores.tables import STATES, state_audit_partition
from freeagentics.sync.store_admin import run_id

PAGE = (Path(__file__).parents[2] / "docs" / "states.md").read_text(encoding="utf-8")
WHO = "market-hunter-0000"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run in it."""
    place = tmp_path_factory.mktemp("state")
    run("quick", agents=5, steps=40, overrides={"run.checkpoint_every": 20}, out=place / "first")
    return place


def said(*words: object, cwd: Path) -> list[str]:
    """The lines that a command printed; it must have succeeded."""
    done = called("state", *words, cwd=cwd)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout.splitlines()


def test_every_command_of_the_page_does_what_it_says(tmp_path: Path) -> None:
    commands = [line.partition("  #")[0] for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    assert len(commands) >= 8
    for command in commands:
        program, *words = shlex.split(command)
        assert program == "freeagentics"
        done = called(*words, *(["--no-report", "--quiet"] if words[0] == "run" else []), cwd=tmp_path)
        assert done.returncode == 0, (command, done.stderr)
    assert {"state list", "state save", "state diff", "state rollback", "state audit"} <= {" ".join(shlex.split(c)[1:3]) for c in commands}


def test_checkpoints_and_saved_versions_are_listed(folder: Path) -> None:
    assert [line.split()[:2] for line in said("list", "first", cwd=folder)] == [["step", "20"], ["step", "40"]]
    assert not (folder / "first" / "states.db").exists()
    saved = said("save", "first", "--agent", WHO, "--step", 25, "--backup", "--by", "me", "--reason", "it [did] well", cwd=folder)
    assert saved[0].startswith(f"saved as version 1: {WHO}, step 25, ")
    lines = said("list", "first", "--agent", WHO, cwd=folder)
    assert [line.split()[:2] for line in lines] == [["step", "20"], ["step", "40"], ["version", "1"]]
    assert "  BACKUP  " in lines[-1]
    assert saved[0].split()[-1] in lines[-1]
    assert lines[-1].endswith("(it [did] well)")
    assert said("list", "first", "--agent", "market-hunter-0000", cwd=folder) == lines
    assert len(said("list", "first", cwd=folder)) == 2


def test_a_run_without_a_checkpoint_says_that_it_has_no_states_yet(folder: Path) -> None:
    def leaves(model: MarketModel) -> None:
        if model.steps == 2:
            model.agent(WHO).remove()

    run("quick", agents=5, steps=4, out=folder / "left", probes=[Watch(leaves)])
    (line,) = said("list", "left", "--agent", WHO, cwd=folder)
    assert line == "none yet: the journal has no checkpoint with it, and no version was saved"


def test_differences_are_told_for_steps_and_versions(folder: Path) -> None:
    said("save", "first", "--agent", "trade-executor-0000", "--step", 20, cwd=folder)
    lines = said("diff", "first", "v1", 40, "--agent", "trade-executor-0000", cwd=folder)
    assert lines[0] == "trade-executor-0000: version 1 (step 20) and step 40"
    assert any(line.startswith("memories: 20 new, ") for line in lines)
    assert any(re.fullmatch(r"  belief.cells: [\d,]+ of 1,024 numbers, by up to [\d.e-]+", line) for line in lines)
    same = said("diff", "first", "v1", 20, "--agent", "trade-executor-0000", cwd=folder)
    assert same == ["trade-executor-0000: version 1 (step 20) and step 20", "the same to the bit"]
    assert "ledger" in said("diff", "first", 20, 40, cwd=folder)


def test_a_rollback_is_a_run_of_its_own_that_can_be_audited(folder: Path) -> None:
    words = ("--agent", WHO, "--to", 10, "--at", 30, "--out", "back", "--by", "me", "--no-report", *AS_OPTIONS[:2])
    lines = said("rollback", "first", *words, cwd=folder)
    assert lines[-1].split(maxsplit=2)[2] == f"{WHO}, after step 30 of first, to its state of step 10"
    with RunStates(folder / "back") as states:
        assert [(one.agent, one.to, one.at) for one in recorded_rollbacks(states.journal)] == [(WHO, 10, 30)]
    for more in ((), ("--replay",), ("--agent", WHO)):
        lines = said("audit", "back", *more, cwd=folder)
        assert lines[0].startswith(f"journal: {WHO} went back after step 30 to its state of step 10, ")
        assert ("computed again and the same" in lines[0]) == ("--replay" in more)
        assert [" by me at " in line for line in lines[1:3]] == [True, True]
        assert lines[-1] == "audit entries: 2, rollbacks: 1; all as they were written"
    assert said("audit", "back", "--agent", "risk-manager-0000", cwd=folder) == ["audit entries: 0, rollbacks: 0; all as they were written"]
    noted = lines[2].split()[-1]
    assert len(noted) == 64
    assert said("audit", "back", "--agent", WHO, "--known", noted, cwd=folder) == lines
    assert called("explain", "back", "--agent", WHO, "--step", 31, cwd=folder).returncode == 0
    unjudged = called("explain", "back", "--agent", WHO, "--step", 29, cwd=folder).stdout
    assert re.search(r"over 8 bars: result [+-][\d.]+ sd; no reward, as the agent had left or was rolled back", unjudged)
    assert (
        called("state", "rollback", "first", *words[:6], "--quiet", "--no-report", "--steps", 45, "--out", "longer", cwd=folder).stdout
        == ""
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("list", "nothing"), "no such folder"),
        (("list", "first", "--agent", "market-hunter-1"), "no agent 'market-hunter-1' in first; did you mean"),
        (("list", "first", "--store", "sqlite:///empty.db"), "sqlite:///empty.db has no states of run quick-"),
        (("list", "first", "--store", "redis://me:secret@localhost:1"), "store redis://localhost:1/0: Error"),
        (("save", "first", "--step", "41"), "step 41: this run has steps 1 to 40"),
        (("diff", "first", "20", "x"), "'x' is no state: give a step, e.g. 40, or a saved version, e.g. v1"),
        (("diff", "first", "20", "41"), "step 41: this run has steps 1 to 40"),
        (("diff", "first", "20", "v9", "--agent", WHO), f"agent {WHO} has no version 9; its versions are 1 to 1"),
        (("rollback", "first", "--to", "10"), "Missing option '--agent'"),
        (
            ("rollback", "first", "--agent", WHO, "--to", "10"),
            "the fork would end with step 40, where it begins; give --steps with more than 40",
        ),
        (
            ("rollback", "first", "--agent", WHO, "--to", "30", "--at", "30"),
            f"{WHO} cannot go back to step 30: the fork begins after step 30",
        ),
        (("rollback", "first", "--agent", "x", "--to", "3", "--at", "30"), "no agent 'x' in first"),
        (("audit", "first", "--known", "abc"), "no audit trail has an entry of the hash abc"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(words: tuple[str, ...], said: str, folder: Path) -> None:
    done = called("state", *words, cwd=folder)
    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert "secret" not in done.stderr
    assert done.stderr.count("\n") == 1
    assert not done.stdout


def test_damage_is_named(folder: Path) -> None:
    said("rollback", "first", "--agent", WHO, "--to", 10, "--at", 20, "--out", "damaged", "--quiet", "--no-report", cwd=folder)
    with SqliteStore(folder / "damaged" / "states.db", run_id(RunDirectory(folder / "damaged"))) as store:
        (item,) = store.query(STATES, state_audit_partition(WHO))
        store.put(STATES, [replace(item, body=item.body.replace(b"before the", b"BEFORE the"))])
    done = called("state", "audit", "damaged", cwd=folder)
    assert done.returncode == 2
    assert f"audit trail of agent {WHO}: entry 1 was changed: entry 2 names another hash of it" in done.stderr
    assert done.stderr.count("\n") == 1
