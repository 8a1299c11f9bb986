"""A visit: it makes runs at the pace that it is asked for, gives way to others, and lets go of everything."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import chdir
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from freeagentics.errors import BadInput
from freeagentics.records import RunRecord
from freeagentics.runs import run
from freeagentics.visualization import run_shelf
from freeagentics.visualization.run_shelf import RunShelf
from freeagentics.visualization.visit import Visit

WAIT = 30


class Caller:
    """A page that keeps what it is told.

    Attributes:
        told: all messages, in order.
    """

    def __init__(self, shown: str) -> None:
        self.told: list[dict[str, Any]] = []
        self._changed, self._numbers = threading.Condition(), count(1)
        self.visit = Visit(shown, self._hear)

    def _hear(self, message: dict[str, Any]) -> None:
        with self._changed:
            self.told.append(message)
            self._changed.notify_all()
        if message["kind"] in ("piece", "memory"):
            self.visit.ask({"ask": "seen", "id": 0})

    def ask(self, verb: str, **given: object) -> dict[str, Any]:
        """The answer to a question."""
        number = next(self._numbers)
        self.visit.ask({"ask": verb, "id": number, **given})
        return self.wait_for(lambda message: message["kind"] == "answer" and message["id"] == number)

    def wait_for(self, right: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The last message that is the right one, once there is one."""
        with self._changed:
            assert self._changed.wait_for(lambda: any(map(right, self.told)), WAIT), self.told[-3:]
            return next(message for message in reversed(self.told) if right(message))

    def at(self, step: int) -> None:
        """Wait until the page was sent a step."""
        self.wait_for(lambda message: message["kind"] == "piece" and message["last"] >= step)

    def opened(self) -> dict[str, Any]:
        """The run that was opened last."""
        return self.wait_for(lambda message: message["kind"] == "opened")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    with chdir(tmp_path):
        yield tmp_path


@pytest.fixture
def caller() -> Iterator[Caller]:
    before = set(threading.enumerate())
    caller = Caller("quick")
    yield caller
    caller.visit.close()
    left = [
        thread.name
        for thread in set(threading.enumerate()) - before
        if thread.name.startswith("freeagentics") and "answer" not in thread.name
    ]
    assert left == []


def recorded(steps: int = 6) -> RunRecord:
    return run("quick", agents=10, steps=steps, out=Path("runs", "quick-seed7-20260101-000000"))


def test_without_any_run_one_is_begun_and_played(caller: Caller) -> None:
    caller.ask("hello")
    assert caller.opened()["scenario"] == "quick"
    assert Path(caller.opened()["run"]).parent == Path("runs", "live")
    caller.at(3)


def test_the_last_run_of_the_scenario_is_opened_and_none_is_made(caller: Caller) -> None:
    recorded()
    answer = caller.ask("hello")
    assert caller.opened()["last"] == 6
    assert [one["name"] for one in answer["value"]["runs"]] == ["runs/quick-seed7-20260101-000000"]
    assert not Path("runs", "live").exists()


def test_a_run_that_cannot_be_read_gives_way_to_one_that_can(caller: Caller) -> None:
    recorded()
    broken = Path("runs", "quick-seed7-20260102-000000")
    broken.mkdir()
    (broken / "journal.db").write_bytes(b"nothing")
    (broken / "run.toml").write_text("name = 'quick'")
    caller.ask("hello", run=str(broken))
    assert caller.opened()["run"]
    assert any(message["kind"] == "notice" for message in caller.told)


def test_a_live_run_stops_where_it_is_asked_to_and_takes_the_course_of_any_other(caller: Caller) -> None:
    recorded(steps=4)
    caller.ask("hello")
    caller.ask("begin")
    caller.at(1)
    for step in (2, 3):
        caller.ask("step")
        caller.at(step)
    caller.ask("play")
    path = Path(caller.opened()["run"])
    caller.wait_for(lambda message: message["kind"] == "state" and not message["live"] and (path / "run.json").is_file())
    assert RunRecord(path).summary.trajectory_sha256 == RunRecord("runs/quick-seed7-20260101-000000").summary.trajectory_sha256


def test_reset_keeps_scenario_and_settings_and_deletes_the_run_before(caller: Caller) -> None:
    recorded()
    caller.ask("hello")
    caller.ask("begin", scenario="crash", agents=10, seed=3)
    first = Path(caller.opened()["run"])
    caller.ask("begin")
    again = caller.opened()
    assert (again["scenario"], len(again["agents"]), again["seed"]) == ("crash", 10, 3)
    assert not first.exists()
    assert Path(again["run"]).exists()


@pytest.mark.parametrize(
    ("verb", "given", "said"),
    [
        ("open", {"run": "/etc"}, "no run '/etc' here"),
        ("agents", {"step": 99}, "step 99: there are steps 1 to 6"),
        ("agent", {"step": 2, "agent": "market-hunter-9"}, "no agent 'market-hunter-9'"),
        ("begin", {"agents": 2}, "fewer than one desk's team"),
        ("begin", {"set": "market.fee_bps"}, "give key = value"),
        ("fork", {"step": 3, "set": "agents.count = 10"}, "cannot change once a run has begun"),
    ],
)
def test_what_cannot_be_is_answered_in_a_line_and_the_run_stays_open(
    verb: str, given: dict[str, object], said: str, caller: Caller
) -> None:
    recorded()
    caller.ask("hello")
    assert said in caller.ask(verb, **given)["error"]
    assert len(caller.ask("agents", step=6)["value"]["agent"]) == 10


def test_only_the_last_few_runs_that_pages_began_are_kept(monkeypatch: pytest.MonkeyPatch, caller: Caller) -> None:
    monkeypatch.setattr(run_shelf, "KEPT", 2)
    for seed in range(5):
        run("quick", agents=5, steps=1, seed=seed, out=run_shelf.LIVE / f"quick-seed{seed}-20260101-000000")
    caller.ask("begin", scenario="quick", agents=5)
    assert len([one for one in RunShelf().runs() if one.name.startswith("runs/live/")]) == 3


def test_a_run_is_opened_by_its_name_and_no_other_folder_is() -> None:
    recorded()
    assert RunShelf().path("runs/quick-seed7-20260101-000000").is_dir()
    with pytest.raises(BadInput, match="no run 'runs' here"):
        RunShelf().path("runs")
