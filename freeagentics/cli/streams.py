"""Standard output and error as commands write to them; where the reader has gone, a command goes on and its output is dropped."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO, cast

from freeagentics.errors import FreeagenticsError

if TYPE_CHECKING:
    from rich.console import Console


def plain_console(*, stderr: bool = False, soft_wrap: bool = True) -> Console:
    """A console that writes texts as they are: names in a run may look like rich's markup, or like its names of emoji."""
    # Here, because every command imports this file and `--help` writes without rich.
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=soft_wrap)


def tolerate_closed_pipes() -> None:
    """Wrap both streams in a `PipeTolerantStream`, for the rest of the process."""
    for name in ("stdout", "stderr"):
        # A process that was started without them has None.
        if (stream := getattr(sys, name)) is not None:
            setattr(sys, name, cast(TextIO, PipeTolerantStream(stream)))


class PipeTolerantStream:
    """A stream that drops output once its pipe is closed, as in ``freeagentics scenarios | head -1``.

    Raises FreeagenticsError for any other failure, e.g. a full disk.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write *text*; returns the number of characters."""
        # Typer writes nothing to find out what it may write, and passes over what that raises.
        return self._tolerantly(lambda: self._stream.write(text)) if text != "" else 0

    def flush(self) -> None:
        """Flush the stream beneath."""
        self._tolerantly(lambda: self._stream.flush() or 0)

    def _tolerantly(self, call: Callable[[], int]) -> int:
        try:
            return call()
        except OSError as error:
            # What is still buffered would fail again when Python ends, with a traceback.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
            if isinstance(error, BrokenPipeError):
                return 0
            raise FreeagenticsError(f"{self._stream.name} could not be written ({error.strerror})") from error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
