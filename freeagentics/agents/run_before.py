"""Plugins that this user has run before: their hashes, in the user's state folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from freeagentics.agents.plugin import PluginFile

_HASH = re.compile(rb"[0-9a-f]{64}")
_WRITABLE_BY_OTHERS = 0o022


def state_folder() -> Path | None:
    """``$XDG_STATE_HOME/freeagentics`` or ``~/.local/state/freeagentics``; None where this user has no home."""
    given = Path(os.environ.get("XDG_STATE_HOME", ""))
    # A relative one is to be ignored, says the specification: it would mean another folder in every folder.
    if given.is_absolute():
        return given / "freeagentics"
    try:
        return Path.home() / ".local" / "state" / "freeagentics"
    except RuntimeError:
        return None


class RunBefore:
    """The list of hashes, a line each. A line that is damaged vouches for nothing, and neither does a list that others may write to.

    Args:
        folder: of the list; by default the user's state folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or state_folder()

    def __contains__(self, file: PluginFile) -> bool:
        return file.sha256.encode() in self._hashes()

    def add(self, files: Iterable[PluginFile]) -> None:
        """Note that this user runs these. Where that cannot be written, the user will be asked once more."""
        new = sorted({file.sha256 for file in files if file not in self})
        if not new or self._folder is None:
            return
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._list, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                # In one write, so that lines of two processes never mix.
                os.write(handle, "".join(f"{line}\n" for line in new).encode())
            finally:
                os.close(handle)

    @property
    def _list(self) -> Path:
        assert self._folder is not None
        return self._folder / "plugins.sha256"

    def _hashes(self) -> set[bytes]:
        if self._folder is None or not (_is_private(self._folder) and _is_private(self._list)):
            return set()
        try:
            lines = self._list.read_bytes().splitlines()
        except OSError:
            return set()
        # A write that was cut short leaves a piece of a line before the next one.
        return {line[-64:] for line in lines if _HASH.fullmatch(line[-64:])}


def _is_private(path: Path) -> bool:
    """Check that only this user can have written there."""
    try:
        status = path.stat()
    except OSError:
        return False
    return status.st_uid == os.getuid() and not status.st_mode & _WRITABLE_BY_OTHERS
