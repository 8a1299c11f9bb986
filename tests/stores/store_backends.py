"""The backends that the contract's tests run over, a line each, and what those tests put into them."""

from collections.abc import Callable
from pathlib import Path

from freeagentics.stores import IndexSpec, Item, LogEntry, TableSpec

BACKENDS: dict[str, Callable[[Path], str]] = {
    "memory": lambda folder: "memory:",
    "sqlite": lambda folder: f"sqlite:///{folder / 'store.db'}",
}
"""Name to the URL of an empty place, given a folder of the test's own."""

DECISIONS = TableSpec("decisions", (IndexSpec("by-time"), IndexSpec("by-name", text=True)))
PATTERNS = TableSpec("patterns")


def entry(agent: str, step: int, sequence: int = 0, body: bytes = b"code") -> LogEntry:
    return LogEntry(agent, step, sequence, 1_652_000_000_000 + step, body)


def timed(sort: str, at: float, *, partition: str = "p", expires: int | None = None) -> Item:
    return Item(partition, sort, sort.encode(), expires=expires, index={"by-time": ("all", at)})
