"""Stores of memories, decisions, patterns and states, for others to query: one contract, a file a backend.

A store is a URL: ``memory:`` for tests, ``sqlite:///runs/a.db`` embedded. It moves bytes; what they mean is settled above it.
"""

from freeagentics.stores.backends import open_store
from freeagentics.stores.contract import Store
from freeagentics.stores.records import IndexSpec, Item, Key, LogEntry, Position, TableSpec

__all__ = ["IndexSpec", "Item", "Key", "LogEntry", "Position", "Store", "TableSpec", "open_store"]
