"""The run's own truth: an append-only SQLite file, one row per step, cohort and kind."""

from freeagentics.journal.arrays import pack_arrays, unpack_arrays
from freeagentics.journal.journal import CommitRecord, Journal
from freeagentics.journal.pages import BYTES, SHARED, Kind, Page
from freeagentics.journal.writer import JournalWriter, StepCommit

__all__ = ["BYTES", "SHARED", "CommitRecord", "Journal", "JournalWriter", "Kind", "Page", "StepCommit", "pack_arrays", "unpack_arrays"]
