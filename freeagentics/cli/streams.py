"""Standard output and error when whoever read them has gone: what a command does goes on, and what it says goes nowhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, TextIO, cast

from freeagentics.errors import FreeagenticsError


def be_patient() -> None:
    """Make both streams patient, for the rest of the process."""
    for name in ("stdout", "stderr"):
        # A process that was started without them has None.
        if (stream := getattr(sys, name)) is not None:
            setattr(sys, name, cast(TextIO, PatientStream(stream)))


class PatientStream:
    """A stream that takes a closed pipe for an answer: ``freeagentics scenarios | head -1`` has said enough.

    Raises FreeagenticsError for any other failure, e.g. a full disk.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Characters written."""
        # Typer writes nothing to find out what it may write, and passes over what that raises.
        return self._patiently(lambda: self._stream.write(text)) if text != "" else 0

    def flush(self) -> None:
        """Hand on what was written."""
        self._patiently(lambda: self._stream.flush() or 0)

    def _patiently(self, call: Callable[[], int]) -> int:
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
