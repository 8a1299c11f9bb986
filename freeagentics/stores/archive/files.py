"""The files of an archive: Parquet, written once, compared with the manifest's checksum when read."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from uuid import uuid4

import polars as pl

from freeagentics.errors import CorruptRecord
from freeagentics.stores.archive.batch import ArchiveKind
from freeagentics.stores.archive.manifest import ArchiveFile
from freeagentics.stores.archive.objects import Objects

# Small enough that a query in place for one agent of thousands skips nearly all of a file.
_ROW_GROUP = 16_384


class MissingFile(CorruptRecord):
    """A file that the manifest names is gone; by damage, or because another manifest no longer names it."""


def write_file(objects: Objects, kind: ArchiveKind, role: str, window: int, rows: pl.DataFrame) -> ArchiveFile:
    """Write rows, in the order they have, as a file that no manifest names yet."""
    buffer = BytesIO()
    rows.write_parquet(buffer, compression="zstd", statistics=True, row_group_size=_ROW_GROUP)
    content = buffer.getvalue()
    # A name of its own, so that no path is written twice and what is unnamed can be deleted while others write.
    path = f"{kind}/{role}/{window}-{uuid4().hex}.parquet"
    objects.put(path, content)
    agents = rows["agent"] if "agent" in rows.columns else pl.Series([""])
    return ArchiveFile.model_validate(
        {
            "path": path,
            "kind": kind,
            "role": role,
            "window": window,
            "rows": rows.height,
            "bytes": len(content),
            "sha256": sha256(content).hexdigest(),
            "first_agent": agents.min(),
            "last_agent": agents.max(),
            "first_timestamp": rows["timestamp"].min(),
            "last_timestamp": rows["timestamp"].max(),
            "codecs": tuple(sorted(rows["codec"].unique())) if "codec" in rows.columns else (),
        }
    )


def read_file(objects: Objects, file: ArchiveFile) -> pl.DataFrame:
    """All rows of a file; raises `CorruptRecord` where it is damaged, `MissingFile` where it is gone."""
    content = objects.get(file.path)
    if content is None:
        raise MissingFile(f"archive {objects.name}: file {file.path} is missing")
    if sha256(content).hexdigest() != file.sha256:
        raise CorruptRecord(f"archive {objects.name}: file {file.path} is damaged: its SHA-256 is not the manifest's")
    return pl.read_parquet(BytesIO(content))
