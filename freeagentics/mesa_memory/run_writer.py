"""Writing a run directory: ``journal.db`` with pages of states, memories and outcomes, and ``memory.json`` that says what they are of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from freeagentics.arrays import AnyArray
from freeagentics.errors import BadRunDirectory
from freeagentics.journal import CommitRecord, Journal, Page

SUMMARY = "memory.json"
JOURNAL = "journal.db"


class RunWriter:
    """Writes pages in transactions; each is there whole or not at all.

    Args:
        path: a folder that is new or empty.

    Raises:
        BadRunDirectory: it is neither, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.mkdir(parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise BadRunDirectory(f"{path}: not empty; give out= a new folder")
        except OSError as error:
            raise BadRunDirectory(f"{path}: cannot be written ({error.strerror})") from error
        self.path = path
        self.journal = Journal(path / JOURNAL, create=True)
        self._number = 0
        self._sha256 = b""
        self._about: Mapping[str, Any] = {}

    def describe(self, about: Mapping[str, Any]) -> None:
        """Keep metadata, where it has changed: pages are read by it."""
        if about != self._about:
            self.journal.set_metadata(about)
            self._about = json.loads(json.dumps(about))

    def commit(self, last_step: int, pages: Sequence[Page], checkpoint: Mapping[str, Mapping[str, AnyArray]] | None) -> None:
        """Write pages of steps up to *last_step*. Raises JournalFailed."""
        digest = hashlib.sha256(self._sha256)
        for page in pages:
            digest.update(page.chained_bytes())
        self._number, self._sha256 = self._number + 1, digest.digest()
        self.journal.commit(CommitRecord(self._number, last_step, self._sha256), pages, checkpoint)

    def summarise(self, summary: Mapping[str, Any]) -> None:
        """Write ``memory.json``, whole or not at all."""
        draft = self.path / f"{SUMMARY}.draft"
        draft.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
        draft.replace(self.path / SUMMARY)

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()
