"""Any sequence of calls leaves a store with what plain dictionaries would hold."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from store_backends import BACKENDS, DECISIONS, EXAMPLES, PATTERNS

from freeagentics.errors import VersionConflict
from freeagentics.stores import Item, LogEntry, TableSpec, open_store

AGENTS = st.sampled_from(["a", "b"])
STEPS = st.integers(0, 3)
POSITIONS = st.tuples(STEPS, st.integers(0, 1))
BODIES = st.binary(max_size=3)
TIMES = st.integers(0, 4)
TEXTS = st.sampled_from(["x", "y", "Z", "é", "🐳", "\uffff"])
NUMBERS = st.one_of(st.integers(-2, 2), st.floats(-2, 2))
LIMITS = st.none() | st.integers(0, 3)
ENTRIES = st.builds(
    lambda agent, position, timestamp, body: LogEntry(agent, position[0], position[1], timestamp, body), AGENTS, POSITIONS, TIMES, BODIES
)
INDEXES = st.fixed_dictionaries({}, optional={"by-time": st.tuples(TEXTS, NUMBERS), "by-name": st.tuples(TEXTS, TEXTS)})
KEYS = st.tuples(TEXTS, TEXTS)


def items(table: TableSpec) -> st.SearchStrategy[Item]:
    indexes = INDEXES if table.indexes else st.just({})
    return st.builds(Item, TEXTS, TEXTS, BODIES, st.integers(1, 3), st.none() | TIMES, indexes)


PUTS = st.one_of(*(st.tuples(st.just(table), st.lists(items(table), max_size=4)) for table in (DECISIONS, PATTERNS)))
ORDERS = st.sampled_from([None, "by-time", "by-name"])


class StoreMachine(RuleBasedStateMachine):
    """A store, and beside it `log` and `tables`, which say what should be in it."""

    backend: str

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = open_store(BACKENDS[self.backend](Path(self.folder.name)), run="run-1")
        self.log: dict[tuple[str, int, int], LogEntry] = {}
        self.tables: dict[tuple[str, str, str], Item] = {}

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def entries(self, agent: str) -> list[LogEntry]:
        return sorted(entry for entry in self.log.values() if entry.agent == agent)

    @rule(entries=st.lists(ENTRIES, max_size=5))
    def append(self, entries: list[LogEntry]) -> None:
        self.store.append(entries)
        for entry in entries:
            self.log.setdefault(entry[:3], entry)

    @precondition(lambda self: self.log)
    @rule(data=st.data(), body=BODIES)
    def replace(self, data: st.DataObject, body: bytes) -> None:
        key = data.draw(st.sampled_from(sorted(self.log)))
        self.log[key] = self.log[key]._replace(body=body)
        self.store.replace([self.log[key]])

    @rule(entry=ENTRIES)
    def replace_missing(self, entry: LogEntry) -> None:
        if entry[:3] not in self.log:
            with pytest.raises(KeyError):
                self.store.replace([*self.entries(entry.agent), entry])

    @rule(agent=AGENTS, keep=st.integers(0, 4))
    def trim_to_the_newest(self, agent: str, keep: int) -> None:
        entries = self.entries(agent)
        gone = entries[: max(len(entries) - keep, 0)]
        assert self.store.trim(agent, keep=keep) == len(gone)
        for entry in gone:
            del self.log[entry[:3]]

    @rule(agent=AGENTS, step=STEPS)
    def trim_before(self, agent: str, step: int) -> None:
        gone = [entry for entry in self.entries(agent) if entry.step < step]
        assert self.store.trim(agent, before_step=step) == len(gone)
        for entry in gone:
            del self.log[entry[:3]]

    @rule(agent=AGENTS, after=st.none() | POSITIONS, before=st.none() | POSITIONS, newest_first=st.booleans(), limit=LIMITS)
    def read(
        self, agent: str, after: tuple[int, int] | None, before: tuple[int, int] | None, newest_first: bool, limit: int | None
    ) -> None:
        found = [e for e in self.entries(agent) if (after is None or e.position > after) and (before is None or e.position < before)]
        wanted = (found[::-1] if newest_first else found)[:limit]
        assert self.store.read(agent, after=after, before=before, newest_first=newest_first, limit=limit) == wanted

    @rule(put=PUTS)
    def put(self, put: tuple[TableSpec, list[Item]]) -> None:
        table, items = put
        self.store.put(table, items)
        self.tables.update({(table.name, *item.key): item for item in items})

    @rule(item=items(DECISIONS), expected=st.none() | st.integers(1, 3))
    def put_if(self, item: Item, expected: int | None) -> None:
        stored = self.tables.get((DECISIONS.name, *item.key))
        if (stored.version if stored else None) == expected:
            self.store.put_if(DECISIONS, item, expected)
            self.tables[(DECISIONS.name, *item.key)] = item
        else:
            with pytest.raises(VersionConflict):
                self.store.put_if(DECISIONS, item, expected)

    @rule(keys=st.lists(KEYS, max_size=3), table=st.sampled_from([DECISIONS, PATTERNS]))
    def delete(self, keys: list[tuple[str, str]], table: TableSpec) -> None:
        gone = {(table.name, *key) for key in keys} & self.tables.keys()
        assert self.store.delete(table, keys) == len(gone)
        for place in gone:
            del self.tables[place]

    @rule(now=TIMES)
    def purge(self, now: int) -> None:
        gone = [place for place, item in self.tables.items() if item.expires is not None and item.expires <= now]
        assert self.store.purge(now) == len(gone)
        for place in gone:
            del self.tables[place]

    @rule(data=st.data(), partition=TEXTS, index=ORDERS, newest_first=st.booleans(), limit=LIMITS, now=st.none() | TIMES)
    def query(self, data: st.DataObject, partition: str, index: str | None, newest_first: bool, limit: int | None, now: int | None) -> None:
        bounds = st.none() | (NUMBERS if index == "by-time" else TEXTS)
        low, high = data.draw(bounds), data.draw(bounds)
        places = [(*(item.key if index is None else item.index.get(index, (None, 0))), item) for item in self.in_table(DECISIONS)]
        hits = [
            (sort, item.key, item)
            for group, sort, item in places
            if group == partition and (low is None or sort >= low) and (high is None or sort <= high)
        ]
        hits.sort(key=lambda hit: hit[:2], reverse=newest_first)
        wanted = [item for _, _, item in hits if now is None or item.expires is None or item.expires > now][:limit]
        found = self.store.query(DECISIONS, partition, index=index, low=low, high=high, newest_first=newest_first, limit=limit, now=now)
        assert found == wanted

    def in_table(self, table: TableSpec) -> list[Item]:
        return [item for (name, *_), item in self.tables.items() if name == table.name]

    @invariant()
    def everything_is_there(self) -> None:
        for agent in ("a", "b"):
            assert self.store.read(agent) == self.entries(agent)
            assert self.store.count(agent) == len(self.entries(agent))
        for table in (DECISIONS, PATTERNS):
            items = self.in_table(table)
            assert self.store.get(table, [item.key for item in items]) == items


@pytest.mark.parametrize("backend", BACKENDS)
def test_any_sequence_of_calls_leaves_what_dictionaries_would_hold(backend: str) -> None:
    limits = settings(
        max_examples=EXAMPLES.get(backend, 40), stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
    )
    machine = type(f"StoreMachine_{backend}", (StoreMachine,), {"backend": backend})
    run_state_machine_as_test(machine, settings=limits)
