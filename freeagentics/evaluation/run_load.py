"""The load that a run puts on a store."""

from __future__ import annotations

import polars as pl

from freeagentics.clock import DAY_MS
from freeagentics.errors import BadInput
from freeagentics.records import RunRecord
from freeagentics.services.prices import Prices
from freeagentics.services.storage_cost import Load, storage_cost

DECISION_BYTES = 300
"""Bytes of a decision's body as the projector writes it, in the mean: docs/storage.md."""


def run_cost(record: RunRecord, prices: Prices | None = None) -> pl.DataFrame:
    """Cost of keeping such records as a run makes: see `storage_cost`. Raises BadInput for a run of less than two steps."""
    return storage_cost(run_load(record), prices)


def run_load(record: RunRecord) -> Load:
    """Records a day of market time, and their sizes, by what a run has made. Raises BadInput for a run of less than two steps."""
    made, times = record.summary, record.model_frame["timestamp"].dt.timestamp("ms")
    if len(times) < 2:
        raise BadInput(f"{record.path}: a run of {len(times)} steps spans no time")
    days = (times[-1] - times[0]) / DAY_MS
    return Load(
        memories=made.memories / days,
        decisions=made.decisions / days,
        memory_bytes=made.bytes_per_memory,
        decision_bytes=DECISION_BYTES,
    )
