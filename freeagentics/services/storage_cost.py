"""The cost of keeping records: bytes by store, and money a month by a table of prices.

Bytes and write units of a record are those measured for docs/storage.md; they follow the size of its body.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from freeagentics.services.prices import DynamoPrices, Prices

HOURS_A_MONTH = 730
DAYS_A_MONTH = HOURS_A_MONTH / 24

_GB = 10**9
_GIB = 2**30
_UNIT = 1024

# Bytes that a record takes beside its body, and write units beside those of its body: docs/storage.md, "Sizing" and "Size and cost".
_DYNAMO_MEMORY, _DYNAMO_DECISION, _DYNAMO_INDEXES = 16, 400, 2
_REDIS_MEMORY, _REDIS_DECISION = 22, 735
_PARQUET_BYTES = 1
_STEPS_A_PAGE = 16
_ROWS_A_FILE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Records that are made in a day, and how long they are kept.

    Attributes:
        memories, decisions: records a day.
        memory_bytes, decision_bytes: mean size of a body.
        reads: records that are read in a day.
        decision_days: days for which decisions are kept.
        memory_days: days for which memories are kept.
    """

    memories: float
    decisions: float
    memory_bytes: float
    decision_bytes: float
    reads: float = 0.0
    decision_days: float = 90.0
    memory_days: float = 365.0

    def bytes_kept(self, memory_extra: float, decision_extra: float) -> float:
        """Bytes in a store that has filled, of which a record takes so many beside its body."""
        memories = self.memories * self.memory_days * (self.memory_bytes + memory_extra)
        return memories + self.decisions * self.decision_days * (self.decision_bytes + decision_extra)

    def write_units(self) -> float:
        """Write units of DynamoDB a day: memories go by pages of 16 steps, a decision with an entry in each of two indexes."""
        page = math.ceil((_STEPS_A_PAGE * self.memory_bytes + 250) / _UNIT) / _STEPS_A_PAGE
        return self.memories * page + self.decisions * (math.ceil(self.decision_bytes / _UNIT) + _DYNAMO_INDEXES)


def storage_cost(load: Load, prices: Prices | None = None) -> pl.DataFrame:
    """The cost of each way to keep a load, in a month when the store has filled.

    Returns:
        A row each: ``store``, ``way``, ``bytes``, ``storage`` and ``requests`` (USD a month), ``total``.
    """
    table = prices or Prices()
    rows = [*_dynamodb(load, table.dynamodb), *_redis(load, table), *_s3(load, table)]
    names = ("store", "way", "bytes", "storage", "requests")
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(total=pl.col("storage") + pl.col("requests"))


_Row = tuple[str, str, int, float, float]


def _dynamodb(load: Load, prices: DynamoPrices) -> list[_Row]:
    kept = load.bytes_kept(_DYNAMO_MEMORY, _DYNAMO_DECISION)
    storage, writes = kept / _GB * prices.gb_month, load.write_units()
    asked = DAYS_A_MONTH * (writes * prices.million_writes + load.reads * prices.million_reads) / 10**6
    # A unit is a request a second; of a table that is provisioned there is at least one.
    units = [max(math.ceil(daily / 86_400 / prices.utilisation), 1) for daily in (writes, load.reads)]
    provisioned = HOURS_A_MONTH * (units[0] * prices.write_unit_hour + units[1] * prices.read_unit_hour)
    return [("dynamodb", "on demand", round(kept), storage, asked), ("dynamodb", "provisioned", round(kept), storage, provisioned)]


def _redis(load: Load, prices: Prices) -> list[_Row]:
    kept = load.bytes_kept(_REDIS_MEMORY, _REDIS_DECISION)
    counts = {name: max(math.ceil(kept / (node.gib * _GIB * node.usable)), 1) for name, node in prices.redis.items()}
    return [
        ("redis", f"{count} x {name}", round(kept), count * prices.redis[name].hour * HOURS_A_MONTH, 0.0) for name, count in counts.items()
    ]


def _s3(load: Load, prices: Prices) -> list[_Row]:
    kept = load.bytes_kept(_PARQUET_BYTES, _PARQUET_BYTES)
    puts = DAYS_A_MONTH * (load.memories + load.decisions) / _ROWS_A_FILE
    read = DAYS_A_MONTH * load.reads * load.memory_bytes / _GB
    return [
        ("s3", name, round(kept), kept / _GB * one.gb_month, puts / 1000 * one.thousand_puts + read * one.gb_read)
        for name, one in prices.s3.items()
    ]
