"""The archive of one run: old decisions and memories as Parquet, readable in place for as long as they are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple, TypeVar

import polars as pl

from freeagentics.errors import StoreUnavailable
from freeagentics.stores.archive.batch import KEYS, SHARED_KINDS, ArchiveBatch, ArchiveKind, cut, empty, merge
from freeagentics.stores.archive.files import MissingFile, read_file, write_file
from freeagentics.stores.archive.manifest import ArchiveFile, Manifest, parse_manifest
from freeagentics.stores.archive.objects import Objects, parse_url
from freeagentics.stores.validation import check_agent, check_int, check_run

_TRIES = 10
# Nobody works for so long between reading the manifest and writing the next.
_GRACE = timedelta(days=1)

T = TypeVar("T")


class _State(NamedTuple):
    """The manifest as it was read, and its number."""

    number: int
    manifest: Manifest


class Archive:
    """Files of one run in one place, and the manifest that says which of them count; safe to share between threads and processes.

    A change writes new files, then the next manifest, then deletes what that no longer names. Who writes a manifest that somebody else has
    just written begins again, so no change is lost; who reads sees one manifest's files. Adding what is there changes nothing.

    Args:
        url: ``file:///absolute/folder`` or ``s3://bucket/prefix``, with options ``endpoint`` and ``region``.
        run: the run whose rows these are.

    Raises:
        BadStore, BadName: *url* names no place, or *run* is no run id.
        StoreUnavailable, AccessDenied: the place cannot be used, or not by us; so does every method.
    """

    def __init__(self, url: str, run: str) -> None:
        check_run(run)
        self.run = run
        self._objects = Objects(parse_url(url), run)

    def manifest(self) -> Manifest:
        """Contents of the archive now. Raises `CorruptRecord` where the manifest is damaged."""
        return self._state().manifest

    def add(self, batch: ArchiveBatch) -> int:
        """Archive rows; returns how many were new.

        A file is a week of one role. It is read and written again where it gets more rows, so hand in whole weeks (`archive_before`).

        Raises:
            BadInput, BadName: a frame is not of its kind, or an id could not be a key.
            CorruptRecord: a file that gets more rows is damaged.
        """
        batch.check()

        def adding(state: _State) -> int | None:
            gone, made, new = self._added(state.manifest, batch)
            return new if self._commit(state, gone, made) else None

        return self._settle(adding)

    def read(self, kind: ArchiveKind, *, agent: str | None = None, first: int | None = None, last: int | None = None) -> pl.DataFrame:
        """Rows from market time *first* to before *last*, of one agent or of all, in the order of time within agent.

        Only the files that can hold them are read, and each is compared with its checksum.

        Raises:
            CorruptRecord: such a file is missing or damaged; the message names it.
        """
        _check_question(agent, first, last)

        def reading(state: _State) -> pl.DataFrame:
            files = [file for file in state.manifest.files if file.kind == kind and file.may_hold(agent, first, last)]
            frames = [read_file(self._objects, file).filter(_wanted(kind, agent, first, last)) for file in files]
            return pl.concat(frames, how="diagonal").sort(KEYS[kind]) if frames else empty(kind)

        return self._settle(reading)

    def scan(self, kind: ArchiveKind) -> pl.LazyFrame:
        """All rows of a kind, lazily and in place: of each file only those columns and row groups are read that the query needs.

        No checksum is compared: that would need whole files. A query that others' change deprives of a file fails; scan again then.
        """
        urls = [self._objects.url(file.path) for file in self.manifest().files if file.kind == kind]
        return pl.scan_parquet(urls, glob=False, storage_options=self._objects.options) if urls else empty(kind).lazy()

    def drop_before(self, timestamp: int) -> int:
        """Delete all rows from before market time *timestamp*, and files that a crash left behind; returns how many rows went.

        Raises:
            CorruptRecord: a file that holds older and younger rows is damaged.
        """
        before = check_int("timestamp", timestamp)

        def dropping(state: _State) -> int | None:
            old = [file for file in state.manifest.files if file.first_timestamp < before]
            made = [file for part in old if (file := self._without(part, before)) is not None]
            won = self._commit(state, {file.path for file in old}, made)
            return sum(file.rows for file in old) - sum(file.rows for file in made) if won else None

        gone = self._settle(dropping)
        self._sweep()
        return gone

    def _settle(self, work: Callable[[_State], T | None]) -> T:
        """The result of *work* on the archive's state, tried again with the next state where others changed it meanwhile."""
        for _ in range(_TRIES):
            state = self._state()
            try:
                result = work(state)
            except MissingFile:
                if self._state().number == state.number:
                    raise
                continue
            if result is not None:
                return result
        raise self._contested()

    def _state(self) -> _State:
        for _ in range(_TRIES):
            paths = self._objects.paths("manifest")
            if not paths:
                return _State(0, Manifest(run=self.run))
            content = self._objects.get(paths[-1])
            if content is not None:
                return _State(_number(paths[-1]), parse_manifest(f"archive {self._objects.name}/{paths[-1]}", self.run, content))
        raise self._contested()

    def _commit(self, state: _State, gone: set[str], made: list[ArchiveFile]) -> bool:
        """Write the next manifest and delete what it no longer names; False where another has become the next."""
        if not gone and not made:
            return True
        path = f"manifest/{state.number + 1:012}.json"
        content = state.manifest.changed(gone, made).model_dump_json(indent=1).encode()
        # Where the answer was lost and the driver asked again, the manifest that stands in the way is our own.
        won = self._objects.create(path, content) or self._objects.get(path) == content
        self._objects.delete(sorted(gone) if won else [file.path for file in made])
        return won

    def _added(self, manifest: Manifest, batch: ArchiveBatch) -> tuple[set[str], list[ArchiveFile], int]:
        gone: set[str] = set()
        made: list[ArchiveFile] = []
        new = 0
        for kind, frame in batch.frames().items():
            for role, window, rows in cut(kind, frame):
                before = manifest.file(kind, role, window)
                merged = merge(kind, None if before is None else read_file(self._objects, before), rows)
                fresh = merged.height - (before.rows if before else 0)
                if fresh:
                    new += fresh
                    gone |= {before.path} if before else set()
                    made.append(write_file(self._objects, kind, role, window, merged))
        return gone, made, new

    def _without(self, file: ArchiveFile, timestamp: int) -> ArchiveFile | None:
        if file.last_timestamp < timestamp:
            return None
        left = read_file(self._objects, file).filter(pl.col("timestamp") >= timestamp)
        return write_file(self._objects, file.kind, file.role, file.window, left)

    def _sweep(self) -> None:
        """Delete manifests before the last, and files that no manifest names, once they are a day old."""
        old = self._objects.paths(older_than=_GRACE)
        needed = {file.path for file in self.manifest().files} | set(self._objects.paths("manifest")[-1:])
        self._objects.delete([path for path in old if path not in needed])

    def _contested(self) -> StoreUnavailable:
        return StoreUnavailable(f"archive {self._objects.name}: others kept changing it; try again")


def _number(path: str) -> int:
    return int(path.rpartition("/")[2].removesuffix(".json"))


def _check_question(agent: str | None, first: int | None, last: int | None) -> None:
    if agent is not None:
        check_agent(agent)
    for name, bound in (("first", first), ("last", last)):
        if bound is not None:
            check_int(name, bound)


def _wanted(kind: ArchiveKind, agent: str | None, first: int | None, last: int | None) -> pl.Expr:
    terms = [pl.lit(value=True)]
    if agent is not None and kind not in SHARED_KINDS:
        terms.append(pl.col("agent") == agent)
    if first is not None:
        terms.append(pl.col("timestamp") >= first)
    if last is not None:
        terms.append(pl.col("timestamp") < last)
    return pl.all_horizontal(terms)
