"""Code of a user's own: roles, sources and their files, probes. Whatever it raises or returns is told in one line, with its place."""

from __future__ import annotations

import inspect
import reprlib
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from freeagentics.errors import FreeagenticsError

_LONGEST = 200

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 80


class Refused(ValueError):
    """A value from a user's own code that cannot be taken, in words."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file, and a line in it, 0 for the file as a whole."""

    file: str
    line: int = 0

    @classmethod
    def of(cls, function: Callable[..., object]) -> Place:
        """The place where a function is defined."""
        code = getattr(inspect.unwrap(function), "__code__", None)
        return cls(code.co_filename, code.co_firstlineno) if code else cls(f"a {type(function).__name__}")

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}" if self.line else self.file


@contextmanager
def blaming(
    place: Place, failure: Callable[[str], FreeagenticsError], *, passing: tuple[type[BaseException], ...] = (KeyboardInterrupt,)
) -> Iterator[None]:
    """Run a user's own code, and look at what it gave: whatever is raised becomes a *failure* of one line.

    `SystemExit` is a failure like any other: a run must not end without a word.

    Args:
        place: named where something is `Refused`, or raised outside the file; otherwise the last line in the file that was at work.
        failure: makes the error of a line.
        passing: what is raised as it is; Ctrl-C must be.
    """
    try:
        yield
    except passing:
        raise
    except Refused as error:
        raise failure(f"{error} ({place})") from error
    except BaseException as error:
        said = _one_line(str(error.msg) if isinstance(error, SyntaxError) else str(error))
        raise failure(f"{type(error).__name__}{': ' * bool(said)}{said} ({_raised_at(error, place)})") from error


def shown(value: object) -> str:
    """A value as Python writes it, cut to one short line."""
    return _one_line(_SHORT.repr(value))


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _raised_at(error: BaseException, place: Place) -> Place:
    if isinstance(error, SyntaxError):
        return Place(error.filename or place.file, error.lineno or 0)
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == place.file]
    return Place(place.file, lines[-1] or 0) if lines else place
