"""The store in DynamoDB: a table of the service for every table, and one for the logs and cursors of all agents."""

from __future__ import annotations

from freeagentics.errors import BadStore
from freeagentics.stores.composed import ComposedStore
from freeagentics.stores.dynamodb.connection import Connection
from freeagentics.stores.dynamodb.errors import MissingTable
from freeagentics.stores.dynamodb.log import MEMORIES, Log
from freeagentics.stores.dynamodb.tables import Tables
from freeagentics.stores.dynamodb.url import DynamoUrl
from freeagentics.stores.records import Item

_CURSORS = "cursor"


class DynamoStore(ComposedStore):
    """A run's records in the tables of one deployment. Many processes may share them.

    Reads are consistent: what a store has put, it and others get at once, by key, by range and from the log. An index is brought up by the
    service a moment after its table, so a query by index may miss what was put in the last second; what it does answer is checked against
    the table. What one call appends to an agent's log appears by pages of sixteen steps, oldest first; what one call replaces or trims,
    at once up to 100 pages and 3.5 MB.

    Args:
        address: whose tables.
        run: the run whose records these are.

    Raises:
        BadStore: the tables have not been made.
        StoreUnavailable: nobody answers.
        AccessDenied: it does not let us in; so does every verb where a right is missing.
    """

    _tables: Tables

    def __init__(self, address: DynamoUrl, run: str) -> None:
        super().__init__(run)
        self._connection = Connection(address)
        self._tables = Tables(self._connection, run)
        self._log = Log(self._tables)
        try:
            self._connection.describe(address.table(MEMORIES.name))
        except MissingTable as error:
            self.close()
            raise BadStore(str(error)) from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of connections."""
        self._connection.close()

    def drop_run(self) -> None:
        """Delete every record of this run, which reads through all tables."""
        for table in self._connection.tables():
            for rows in self._tables.scan(table, ("PK", "SK")):
                self._connection.delete(table, rows)

    def _get_cursor(self, name: str) -> int | None:
        found = self._tables.find(MEMORIES, [(_CURSORS, name)], consistent=True)
        return int(found[_CURSORS, name].body) if found else None

    def _set_cursor(self, name: str, value: int) -> None:
        self._tables.put(MEMORIES, [Item(_CURSORS, name, b"%d" % value)])
