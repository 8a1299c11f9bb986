"""The manifest of an archive: which files it is made of, and what is in each."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from freeagentics.errors import CorruptRecord
from freeagentics.stores.archive.batch import ArchiveKind

_PATH = re.compile(r"(memories|decisions|observations|books)/[A-Za-z0-9][A-Za-z0-9_.-]{0,127}/-?[0-9]+-[0-9a-f]{32}\.parquet")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class ArchiveFile(_Strict):
    """One file: where it is below the run's folder, what is in it, and the SHA-256 of its bytes.

    ``window`` counts weeks of market time from 1970, ``codecs`` are the versions that its memories need, agents are the first and last by
    name (empty for what is shared).
    """

    path: str
    kind: ArchiveKind
    role: str
    window: int
    rows: int = Field(ge=1)
    bytes: int = Field(ge=1)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    first_agent: str
    last_agent: str
    first_timestamp: int
    last_timestamp: int
    codecs: tuple[int, ...] = Field(strict=False)

    @model_validator(mode="after")
    def _stays_in_its_folder(self) -> Self:
        # The path is opened and deleted; a manifest that somebody else wrote must not lead out of the run's folder.
        if not _PATH.fullmatch(self.path):
            raise ValueError(f"path {self.path!r} is none of an archive's")
        return self

    def may_hold(self, agent: str | None, first: int | None, last: int | None) -> bool:
        """True where rows of that agent, from time *first* to before *last*, could be in it."""
        named = agent is None or not self.last_agent or self.first_agent <= agent <= self.last_agent
        return named and (first is None or self.last_timestamp >= first) and (last is None or self.first_timestamp < last)


class Manifest(_Strict):
    """All files of one run's archive at one moment."""

    format: Literal["freeagentics-archive"] = "freeagentics-archive"
    version: Literal[1] = 1
    run: str
    files: tuple[ArchiveFile, ...] = Field(default=(), strict=False)

    def file(self, kind: ArchiveKind, role: str, window: int) -> ArchiveFile | None:
        """The file of that place, None where there is none yet."""
        return next((file for file in self.files if (file.kind, file.role, file.window) == (kind, role, window)), None)

    def changed(self, gone: set[str], made: list[ArchiveFile]) -> Manifest:
        """The manifest without the files under paths *gone* and with those *made*."""
        kept = [file for file in self.files if file.path not in gone]
        return Manifest(run=self.run, files=tuple(sorted(kept + made, key=lambda file: (file.kind, file.role, file.window))))


def parse_manifest(where: str, run: str, content: bytes) -> Manifest:
    """The manifest in *content*; raises `CorruptRecord` naming *where* it came from."""
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise CorruptRecord(f"{where}: damaged manifest: {place} {first['msg']}") from error
    if manifest.run != run:
        raise CorruptRecord(f"{where}: is the manifest of run {manifest.run}, not of {run}")
    return manifest
