"""A visit: one browser's page, the run that it shows, and the run that it makes, if any."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import RLock
from typing import Any

from freeagentics.errors import BadInput, FreeagenticsError
from freeagentics.runtime import trim_heap
from freeagentics.scenario_catalog import scenario_titles
from freeagentics.visualization.agent_rows import agent_past, agent_record, agent_rows, fill_rows
from freeagentics.visualization.comparison import comparison
from freeagentics.visualization.follower import Follower, Send
from freeagentics.visualization.live_run import LiveRun
from freeagentics.visualization.live_runs import begun, forked, overrides, resumed
from freeagentics.visualization.mind import mind
from freeagentics.visualization.pattern_figures import market_patterns
from freeagentics.visualization.resources import kept_memories, resources
from freeagentics.visualization.run_shelf import RunShelf, discard
from freeagentics.visualization.run_view import RunView
from freeagentics.visualization.signal_rows import signal_rows

Message = dict[str, Any]
SLOW = ("mind", "compare", "resources", "patterns", "kept")
"""Questions that are answered in a thread beside: they may take as long as computing steps again."""


class Visit:
    """Answers what a page asks, and tells it what happens.

    Args:
        shown: what the server was started with: a scenario's name or path, or a run directory.
        send: tells the page.
    """

    def __init__(self, shown: str, send: Send) -> None:
        given = Path(shown)
        self._given = given if given.is_dir() else None
        self._shelf = RunShelf(self._given)
        self._origin = shown
        self._send = send
        self._turn = RLock()
        self._follower: Follower | None = None
        self._live: LiveRun | None = None
        self._own: Path | None = None
        self._settings: dict[str, object] = {}
        self._wanted: dict[str, object] = {}
        self._slow = ThreadPoolExecutor(1, thread_name_prefix="freeagentics-answer")
        self._closed = False
        self._verbs: dict[str, Callable[[Message], object]] = {
            "hello": self._hello,
            "open": lambda given: self._open(self._shelf.path(given["run"])),
            "begin": self._begin,
            "fork": self._fork,
            "play": lambda given: self._allow(math.inf),
            "pause": lambda given: self._allow(0),
            "step": lambda given: self._allow(self._view.last + 1),
            "pace": self._pace,
            "seen": self._seen,
            "shelf": lambda given: self._shelved(),
            "agents": lambda given: agent_rows(self._view, self._step(given)),
            "agent": self._agent,
            "account": self._account,
            "past": lambda given: agent_past(self._view, given["agent"], self._step(given)),
            "fills": lambda given: {"fills": fill_rows(self._view, self._step(given))},
            "signals": lambda given: signal_rows(self._view, self._step(given)),
            "kept": lambda given: kept_memories(self._view),
            "patterns": lambda given: market_patterns(self._view),
            "mind": self._mind,
            "compare": self._compare,
            "resources": lambda given: resources(self._view),
        }

    def ask(self, message: Message) -> None:
        """Answer a question, here or a little later; what is wrong with it is an answer too."""
        if self._closed:
            return
        if message["ask"] in SLOW:
            self._wanted[message["ask"]] = message["id"]
            self._slow.submit(self._answer, message)
        else:
            self._answer(message)

    def close(self) -> None:
        """Let go of everything: the page was left."""
        self._closed = True
        with self._turn:
            self._turn_to(None)
            self._leave_live()
        self._slow.shutdown(wait=False, cancel_futures=True)
        # What a run leaves behind goes back to the system: visits come and go for as long as the server lives.
        trim_heap()

    def _answer(self, message: Message) -> None:
        if self._wanted.get(message["ask"], message["id"]) != message["id"]:
            # The same has been asked again since: that answer alone is waited for.
            self._send({"kind": "answer", "id": message["id"], "error": ""})
            return
        try:
            found = self._verbs[message["ask"]](message)
            self._send({"kind": "answer", "id": message["id"], "value": found if isinstance(found, dict | list) else {}})
        except FreeagenticsError as error:
            if not self._closed:
                self._send({"kind": "answer", "id": message["id"], "error": str(error)})

    @property
    def _view(self) -> RunView:
        if self._follower is None:
            raise BadInput("no run is open yet")
        return self._follower.view

    def _step(self, given: Message) -> int:
        step = int(given["step"])
        if not 1 <= step <= self._view.last:
            raise BadInput(f"step {step}: there are steps 1 to {self._view.last}")
        return step

    def _hello(self, given: Message) -> Message:
        """Open the run that the page's address names, or else that which the server was started with; where there is none, begin one."""
        asked, last = given.get("run"), self._shelf.last_of(Path(self._origin).stem)
        names = [run.name for run in self._shelf.runs()]
        wanted = [Path(name) for name in (asked, last) if name in names]
        if not any(self._opens(path) for path in ([*wanted[:1], self._given, *wanted[1:]] if self._given else wanted)):
            self._begin({"scenario": self._origin, "play": True})
        return self._shelved()

    def _opens(self, path: Path) -> bool:
        """Open a run; where it cannot be read say so, and answer no."""
        try:
            self._open(path)
        except FreeagenticsError as error:
            self._send({"kind": "notice", "text": str(error)})
            return False
        return True

    def _shelved(self) -> Message:
        runs = [{"name": run.name, "scenario": run.scenario, "ended": run.ended, "changed": run.changed} for run in self._shelf.runs()]
        return {"runs": runs, "scenarios": scenario_titles()}

    def _open(self, path: Path) -> None:
        with self._turn:
            view = RunView(path)
            self._leave_live()
            self._turn_to(view)
            self._origin, self._settings, self._own = str(view.directory.scenario), {}, None

    def _turn_to(self, view: RunView | None) -> None:
        """Follow another run, or none."""
        before, self._follower = self._follower, None
        if before is not None:
            before.close()
        if view is not None:
            self._send({"kind": "opened", **view.about(), **self._state()})
            self._follower = Follower(view, self._send)

    def _leave_live(self) -> None:
        live, self._live = self._live, None
        if live is not None:
            live.close()

    def _begin(self, given: Message) -> None:
        """Begin a run of a scenario; a run that this page began before and did not fork gives way to it."""
        with self._turn:
            scenario = given.get("scenario") or self._origin
            settings = _changes(given) if given.get("scenario") else self._settings | _changes(given)
            live = begun(scenario, settings, self._changed)
            self._replace(live, play=bool(given.get("play")))
            self._origin, self._settings, own, self._own = scenario, settings, self._own, live.path
        if own is not None:
            discard(own)

    def _fork(self, given: Message) -> None:
        with self._turn:
            live = forked(self._view, self._step(given), overrides(given.get("set", "")), self._changed)
            self._own = None
            self._replace(live, play=bool(given.get("play", True)))

    def _replace(self, live: LiveRun, *, play: bool) -> None:
        """Show a run that has just been begun, as soon as it has a step."""
        live.pacer.allow(math.inf if play else 1)
        before, self._live = self._live, live
        if before is not None:
            before.close()
        try:
            view = _first_view(live)
        except FreeagenticsError:
            self._leave_live()
            raise
        self._turn_to(view)
        self._tell_state()

    def _allow(self, until: float) -> None:
        """Let the run that is shown go on to a step; one that was stopped is resumed."""
        with self._turn:
            if self._live is None and until and self._view.last < self._view.scenario.steps:
                self._live = resumed(self._view, self._changed)
            if self._live is not None:
                self._live.pacer.allow(until)
        self._tell_state()

    def _changed(self) -> None:
        """Take note, in the thread of the run that is made, of a step or of its end."""
        follower, live = self._follower, self._live
        if follower is not None and live is not None and live.path == follower.view.path:
            follower.expect(live.pacer.step)
        if live is not None and live.pacer.belief is not None:
            belief, live.pacer.belief = live.pacer.belief, None
            self._send({"kind": "belief", **belief})
        if live is not None and (live.ending or live.pacer.step >= live.pacer.until):
            self._tell_state()

    def _pace(self, given: Message) -> None:
        if self._live is not None:
            self._live.pacer.pace(float(given["speed"]))

    def _seen(self, given: Message) -> None:
        if self._follower is not None:
            self._follower.seen()

    def _tell_state(self) -> None:
        if not self._closed:
            self._send({"kind": "state", **self._state()})

    def _state(self) -> Message:
        """State of the run that is shown: made here or not, playing or not, and what it failed with."""
        live = self._live
        return {
            "live": live is not None and not live.ending,
            "playing": live is not None and not live.ending and live.pacer.playing,
            "failure": live.failure if live else None,
        }

    def _agent(self, given: Message) -> Message:
        """An agent's record; its belief is sent from now on, while the run is made."""
        view = self._view
        found = agent_record(view, given["agent"], self._step(given))
        seat = view.seat(given["agent"])
        assert seat is not None, "it has a record"
        if self._live is not None:
            self._live.pacer.watch((int(seat["cohort"]), int(seat["row"])))
        return found

    def _account(self, given: Message) -> Message:
        """The account of an agent's desk up to the last step that the page was sent, and with every piece from now on."""
        follower = self._follower
        seat = self._view.seat(given["agent"])
        if follower is None or seat is None:
            raise BadInput(f"no agent '{given['agent']}' in this run")
        return follower.pick(int(seat["desk"]))

    def _mind(self, given: Message) -> Message:
        step = self._step(given)
        early = partial(self._early, given["agent"], step)
        return mind(self._view.path, given["agent"], step, early)

    def _early(self, agent: str, step: int, belief: Message) -> None:
        self._send({"kind": "belief", "agent": agent, "step": step, **belief})

    def _compare(self, given: Message) -> Message:
        other = RunView(self._shelf.path(given["run"]))
        try:
            return comparison(self._view, other)
        finally:
            other.close()


def _changes(given: Message) -> dict[str, object]:
    """Values by dotted key that a page asks to begin with."""
    stated = {"agents.count": given.get("agents"), "seed": given.get("seed"), "market.fee_bps": given.get("fee")}
    return {key: value for key, value in stated.items() if value is not None} | overrides(given.get("set", ""))


def _first_view(live: LiveRun) -> RunView:
    """The view of a run once it has its first step. Raises what the run ended with before that."""
    live.wait_for_step()
    return RunView(live.path)
