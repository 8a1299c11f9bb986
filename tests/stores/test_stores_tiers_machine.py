"""Whatever is asked of tiers, and whatever fails, they answer what plain dictionaries would hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from faulty_stores import Fault, FaultyStore
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from freeagentics.errors import StoreUnavailable, VersionConflict
from freeagentics.stores import IndexSpec, Item, LogEntry, TableSpec
from freeagentics.stores import tiers as tiers_file
from freeagentics.stores.cache import LEASE_MS, Cache
from freeagentics.stores.in_memory import MemoryStore
from freeagentics.stores.tiers import TieredStore

TABLE = TableSpec("notes", (IndexSpec("by-size"),))
AGENTS = st.sampled_from(["a", "b"])
PARTITIONS = st.sampled_from(["agent:p", "agent:q"])
SORTS = st.sampled_from(["1", "2", "3", "4"])
SIZES = st.integers(0, 2)
TIMES = st.integers(0, 4)
LIMITS = st.none() | st.integers(0, 4)
ENTRIES = st.builds(lambda agent, step, body: LogEntry(agent, step, 0, step, body), AGENTS, st.integers(0, 5), st.binary(max_size=1))
INDEXES = st.fixed_dictionaries({}, optional={"by-size": st.tuples(PARTITIONS, SIZES)})
ITEMS = st.builds(Item, PARTITIONS, SORTS, st.binary(max_size=1), st.integers(1, 2), st.none() | TIMES, INDEXES)
FAULTS = st.dictionaries(st.integers(0, 5), st.sampled_from(["before", "after"]), max_size=2)
TROUBLE = st.tuples(st.just({}) | FAULTS, st.just({}) | FAULTS)
"""Calls of the durable and of the hot store that fail, counted from the beginning of a write."""

Trouble = tuple[dict[int, Fault], dict[int, Fault]]


class TiersMachine(RuleBasedStateMachine):
    """A tiered store that writes, another that only reads, over one durable and one hot store; *log* and *items* say what is there."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ms = 1_000_000
        self.durable, self.hot = MemoryStore("run"), MemoryStore("run")
        self.durable_faults: dict[int, Fault] = {}
        self.hot_faults: dict[int, Fault] = {}
        self.log: dict[tuple[str, int], LogEntry] = {}
        self.items: dict[tuple[str, str], Item] = {}
        self.reader = self.opened(lambda: "none", lambda: "none")
        self.restart()

    def opened(self, durable: Callable[[], Fault], hot: Callable[[], Fault]) -> TieredStore:
        cache = Cache(lambda: FaultyStore(self.hot, hot), now_ms=lambda: self.now_ms, retry_s=0)
        return TieredStore(FaultyStore(self.durable, durable), cache, recheck_s=0)

    def teardown(self) -> None:
        self.durable.close()
        self.hot.close()

    @rule()
    def restart(self) -> None:
        self.writer = self.opened(lambda: self.next_of(self.durable_faults), lambda: self.next_of(self.hot_faults))

    @staticmethod
    def next_of(faults: dict[int, Fault]) -> Fault:
        """Faults count down with every call; the one that reaches zero happens."""
        due = faults.pop(0, "none")
        left = {calls - 1: fault for calls, fault in faults.items()}
        faults.clear()
        faults.update(left)
        return due

    @rule()
    def the_hot_store_is_lost(self) -> None:
        self.hot.drop_run()

    @rule()
    def time_passes(self) -> None:
        self.now_ms += LEASE_MS

    def attempt(self, act: Callable[[], object], trouble: Trouble) -> None:
        """Do it; where the durable store failed, either nothing has happened or all of it has."""
        before = (dict(self.log), dict(self.items))
        self.durable_faults, self.hot_faults = map(dict, trouble)
        try:
            act()
        except StoreUnavailable:
            after = (self.log, self.items)
            self.log, self.items = after if self.holds(*after) else before
            assert self.holds(self.log, self.items)
        finally:
            self.durable_faults, self.hot_faults = {}, {}

    def holds(self, log: dict[tuple[str, int], LogEntry], items: dict[tuple[str, str], Item]) -> bool:
        there = {item.key: item for partition in ("agent:p", "agent:q") for item in self.durable.query(TABLE, partition)}
        return there == items and {(e.agent, e.step): e for agent in "ab" for e in self.durable.read(agent)} == log

    @rule(entries=st.lists(ENTRIES, min_size=1, max_size=4), trouble=TROUBLE)
    def append(self, entries: list[LogEntry], trouble: Trouble) -> None:
        def act() -> None:
            for entry in entries:
                self.log.setdefault((entry.agent, entry.step), entry)
            self.writer.append(entries)

        self.attempt(act, trouble)

    @rule(agent=AGENTS, body=st.binary(max_size=1), trouble=TROUBLE)
    def consolidate(self, agent: str, body: bytes, trouble: Trouble) -> None:
        def act() -> None:
            new = [entry._replace(body=body) for entry in self.log.values() if entry.agent == agent]
            self.log.update({(entry.agent, entry.step): entry for entry in new})
            self.writer.replace(new)

        self.attempt(act, trouble)

    @rule(agent=AGENTS, step=st.integers(0, 5), trouble=TROUBLE)
    def trim(self, agent: str, step: int, trouble: Trouble) -> None:
        def act() -> None:
            self.log = {key: entry for key, entry in self.log.items() if entry.agent != agent or entry.step >= step}
            self.writer.trim(agent, before_step=step)

        self.attempt(act, trouble)

    @rule(items=st.lists(ITEMS, min_size=1, max_size=4), trouble=TROUBLE)
    def put(self, items: list[Item], trouble: Trouble) -> None:
        def act() -> None:
            self.items.update({item.key: item for item in items})
            self.writer.put(TABLE, items)

        self.attempt(act, trouble)

    @rule(item=ITEMS, expected=st.none() | st.integers(1, 2), trouble=TROUBLE)
    def put_if(self, item: Item, expected: int | None, trouble: Trouble) -> None:
        def act() -> None:
            stands = self.items.get(item.key)
            fits = (stands.version if stands else None) == expected
            if fits:
                self.items[item.key] = item
            try:
                self.writer.put_if(TABLE, item, expected)
            except VersionConflict:
                assert not fits

        self.attempt(act, trouble)

    @rule(keys=st.lists(st.tuples(PARTITIONS, SORTS), min_size=1, max_size=3), trouble=TROUBLE)
    def delete(self, keys: list[tuple[str, str]], trouble: Trouble) -> None:
        def act() -> None:
            for key in keys:
                self.items.pop(key, None)
            self.writer.delete(TABLE, keys)

        self.attempt(act, trouble)

    @rule(now=TIMES, trouble=TROUBLE)
    def purge(self, now: int, trouble: Trouble) -> None:
        def act() -> None:
            self.items = {key: item for key, item in self.items.items() if not item.expired(now)}
            self.writer.purge(now)

        self.attempt(act, trouble)

    @rule(agent=AGENTS, after=st.none() | st.integers(0, 5), before=st.none() | st.integers(0, 5), newest_first=st.booleans(), limit=LIMITS)
    def read_by_rule(self, agent: str, after: int | None, before: int | None, newest_first: bool, limit: int | None) -> None:
        self.read(agent, after, before, newest_first=newest_first, limit=limit)

    def read(self, agent: str, after: int | None, before: int | None, *, newest_first: bool, limit: int | None) -> None:
        wanted = [
            entry
            for (owner, step), entry in sorted(self.log.items(), reverse=newest_first)
            if owner == agent and (after is None or step > after) and (before is None or step < before)
        ][:limit]
        low, high = None if after is None else (after, 0), None if before is None else (before, 0)
        for store in (self.writer, self.reader):
            assert store.read(agent, after=low, before=high, newest_first=newest_first, limit=limit) == wanted

    @rule(
        partition=PARTITIONS,
        index=st.booleans(),
        bounds=st.tuples(st.none() | SIZES, st.none() | SIZES),
        newest_first=st.booleans(),
        limit=LIMITS,
        now=st.none() | TIMES,
    )
    def query_by_rule(
        self, partition: str, index: bool, bounds: tuple[int | None, int | None], newest_first: bool, limit: int | None, now: int | None
    ) -> None:
        self.query(partition, index, bounds, newest_first=newest_first, limit=limit, now=now)

    def query(
        self, partition: str, index: bool, bounds: tuple[int | None, int | None], *, newest_first: bool, limit: int | None, now: int | None
    ) -> None:
        low, high = (None if bound is None else (bound if index else str(bound)) for bound in bounds)
        places = [(item.index.get("by-size", (None, 0)) if index else item.key, item) for item in self.items.values()]
        hits = sorted(
            ((sort, item.key, item) for (group, sort), item in places if group == partition), key=lambda hit: hit[:2], reverse=newest_first
        )
        wanted = [item for sort, _, item in hits if _within(sort, low, high) and not item.expired(now)][:limit]
        name = "by-size" if index else None
        for store in (self.writer, self.reader):
            found = store.query(TABLE, partition, index=name, low=low, high=high, newest_first=newest_first, limit=limit, now=now)
            assert found == wanted

    @rule(key=st.tuples(PARTITIONS, SORTS), now=st.none() | TIMES)
    def get(self, key: tuple[str, str], now: int | None) -> None:
        item = self.items.get(key)
        wanted = None if item is None or item.expired(now) else item
        for store in (self.writer, self.reader):
            assert store.get(TABLE, [key], now) == [wanted]

    @invariant()
    def the_newest_are_right(self) -> None:
        for agent in "ab":
            self.read(agent, None, None, newest_first=True, limit=2)
        for partition in ("agent:p", "agent:q"):
            for index in (False, True):
                self.query(partition, index, (None, None), newest_first=True, limit=2, now=None)


def _within(sort: object, low: object, high: object) -> bool:
    return (low is None or sort >= low) and (high is None or sort <= high)  # type: ignore[operator]


def test_tiers_answer_what_dictionaries_would_hold_through_faults_restarts_and_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    # Windows that do not hold everything.
    monkeypatch.setattr(tiers_file, "WINDOW_ROWS", 3)
    limits = settings(max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(TiersMachine, settings=limits)
