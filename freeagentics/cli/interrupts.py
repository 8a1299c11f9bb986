"""Ctrl-C, and SIGTERM alike: at any moment they end a command quietly, with an exit code of its own.

`freeagentics.cli.main` imports this before anything else, so it imports next to nothing.
"""

from __future__ import annotations

import os
import signal
import sys

from freeagentics.errors import Interrupted

TYPE_CHECKING = False

if TYPE_CHECKING:
    from types import FrameType

NUMBERS = (signal.SIGINT, signal.SIGTERM)
_UNDRAW = b"\r\x1b[2K\x1b[?25h"
"""Of a bar: back to the beginning of its line, which goes, and the cursor is shown again."""

_owed: list[str] = []
"""What to say when stopped now; the last one counts."""


class Owing:
    """While it is entered, what a command that is stopped says: what is missing then, and how to get it."""

    def __init__(self, words: str) -> None:
        self._words = words

    def __enter__(self) -> None:
        _owed.append(self._words)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        _owed.pop()
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            raise Interrupted(self._words) from None


def heed() -> None:
    """From now on the first of these signals raises KeyboardInterrupt, and whatever comes after it ends the process at once."""
    sys.unraisablehook = _unraisable
    for number in NUMBERS:
        signal.signal(number, interrupt)


def stopped() -> bool:
    """Whether one has come: what fails after that fails because of it."""
    return signal.getsignal(signal.SIGINT) is _leave


def end_at_once() -> None:
    """From now on they end the process without a word."""
    for number in NUMBERS:
        signal.signal(number, _leave)


def interrupt(number: int, frame: FrameType | None) -> None:
    """The first of them: raise KeyboardInterrupt."""
    end_at_once()
    if _importing(frame):
        # An import may swallow an interrupt, print it, or make an ImportError of it. It has nothing open that ending would hurt.
        _leave(number, frame)
    raise KeyboardInterrupt


def _importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _leave(number: int, frame: FrameType | None) -> None:
    if sys.stderr is not None and sys.stderr.isatty():
        os.write(2, _UNDRAW)
    if _owed:
        os.write(2, f"freeagentics: {_owed[-1]}\n".encode())
    os._exit(Interrupted.exit_code)


def _unraisable(error: sys.UnraisableHookArgs) -> None:
    """What a callback or a destructor was hit by: Python would print it and go on."""
    if issubclass(error.exc_type, KeyboardInterrupt):
        _leave(signal.SIGINT, None)
    sys.__unraisablehook__(error)
