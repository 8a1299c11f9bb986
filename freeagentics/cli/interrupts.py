"""Ctrl-C and SIGTERM: either ends a command quietly at any moment, with an exit code of its own.

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
_CLEAR_LINE = b"\r\x1b[2K\x1b[?25h"
"""Terminal codes that remove a progress bar and show the cursor again."""

_hints: list[str] = []
"""Messages of the contexts entered; the last one is printed when stopped."""


class InterruptHint:
    """A context in which a command that is stopped prints *message*: what is missing then, and the command that makes it."""

    def __init__(self, message: str) -> None:
        self._message = message

    def __enter__(self) -> None:
        _hints.append(self._message)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        _hints.pop()
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            raise Interrupted(self._message) from None


def install_handlers() -> None:
    """Let the first of these signals raise KeyboardInterrupt from now on, and any after it end the process at once."""
    sys.unraisablehook = _unraisable
    for number in NUMBERS:
        signal.signal(number, interrupt)


def stopped() -> bool:
    """Tell whether a signal has come: what fails after that fails because of it."""
    return signal.getsignal(signal.SIGINT) is _leave


def end_at_once() -> None:
    """Let the signals end the process from now on, without a message."""
    for number in NUMBERS:
        signal.signal(number, _leave)


def interrupt(number: int, frame: FrameType | None) -> None:
    """Handle the first signal: raise KeyboardInterrupt."""
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
        os.write(2, _CLEAR_LINE)
    if _hints:
        os.write(2, f"freeagentics: {_hints[-1]}\n".encode())
    os._exit(Interrupted.exit_code)


def _unraisable(error: sys.UnraisableHookArgs) -> None:
    """End the process where a signal hit a callback or a destructor: Python would print it and go on."""
    if issubclass(error.exc_type, KeyboardInterrupt):
        _leave(signal.SIGINT, None)
    sys.__unraisablehook__(error)
