"""The cache of tiers: what it answers by itself, what it leaves to the durable store, and who wins when two come at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from faulty_stores import Fault, FaultyStore
from hypothesis import given
from hypothesis import strategies as st
from redis_servers import RedisServer

from freeagentics.errors import StoreUnavailable
from freeagentics.stores import IndexSpec, Item, LogEntry, TableSpec, open_store
from freeagentics.stores.cache import LEASE_MS, WINDOWS, Cache
from freeagentics.stores.in_memory import MemoryStore
from freeagentics.stores.records import Query
from freeagentics.stores.tiers import TieredStore
from freeagentics.stores.windows import Window, get_from_window, pack_items, pack_log, query_window, read_window, unpack_items, unpack_log

TABLE = TableSpec("notes", (IndexSpec("by-size"),))
BOUNDS = st.none() | st.integers(-1, 4)
LIMITS = st.none() | st.integers(0, 6)


def note(sort: str, body: bytes = b"", *, size: int = 0, version: int = 1) -> Item:
    return Item("p", sort, body, version, index={"by-size": ("all", size)})


def memory(step: int) -> LogEntry:
    return LogEntry("a", step, 0, step, b"code")


class Stores:
    """A durable and a hot store, with calls that may fail, and tiers over them."""

    def __init__(self) -> None:
        self.durable, self.hot = MemoryStore("run"), MemoryStore("run")
        self.durable_fault: Fault = "none"
        self.hot_fault: Fault = "none"
        self.now_ms = 0
        self.meanwhile: Callable[[], None] = lambda: None

    def open(self) -> TieredStore:
        cache = Cache(lambda: FaultyStore(self.hot, lambda: self.hot_fault), now_ms=lambda: self.now_ms, retry_s=0)
        return TieredStore(FaultyStore(self.durable, self._durable_call), cache, recheck_s=0)

    def _durable_call(self) -> Fault:
        act, self.meanwhile = self.meanwhile, lambda: None
        act()
        return self.durable_fault


@given(sizes=st.lists(st.integers(0, 3), max_size=8), kept=st.integers(0, 5), low=BOUNDS, high=BOUNDS, limit=LIMITS, newest=st.booleans())
def test_a_window_answers_as_the_whole_would_or_not_at_all(
    sizes: list[int], kept: int, low: int | None, high: int | None, limit: int | None, newest: bool
) -> None:
    whole = MemoryStore("run")
    whole.put(TABLE, [note(str(place), size=size) for place, size in enumerate(sizes)])
    whole.append([memory(step) for step in range(len(sizes))])
    rows = whole.query(TABLE, "all", index="by-size", newest_first=True)
    window = Window(rows[:kept], len(rows) <= kept)
    query = Query(partition="all", index="by-size", low=low, high=high, newest_first=newest, limit=limit, now=None)
    assert query_window(unpack_items(pack_items(window)), query) in (None, whole._query(TABLE, query))
    entries = whole.read("a", newest_first=True)
    log = unpack_log(pack_log(Window(entries[:kept], len(entries) <= kept)))
    after, before = None if low is None else (low, 0), None if high is None else (high, 0)
    wanted = whole.read("a", after=after, before=before, newest_first=newest, limit=limit)
    assert read_window(log, after=after, before=before, newest_first=newest, limit=limit) in (None, wanted)
    for item in rows:
        assert get_from_window(window, item.key, None) in ((False, None), (True, item))


def test_what_was_asked_for_is_answered_by_the_cache_from_then_on_even_while_the_durable_store_is_away() -> None:
    stores = Stores()
    tiers = stores.open()
    tiers.append([memory(step) for step in range(100)])
    tiers.put(TABLE, [note("1"), note("2")])
    recent = tiers.read("a", newest_first=True, limit=10)
    notes = tiers.query(TABLE, "p", newest_first=True)
    stores.durable_fault = "before"
    assert tiers.read("a", newest_first=True, limit=10) == recent
    assert tiers.query(TABLE, "p", newest_first=True) == notes
    assert tiers.get(TABLE, [("p", "1")]) == [note("1")]
    with pytest.raises(StoreUnavailable):
        tiers.read("a", limit=1)


@pytest.mark.parametrize("fault", ["before", "after"])
def test_a_cache_that_is_down_is_bypassed_and_what_it_held_is_not_read_when_it_is_back(fault: Fault) -> None:
    stores = Stores()
    tiers, other = stores.open(), stores.open()
    tiers.put(TABLE, [note("1", b"old")])
    assert tiers.get(TABLE, [("p", "1")]) == other.get(TABLE, [("p", "1")]) == [note("1", b"old")]
    stores.hot_fault = fault
    tiers.put(TABLE, [note("1", b"new", version=2)])
    assert tiers.get(TABLE, [("p", "1")]) == [note("1", b"new", version=2)]
    stores.hot_fault = "none"
    for reader in (tiers, other, stores.open()):
        assert reader.get(TABLE, [("p", "1")]) == [note("1", b"new", version=2)]


def test_a_cache_that_was_lost_is_filled_again_as_it_is_asked() -> None:
    stores = Stores()
    tiers = stores.open()
    tiers.append([memory(1)])
    for _ in range(2):
        stores.hot.drop_run()
        before = tiers.cache.hits
        assert tiers.read("a") == [memory(1)]
        assert tiers.read("a") == [memory(1)]
        assert tiers.cache.hits == before + 1


def test_what_a_reader_fetched_before_a_write_never_gets_into_the_cache_after_it() -> None:
    stores = Stores()
    reader, writer = stores.open(), stores.open()
    writer.put(TABLE, [note("1", b"old")])
    reader.get(TABLE, [("p", "1")])
    writer.delete(TABLE, [("p", "2")])

    class Slow(MemoryStore):
        def _query(self, table: TableSpec, query: Query) -> list[Item]:
            fetched = super()._query(table, query)
            # Between the reader's fetch and its filling of the cache, another writes.
            writer.put(TABLE, [note("1", b"new", version=2)])
            return fetched

    slow = Slow("run")
    slow.__dict__.update(stores.durable.__dict__)
    late = TieredStore(slow, reader.cache, recheck_s=0)
    late.query(TABLE, "p")
    for store in (reader, writer):
        assert store.query(TABLE, "p") == [note("1", b"new", version=2)]


def test_who_reads_while_another_writes_sees_either_and_afterwards_the_new() -> None:
    stores = Stores()
    reader, writer = stores.open(), stores.open()
    writer.put(TABLE, [note("1", b"old")])
    seen: list[Sequence[Item]] = []
    calls = iter(range(100))

    def read_meanwhile() -> None:
        seen.append(reader.query(TABLE, "p"))
        if next(calls) < 2:
            stores.meanwhile = read_meanwhile

    stores.meanwhile = read_meanwhile
    writer.put(TABLE, [note("1", b"new", version=2)])
    assert all(found in ([note("1", b"old")], [note("1", b"new", version=2)]) for found in seen)
    assert reader.query(TABLE, "p") == [note("1", b"new", version=2)]


@pytest.mark.parametrize("passed_ms", [LEASE_MS, -3_600_000])
def test_a_lease_whose_holder_died_is_taken_over_after_a_while_or_when_the_clock_was_set_back(passed_ms: int) -> None:
    stores = Stores()
    stores.now_ms = began = 10_000_000
    tiers = stores.open()
    tiers.append([memory(1)])
    (place,) = tiers._places([("agent:a#log", "log")])
    tiers.cache.block([place])
    for _ in range(2):
        assert tiers.read("a") == [memory(1)]
    assert tiers.cache.hits == 0
    stores.now_ms = began + passed_ms
    for _ in range(2):
        assert tiers.read("a") == [memory(1)]
    assert tiers.cache.hits == 1


def test_damage_in_the_cache_is_thrown_away_and_never_read() -> None:
    stores = Stores()
    tiers = stores.open()
    tiers.append([memory(1)])
    tiers.put(TABLE, [note("1")])
    for scope in (("agent:a#log", "log"), ("p#window", "notes|")):
        for body in (b"\xc1", b"nonsense", b"\0\0\0\0\x92\xc3\x90"):
            (place,) = tiers._places([scope])
            stores.hot.put(WINDOWS, [Item(*place, body)])
            assert tiers.read("a") == [memory(1)]
            assert tiers.query(TABLE, "p") == [note("1")]


def test_a_partition_whose_name_is_too_long_for_the_cache_is_read_from_the_durable_store() -> None:
    tiers = Stores().open()
    item = Item("p" * 1024, "1", b"")
    tiers.put(TABLE, [item])
    assert tiers.query(TABLE, "p" * 1024) == [item]
    assert tiers.cache.hits + tiers.cache.misses == 0


def test_a_dropped_run_is_gone_from_both() -> None:
    stores = Stores()
    tiers = stores.open()
    tiers.append([memory(1)])
    tiers.read("a")
    tiers.drop_run()
    assert tiers.read("a") == stores.open().read("a") == []


def test_closed_tiers_say_so() -> None:
    tiers = TieredStore(MemoryStore("run"), Cache(lambda: MemoryStore("run")))
    tiers.close()
    tiers.close()
    with pytest.raises(StoreUnavailable):
        tiers.read("a")


def test_windows_of_what_is_an_agents_own_are_kept_as_its_own_and_those_across_agents_not_at_all() -> None:
    stores = Stores()
    tiers = stores.open()
    mine = Item("agent:a#decision#X", "1", b"mine", index={"by-size": ("decision_type#X", 1)})
    tiers.append([memory(1)])
    tiers.put(TABLE, [mine])
    for _ in range(2):
        assert tiers.query(TABLE, "decision_type#X", index="by-size") == tiers.query(TABLE, "agent:a#decision#X") == [mine]
        tiers.read("a")
    kept = [partition for name, (partition, _) in stores.hot._items if name == WINDOWS.name]
    assert len(kept) == 2
    assert all(partition.startswith("agent:a#") for partition in kept)


def test_a_redis_as_the_hot_tier_may_be_killed_and_come_back_empty_between_any_two_reads() -> None:
    server = RedisServer(maxmemory="20mb", maxmemory_policy="allkeys-lru")
    with TieredStore(MemoryStore("run"), Cache(lambda: open_store(f"{server.url}?cache=yes", "run"), retry_s=0)) as tiers:
        for step in range(4):
            tiers.append([memory(step)])
            tiers.put(TABLE, [note(str(step))])
            for _ in range(2):
                assert len(tiers.read("a", newest_first=True, limit=10)) == step + 1
                assert tiers.query(TABLE, "p")[-1] == note(str(step))
            assert tiers.cache.hits == 2 * (step + 1)
            server.kill9()
            server.start()
    server.stop()
