"""Records of a run: its directory, its record, and readers of its journal."""

from freeagentics.records.run_record import RunRecord, Summary

__all__ = ["RunRecord", "Summary"]
