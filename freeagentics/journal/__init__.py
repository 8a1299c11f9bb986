"""The run's own truth: an append-only SQLite file, one row per step, cohort and kind."""

from freeagentics.journal.arrays import pack_arrays, unpack_arrays
from freeagentics.journal.journal import CommitRecord, Consolidate, Journal
from freeagentics.journal.page_edit import PageEdit
from freeagentics.journal.pages import BYTES, SHARED, Kind, Page
from freeagentics.journal.writer import JournalWriter, StepCommit

__all__ = [
    "BYTES",
    "SHARED",
    "CommitRecord",
    "Consolidate",
    "Journal",
    "JournalWriter",
    "Kind",
    "Page",
    "PageEdit",
    "StepCommit",
    "pack_arrays",
    "unpack_arrays",
]
