"""Edits of pages that are already there, inside a transaction."""

from __future__ import annotations

import sqlite3

from freeagentics.journal.pages import BYTES, Kind, Page, encode, is_rewritten, page_id, page_name


class PageEdit:
    """Puts and removes pages of memories.

    Args:
        connection: inside a transaction.
        plain: the number of the layout of plain bytes.
    """

    def __init__(self, connection: sqlite3.Connection, plain: int) -> None:
        self._connection = connection
        self._layout = plain

    def put(self, step: int, page: Page) -> None:
        """Write a page, in the place of one that is there. Raises ValueError for one of another kind or of other records."""
        number = page_id(step, page.cohort, page.kind)
        if page.records.dtype != BYTES or not is_rewritten(number):
            raise ValueError(f"{page_name(number)}: only pages of memories, of plain bytes, are rewritten")
        self._connection.execute("INSERT OR REPLACE INTO memories VALUES (?, ?)", (number, encode(page, self._layout)))

    def remove(self, step: int, cohort: int, kind: Kind) -> None:
        """Remove a page."""
        self._connection.execute("DELETE FROM memories WHERE id = ?", (page_id(step, cohort, kind),))
