"""Edits of pages that are already there, inside a transaction."""

from __future__ import annotations

import sqlite3

from freeagentics.journal.pages import BYTES, Kind, Page, encode, page_id


class PageEdit:
    """Puts and removes pages of plain bytes: long-term memories, and what was forgotten.

    Args:
        connection: inside a transaction.
        plain: the number of the layout of plain bytes.
    """

    def __init__(self, connection: sqlite3.Connection, plain: int) -> None:
        self._connection = connection
        self._layout = plain

    def put(self, step: int, page: Page) -> None:
        """Write a page, in the place of one that is there. Raises ValueError for one of other records."""
        if page.records.dtype != BYTES:
            raise ValueError(f"only pages of plain bytes can be put, not of {page.records.dtype}")
        row = (page_id(step, page.cohort, page.kind), encode(page, self._layout))
        self._connection.execute("INSERT OR REPLACE INTO pages VALUES (?, ?)", row)

    def remove(self, step: int, cohort: int, kind: Kind) -> None:
        """Remove a page."""
        self._connection.execute("DELETE FROM pages WHERE id = ?", (page_id(step, cohort, kind),))
