"""A run that a page makes: in a thread of its own, at the pace that the page asks for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from freeagentics.clock import wall_clock
from freeagentics.errors import BadRunDirectory, FreeagenticsError, Interrupted, JournalFailed, RunFailed
from freeagentics.journal import Journal, StepCommit
from freeagentics.records.run_directory import RunDirectory
from freeagentics.simulation import MarketModel, Probe
from freeagentics.visualization.mind import belief

THREAD = "freeagentics-live"
LOOKS_A_SECOND = 4
"""Times that the belief of the agent that is watched is taken."""

Make = Callable[[Probe], object]
"""Makes a run, fresh, resumed or forked, under a probe; it returns when the run has ended."""


class Pacer(Probe):
    """A probe that lets a run go on as far as it may, and holds it there.

    Attributes:
        step: the last one done.
        until: it may go on to this one.
        belief: of the agent watched, after that step or one a little before, with its step; None before it was taken.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._turn = threading.Condition()
        self._changed = changed
        self.until = 0.0
        self._speed = 0.0
        self._closed = False
        self._watched: tuple[int, int] | None = None
        self._looked = 0.0
        self.step = 0
        self.belief: dict[str, object] | None = None

    def committed(self, model: MarketModel, commit: StepCommit) -> None:
        """Tell the page, and wait until the next step may be taken. Raises Interrupted once the page was left."""
        with self._turn:
            self.step = commit.step
            self._look(model)
            self._changed()
            self._turn.wait_for(lambda: self._closed or self.until > self.step)
            if self._speed and not self._closed:
                self._turn.wait(1 / self._speed)
            if self._closed:
                raise Interrupted(f"left at step {self.step}")

    def allow(self, until: float) -> None:
        """Let it go on to this step; infinity for its end."""
        with self._turn:
            self.until = until
            self._turn.notify_all()

    def pace(self, speed: float) -> None:
        """Take at most so many steps a second; 0 for as many as it can."""
        with self._turn:
            self._speed = speed

    def watch(self, seat: tuple[int, int] | None) -> None:
        """Take the belief of the agent in this cohort and row after steps to come; of nobody for None."""
        with self._turn:
            self._watched, self._looked, self.belief = seat, 0.0, None

    def leave(self) -> None:
        """End the run at the step that it is at; it can be resumed."""
        with self._turn:
            self._closed = True
            self._turn.notify_all()

    @property
    def playing(self) -> bool:
        """It may go on beyond the next step."""
        return self.until > self.step + 1

    def _look(self, model: MarketModel) -> None:
        now = wall_clock()
        if self._watched is None or (self.playing and now - self._looked < 1 / LOOKS_A_SECOND):
            return
        cohort, row = self._watched
        self._looked = now
        self.belief = belief(model.population.cohorts[cohort].belief.cells()[row]) | {"step": self.step}


class LiveRun:
    """A run in the making.

    Args:
        path: its directory, which need not be there yet.
        make: makes it.
        changed: called after each step and when it has ended, in the run's thread.

    Attributes:
        pacer: lets it go on.
        failure: message of the error that ended it, or None.
        ending: nothing will be added to it.
    """

    def __init__(self, path: Path, make: Make, changed: Callable[[], None]) -> None:
        self.path = path
        self.pacer = Pacer(changed)
        self.failure: str | None = None
        self.ending = False
        self._make, self._changed = make, changed
        self._thread = threading.Thread(target=self._run, name=THREAD, daemon=True)
        self._thread.start()

    def wait_for_step(self) -> None:
        """Wait until its journal has a step. Raises RunFailed where it ended before that."""
        journal = RunDirectory(self.path).journal
        while not (self.pacer.step and _has_steps(journal)):
            if self.ending and not _has_steps(journal):
                raise RunFailed(self.failure or f"{self.path}: the run ended before its first step")
            self._thread.join(0.02)

    def close(self) -> None:
        """End it where it is, and wait for that: at most for the step that it is taking."""
        self.pacer.leave()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        try:
            self._make(self.pacer)
        except Interrupted:
            pass
        except FreeagenticsError as error:
            self.failure = str(error)
        finally:
            # What it holds is let go of here: Solara keeps threads, and a thread its arguments.
            del self._make
            self.ending = True
            self._changed()
            del self._changed


def _has_steps(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with Journal(path) as journal:
            return journal.commit_record() is not None
    except (BadRunDirectory, JournalFailed):
        # It is being made.
        return False
