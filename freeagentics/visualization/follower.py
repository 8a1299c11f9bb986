"""A follower: reads a run from its first step to its last, and on while it goes on, and tells a page what is new."""

from __future__ import annotations

import threading
from collections.abc import Callable

from freeagentics.clock import wall_clock
from freeagentics.errors import FreeagenticsError
from freeagentics.visualization.memory_figures import MemoryFigures
from freeagentics.visualization.run_view import RunView
from freeagentics.visualization.series import Series

THREAD = "freeagentics-follower"
FIRST, LONGEST = 250, 1000
"""Steps of the first piece, which a page waits for, and of those after it."""

MEMORY_STEPS = 100
"""Steps of a piece of what memory did."""

LEAST_PAUSE = 0.08
"""Seconds between two pieces that are sent: a browser draws no faster than this is worth."""

AHEAD = 2
"""Pieces that a page may be behind before it is sent no more."""

LOOK_SOON = 0.02
LOOK_AGAIN = 0.5
"""Seconds after which a run is looked at again: for a step that this process has made, and for one that another may."""

Send = Callable[[dict[str, object]], None]


class Follower:
    """Follows one run in a thread of its own.

    Args:
        view: of the run; the follower closes it when it ends.
        send: tells the page.

    Attributes:
        series: what it has read.
    """

    def __init__(self, view: RunView, send: Send) -> None:
        self.view, self.series = view, Series(view)
        self._memory = MemoryFigures(view)
        self._send = send
        self._desk: int | None = None
        self._turn = threading.Condition()
        self._expected, self._closed, self._unseen = 0, False, 0
        self._thread = threading.Thread(target=self._run, name=THREAD, daemon=True)
        self._thread.start()

    def expect(self, step: int) -> None:
        """Look for this step now."""
        with self._turn:
            self._expected = step
            self._turn.notify_all()

    def seen(self) -> None:
        """Note that the page has drawn a piece."""
        with self._turn:
            self._unseen = max(0, self._unseen - 1)
            self._turn.notify_all()

    def pick(self, desk: int) -> dict[str, object]:
        """The account of a desk up to the last piece that was sent, and with every piece from now on."""
        with self._turn:
            self._desk = desk
            return {"desk": desk, **self.series.desk(desk)}

    def close(self) -> None:
        """End the thread, and close the run."""
        with self._turn:
            self._closed = True
            self._turn.notify_all()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        try:
            while not self._closed:
                began = wall_clock()
                if not (self._series_piece() or self._memory_piece()):
                    self._wait()
                    continue
                with self._turn:
                    self._turn.wait_for(lambda: self._closed or self._unseen < AHEAD)
                    self._turn.wait_for(lambda: self._closed, max(0.0, LEAST_PAUSE - (wall_clock() - began)))
        except FreeagenticsError as error:
            if not self._closed:
                self._send({"kind": "notice", "text": str(error)})
        finally:
            self.view.close()

    def _series_piece(self) -> bool:
        with self._turn:
            piece = self.series.piece(LONGEST if self.series.step else FIRST)
            if piece is None:
                return False
            if self._desk is not None:
                piece["desk"] = {"desk": self._desk, **self.series.desk(self._desk, int(str(piece["first"])))}
        self._tell("piece", piece)
        return True

    def _memory_piece(self) -> bool:
        piece = self._memory.piece(MEMORY_STEPS)
        if piece is not None:
            self._tell("memory", piece)
        return piece is not None

    def _tell(self, kind: str, piece: dict[str, object]) -> None:
        with self._turn:
            self._unseen += 1
        self._send({"kind": kind, "run": str(self.view.path), **piece})

    def _wait(self) -> None:
        """Wait for a step. One that was told of may be on its way to the journal still."""
        with self._turn:
            if self._expected > self.series.step:
                self._turn.wait_for(lambda: self._closed, LOOK_SOON)
            else:
                self._turn.wait_for(lambda: self._closed or self._expected > self.series.step, LOOK_AGAIN)
