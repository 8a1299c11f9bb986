"""Batches for an archive: frames of memories, decisions, observations and books, and how they are cut into files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from freeagentics.clock import DAY_MS
from freeagentics.errors import BadInput
from freeagentics.stores.validation import check_agent, check_int, check_label

ArchiveKind = Literal["memories", "decisions", "observations", "books"]

ARCHIVE_AGE_MS = 90 * DAY_MS
WINDOW_MS = 7 * DAY_MS
"""Market time that one file covers: a question about a month opens six files at most."""

SHARED_ROLE = "shared"
"""Stands for the role of what agents share."""

SHARED_KINDS: tuple[ArchiveKind, ...] = ("observations", "books")
"""Observations of all agents, and what the books of desks said to those on them: memories are coded given both."""

_COMMON = {"agent": pl.String, "role": pl.String, "step": pl.Int64}

COLUMNS: Mapping[ArchiveKind, Mapping[str, type[pl.DataType]]] = {
    "memories": _COMMON | {"desk": pl.Int32, "sequence": pl.Int64, "timestamp": pl.Int64, "codec": pl.Int32, "body": pl.Binary},
    "decisions": _COMMON | {"timestamp": pl.Int64, "decision_type": pl.String, "decision_id": pl.String, "body": pl.Binary},
    "observations": {"step": pl.Int64, "timestamp": pl.Int64, "asset": pl.String},
    "books": {"step": pl.Int64, "timestamp": pl.Int64, "desk": pl.Int32, "codec": pl.Int32, "body": pl.Binary},
}
"""Columns of each kind; ``timestamp`` is market time in ms, ``codec`` the version of the codec that can read ``body``. Observations have
further columns of numbers, one a figure that was shown, the same in all batches of a run."""

KEYS: Mapping[ArchiveKind, tuple[str, ...]] = {
    "memories": ("agent", "step", "sequence"),
    "decisions": ("agent", "step", "decision_id"),
    "observations": ("step", "asset"),
    "books": ("step", "desk"),
}
"""Columns that make a row the same row; also the order of rows in a file."""


def empty(kind: ArchiveKind) -> pl.DataFrame:
    """A frame of that kind without rows."""
    return pl.DataFrame(schema=dict(COLUMNS[kind]))


@dataclass(frozen=True, slots=True)
class ArchiveBatch:
    """Rows to be archived together, so that what a memory is coded given comes with it; each frame has at least its `COLUMNS`."""

    memories: pl.DataFrame = field(default_factory=lambda: empty("memories"))
    decisions: pl.DataFrame = field(default_factory=lambda: empty("decisions"))
    observations: pl.DataFrame = field(default_factory=lambda: empty("observations"))
    books: pl.DataFrame = field(default_factory=lambda: empty("books"))

    def frames(self) -> dict[ArchiveKind, pl.DataFrame]:
        """The frames by kind."""
        return {"memories": self.memories, "decisions": self.decisions, "observations": self.observations, "books": self.books}

    def check(self) -> None:
        """Raise `BadInput` or `BadName` where a frame is not of its kind, or an id could not be a key."""
        for kind, frame in self.frames().items():
            _check_frame(kind, frame)


def archive_before(now: int) -> int:
    """Market time before which everything is to be archived at *now*: 90 days ago, at the end of a whole file."""
    return (check_int("now", now) - ARCHIVE_AGE_MS) // WINDOW_MS * WINDOW_MS


def cut(kind: ArchiveKind, frame: pl.DataFrame) -> Iterator[tuple[str, int, pl.DataFrame]]:
    """The parts of a frame that belong into one file each: role, window (counted from 1970), rows."""
    role = pl.lit(SHARED_ROLE) if kind in SHARED_KINDS else pl.col("role")
    keyed = frame.with_columns(role.alias("_role"), (pl.col("timestamp") // WINDOW_MS).alias("_window"))
    for group, rows in sorted(keyed.partition_by("_role", "_window", as_dict=True, include_key=False).items()):
        yield str(group[0]), int(group[1]), rows


def merge(kind: ArchiveKind, old: pl.DataFrame | None, new: pl.DataFrame) -> pl.DataFrame:
    """Old and new rows in the order of a file; of two with one key the older stays. Raises `BadInput` where columns differ."""
    if old is not None and old.schema != new.schema:
        raise BadInput(f"archive: {kind} have columns {', '.join(new.columns)}, those archived before {', '.join(old.columns)}")
    both = new if old is None else pl.concat([old, new])
    return both.unique(KEYS[kind], keep="first", maintain_order=True).sort(KEYS[kind])


def _check_frame(kind: ArchiveKind, frame: pl.DataFrame) -> None:
    wanted = COLUMNS[kind]
    found = {name: frame.schema.get(name) for name in wanted}
    others = [name for name in frame.columns if name not in wanted]
    if found != wanted or (others if kind != "observations" else [name for name in others if not frame.schema[name].is_numeric()]):
        raise BadInput(f"archive: {kind} need columns {_names(wanted)}, not {_names(frame.schema)}")
    if any(frame[name].has_nulls() for name in wanted):
        raise BadInput(f"archive: {kind} have empty cells; every row needs a value in {', '.join(wanted)}")
    if kind not in SHARED_KINDS:
        for agent in frame["agent"].unique():
            check_agent(agent)
        for role in frame["role"].unique():
            check_label("role", role)


def _names(columns: Mapping[str, object]) -> str:
    return ", ".join(f"{name} ({kind})" for name, kind in columns.items())
