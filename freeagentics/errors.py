"""Every failure that freeagentics names.

```text
FreeagenticsError
├── BadInput                 what the user gave is wrong: exit code 2
│   ├── BadScenario          a scenario file or a --set
│   ├── BadBars              a file of bars
│   ├── EndOfBars            a market was asked for more bars than it has
│   ├── BadRunDirectory      missing, locked, damaged, of another version
│   ├── UntrustedPlugin      code in a run directory that this user has not run before
│   ├── BadStore             a store URL that cannot be opened
│   └── BadName              an agent id, run id or key that could not be a safe key
├── RunFailed                a run that could not go on: exit code 1
│   ├── JournalFailed        the journal could not be written
│   ├── RoleFailed           a user's role raised, or returned no action
│   ├── ProbeFailed          a user's probe raised
│   └── WorkerLost           a worker is gone, and with it what it owned
├── CorruptRecord            stored bytes that do not check out; names agent and step
├── StoreUnavailable         a store that failed after it was opened
├── AccessDenied             what was asked for is another's: exit code 2
├── VersionConflict          a conditional put met another version than it expected
└── Interrupted              asked to stop: exit code 130
```
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class FreeagenticsError(Exception):
    """Base of all errors raised on purpose by this package."""

    exit_code = 1


class BadInput(FreeagenticsError):
    """Wrong input of the user; the message says what, where, and what would be right."""

    exit_code = 2


class BadScenario(BadInput):
    """A scenario, or an override of one, that cannot be run."""


class BadBars(BadInput):
    """A file of bars that cannot be replayed; names the row and the column."""


class EndOfBars(BadInput):
    """A market was asked for a bar after its last."""


class BadRunDirectory(BadInput):
    """A run directory that is missing, locked by a living run, damaged, or of another version."""


class UntrustedPlugin(BadInput):
    """Code in a run directory that this user has not run before, nor allowed now."""


class BadStore(BadInput):
    """A store URL that cannot be opened."""


class BadName(BadInput):
    """An id that does not match its pattern and so must not become a key or a path."""


class RunFailed(FreeagenticsError):
    """A run that could not go on."""


class JournalFailed(RunFailed):
    """The journal could not be written; what was committed before stays whole."""


class RoleFailed(RunFailed):
    """A user's role raised, or returned something that is not an action."""


class ProbeFailed(RunFailed):
    """A user's probe raised; names the probe, its hook, file and line."""


class WorkerLost(RunFailed):
    """A worker of another process or machine is gone, and with it what it owned since the last checkpoint.

    Attributes:
        run_dir: of the run that lost it, where there is one.
        step: that was under way.
    """

    def __init__(self, message: str, *, run_dir: Path | None = None, step: int = 0) -> None:
        super().__init__(message)
        self.run_dir = run_dir
        self.step = step


class CorruptRecord(FreeagenticsError):
    """Stored bytes that do not check out: what the user gave is damaged.

    Attributes:
        agent: id of the agent whose record it is, or None for shared damage.
        step: step of the record, or None where it is not known.
    """

    exit_code = 2

    def __init__(self, message: str, *, agent: str | None = None, step: int | None = None) -> None:
        super().__init__(message)
        self.agent = agent
        self.step = step


class StoreUnavailable(FreeagenticsError):
    """A store that was opened and then failed: closed, busy, full or gone; what it had accepted stays as it was."""


class AccessDenied(FreeagenticsError):
    """Access denied: what was asked for is another's, or the server does not let this user in."""

    exit_code = 2


class VersionConflict(FreeagenticsError):
    """A conditional put met another version than the one it expected."""


class Interrupted(FreeagenticsError):
    """A command that was asked to stop; the message says how to get what is missing."""

    exit_code = 130


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one of the *known* names that *name* is close to, whatever its capitals; None where none is."""
    # Here, because every command imports this file and few have to guess.
    import difflib

    by_lower = {candidate.lower(): candidate for candidate in known}
    near = difflib.get_close_matches(name.lower(), by_lower, n=1)
    return by_lower[near[0]] if near else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a line about a name that is not known: the nearest one, or else all there are, up to ten."""
    names = list(known)
    near = nearest(name, names)
    if near is not None:
        return f"did you mean '{near}'?"
    return f"there are {', '.join(names[:10])}{' …' if len(names) > 10 else ''}"


def in_command(path: object) -> str:
    """A path as one word of a command line that is suggested: a shell takes it for that file, and for nothing else."""
    # Here for the same reason.
    import shlex

    text = str(path)
    if not text.isprintable():
        # A message is one line, so what would break it is written as shells read it back.
        coded = "".join(_coded(character) for character in text)
        return f"$'{coded}'"
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


def _coded(character: str) -> str:
    if character in "'\\":
        return f"\\{character}"
    return character if character.isprintable() else "".join(f"\\x{byte:02x}" for byte in character.encode(errors="surrogateescape"))
