"""A small run to project, and all that a store has of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from freeagentics.agents import ROLES, SIGNAL_KINDS
from freeagentics.records import RunRecord
from freeagentics.runs import run
from freeagentics.stores import Item, LogEntry, Store
from freeagentics.stores.tables import DECISIONS, SIGNALS, decision_type_partition, signal_partition
from freeagentics.sync.projector import Projector

AGENTS, STEPS = 5, 40
IDS = [f"{role}-0000" for role in ROLES]

Contents = tuple[list[LogEntry], list[Item], list[Item]]


@cache
def small_run() -> RunRecord:
    """Five agents over forty steps: longer than the horizon, so that outcomes are there, and longer than a signal lives."""
    return run("btc-replay", agents=AGENTS, steps=STEPS, out=Path(mkdtemp()) / "run")


def projector(store: Store) -> Projector:
    """A projector of that run."""
    record = small_run()
    return Projector(record.directory.journal, record.scenario, store)


def contents(store: Store, ids: list[str] = IDS) -> Contents:
    """Every memory, decision and signal of a store, in an order of their own."""
    return [entry for agent in ids for entry in store.read(agent)], list(_decisions(store)), list(_signals(store))


def _decisions(store: Store) -> Iterator[Item]:
    for role in list(ROLES.values())[:5]:
        yield from store.query(DECISIONS, decision_type_partition(role.decision_type), index="GSI2")


def _signals(store: Store) -> Iterator[Item]:
    for kind in SIGNAL_KINDS:
        yield from store.query(SIGNALS, signal_partition(kind))
