"""The embedded store: one SQLite file, any number of runs."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from freeagentics.errors import StoreUnavailable
from freeagentics.stores.contract import Store, missing_entry, version_conflict
from freeagentics.stores.records import Item, Key, LogEntry, Position, Query, TableSpec
from freeagentics.stores.sqlite_file import open_file, translated
from freeagentics.stores.sqlite_items import DELETE_ITEM, GET_ITEM, NO_NOW, PLACE_ITEM, PUT_ITEM, VERSION_OF_ITEM, build_item, select_items

_APPEND = """
    INSERT INTO log (run, agent, step, sequence, timestamp, body) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (run, agent, step, sequence) DO NOTHING
"""
_REPLACE = "UPDATE log SET body = ? WHERE run = ? AND agent = ? AND step = ? AND sequence = ?"
_KEEP_NEWEST = """
    DELETE FROM log WHERE run = :run AND agent = :agent AND (step, sequence) <= (
        SELECT step, sequence FROM log WHERE run = :run AND agent = :agent ORDER BY step DESC, sequence DESC LIMIT 1 OFFSET :keep
    )
"""
_TRIM_BEFORE = "DELETE FROM log WHERE run = ? AND agent = ? AND step < ?"


class SqliteStore(Store):
    """One connection behind one lock; each verb is one transaction. Several processes may share the file, one writes at a time.

    Args:
        path: the file; its folder must exist.
        run: the run whose records these are.
    """

    def __init__(self, path: Path, run: str) -> None:
        super().__init__(run)
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = open_file(path)
        try:
            self._run = self._run_number()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; the last to close it also folds its ``-wal`` file into it."""
        with self._lock, translated(self._path, StoreUnavailable):
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def drop_run(self) -> None:
        """Delete every record of this run; the file keeps its size and fills the room again."""
        with self._writing() as connection:
            connection.execute("DELETE FROM log WHERE run = ?", (self._run,))
            connection.execute("DELETE FROM items WHERE run = ?", (self._run,))
            connection.execute("DELETE FROM cursors WHERE run = ?", (self._run,))

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock, translated(self._path, StoreUnavailable):
            connection = self._connection
            if connection is None:
                raise StoreUnavailable(f"store sqlite:///{self._path} is closed; open it again")
            try:
                connection.execute(begin)
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _writing(self) -> AbstractContextManager[sqlite3.Connection]:
        # A transaction that began by reading cannot always turn into a writing one, and would fail instead of waiting for its turn.
        return self._transaction("BEGIN IMMEDIATE")

    def _reading(self) -> AbstractContextManager[sqlite3.Connection]:
        return self._transaction("BEGIN")

    def _run_number(self) -> int:
        with self._writing() as connection:
            connection.execute("INSERT OR IGNORE INTO runs (name) VALUES (?)", (self.run,))
            (number,) = connection.execute("SELECT id FROM runs WHERE name = ?", (self.run,)).fetchone()
            return int(number)

    def _append(self, entries: Sequence[LogEntry]) -> None:
        with self._writing() as connection:
            rows = ((self._run, *entry) for entry in entries)
            connection.executemany(_APPEND, rows)

    def _read(
        self, agent: str, *, after: Position | None, before: Position | None, newest_first: bool, limit: int | None
    ) -> list[LogEntry]:
        where, values = "run = ? AND agent = ?", [self._run, agent]
        for operator, bound in ((">", after), ("<", before)):
            if bound is not None:
                where += f" AND (step, sequence) {operator} (?, ?)"
                values += bound
        order = "step DESC, sequence DESC" if newest_first else "step, sequence"
        # The text is made of the constants above, never of what a caller gave.
        select = f"SELECT agent, step, sequence, timestamp, body FROM log WHERE {where} ORDER BY {order} LIMIT ?"  # noqa: S608
        with self._reading() as connection:
            return [LogEntry(*row) for row in connection.execute(select, (*values, -1 if limit is None else limit))]

    def _replace(self, entries: Sequence[LogEntry]) -> None:
        with self._writing() as connection:
            for entry in entries:
                if not connection.execute(_REPLACE, (entry.body, self._run, entry.agent, *entry.position)).rowcount:
                    raise missing_entry(entry)

    def _trim(self, agent: str, *, keep: int | None, before_step: int | None) -> int:
        with self._writing() as connection:
            if keep is None:
                return connection.execute(_TRIM_BEFORE, (self._run, agent, before_step)).rowcount
            return connection.execute(_KEEP_NEWEST, {"run": self._run, "agent": agent, "keep": keep}).rowcount

    def _count(self, agent: str) -> int:
        with self._reading() as connection:
            (count,) = connection.execute("SELECT count(*) FROM log WHERE run = ? AND agent = ?", (self._run, agent)).fetchone()
            return int(count)

    def _put(self, table: TableSpec, items: Sequence[Item]) -> None:
        with self._writing() as connection:
            numbers = [connection.execute(PUT_ITEM, self._row(table, item)).fetchall()[0][0] for item in items]
            self._place(connection, table, items, numbers)

    def _put_if(self, table: TableSpec, item: Item, expected_version: int | None) -> None:
        with self._writing() as connection:
            row = connection.execute(VERSION_OF_ITEM, (self._run, table.name, *item.key)).fetchone()
            found = row[0] if row else None
            if found != expected_version:
                raise version_conflict(table, item, expected_version, found)
            ((number,),) = connection.execute(PUT_ITEM, self._row(table, item)).fetchall()
            self._place(connection, table, [item], [number])

    def _row(self, table: TableSpec, item: Item) -> tuple[object, ...]:
        return self._run, table.name, item.partition, item.sort, item.body, item.version, item.expires

    def _place(self, connection: sqlite3.Connection, table: TableSpec, items: Sequence[Item], numbers: Sequence[int]) -> None:
        connection.executemany("DELETE FROM places WHERE item = ?", ((number,) for number in numbers))
        rows = (
            (number, self._run, table.name, name, partition, sort)
            for number, item in zip(numbers, items, strict=True)
            for name, (partition, sort) in item.index.items()
        )
        connection.executemany(PLACE_ITEM, rows)

    def _get(self, table: TableSpec, keys: Sequence[Key], now: int | None) -> list[Item | None]:
        found: list[Item | None] = []
        earliest = NO_NOW if now is None else now
        with self._reading() as connection:
            for key in keys:
                rows = connection.execute(GET_ITEM, (self._run, table.name, *key, earliest)).fetchall()
                found.append(build_item(connection, rows[0]) if rows else None)
        return found

    def _query(self, table: TableSpec, query: Query) -> list[Item]:
        select, values = select_items(self._run, table, query)
        with self._reading() as connection:
            rows = connection.execute(select, values).fetchall()
            return [build_item(connection, row) for row in rows]

    def _delete(self, table: TableSpec, keys: Sequence[Key]) -> int:
        with self._writing() as connection:
            rows = ((self._run, table.name, *key) for key in keys)
            return max(connection.executemany(DELETE_ITEM, rows).rowcount, 0)

    def _purge(self, now: int) -> int:
        with self._writing() as connection:
            return connection.execute("DELETE FROM items WHERE run = ? AND expires <= ?", (self._run, now)).rowcount

    def _get_cursor(self, name: str) -> int | None:
        with self._reading() as connection:
            row = connection.execute("SELECT value FROM cursors WHERE run = ? AND name = ?", (self._run, name)).fetchone()
            return None if row is None else int(row[0])

    def _set_cursor(self, name: str, value: int) -> None:
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO cursors (run, name, value) VALUES (?, ?, ?)", (self._run, name, value))
