"""What the Redis store does beyond the contract: it survives its servers, refuses those that forget, and leaves no key behind."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from redis_servers import RedisServer, all_keys, cluster_servers, new_cluster, new_redis, new_shards, shared_server
from store_backends import DECISIONS, PATTERNS, entry, timed

from freeagentics.errors import BadStore, StoreUnavailable
from freeagentics.stores import Item, Store, open_store

DAY_S = 86_400


@pytest.fixture
def server() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.stop()


@pytest.fixture
def small() -> Iterator[RedisServer]:
    """A server that is soon full."""
    server = RedisServer(maxmemory="3mb")
    yield server
    server.stop()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("freeagentics.stores.redis.connection._PAUSES_S", (0.01,))


def fill(store: Store, agents: str = "ab") -> None:
    """A bit of everything, with places in indexes of the item's own owner and of others."""
    store.append([entry(agent, step) for agent in agents for step in range(5)])
    for agent in agents:
        own, other = (f"agent:{agent}#stm", 1), ("decision_type#x", "t")
        items = [Item(f"agent:{agent}", sort, b"x", expires=9, index={"by-time": own, "by-name": other}) for sort in "pqr"]
        store.put(DECISIONS, items)
    store.put(PATTERNS, [Item("shared#pattern#x", "s", b"")])
    store.set_cursor("projector", 4)


SERVERS: dict[str, tuple[Callable[[], str], Callable[[], list[RedisServer]]]] = {
    "redis": (new_redis, lambda: [shared_server()]),
    "shards": (new_shards, lambda: [shared_server(f"shard {number}") for number in range(3)]),
    "cluster": (new_cluster, cluster_servers),
}


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize("layout", ["streams", "keys"])
def test_dropping_a_run_leaves_no_key(kind: str, layout: str) -> None:
    new, which = SERVERS[kind]
    url, servers = f"{new()}?layout={layout}", which()
    with open_store(url, run="run-1") as store, open_store(url, run="run-10") as other:
        other.append([entry("a", 1)])
        before = all_keys(*servers)
        fill(store)
        assert len(all_keys(*servers)) > len(before) + 10
        store.drop_run()
        assert all_keys(*servers) == before


@pytest.mark.parametrize("layout", ["streams", "keys"])
def test_what_is_trimmed_deleted_and_purged_leaves_no_key(layout: str) -> None:
    with open_store(f"{new_redis()}?layout={layout}", run="run-1") as store:
        fill(store)
        # Over itself, and to other places: the old ones must go.
        store.put(DECISIONS, [Item("agent:a", "p", b"y", expires=9, index={"by-name": ("decision_type#y", "t"), "by-time": ("all", 2)})])
        assert store.delete(DECISIONS, [("agent:a", "p"), ("agent:b", "q")]) == 2
        assert store.purge(9) == 4
        assert store.trim("a", keep=0) == store.trim("b", before_step=9) == 5
        assert store.delete(PATTERNS, [("shared#pattern#x", "s")]) == 1
        assert all_keys(shared_server()) == [b"{run-1:@0}:cursors"]


def test_a_refused_conditional_put_leaves_no_place_in_an_index_elsewhere() -> None:
    with open_store(new_redis(), run="run-1") as store:
        store.put(DECISIONS, [Item("agent:a", "s", b"", version=2)])
        before = all_keys(shared_server())
        with pytest.raises(Exception, match="expected version 1, found version 2"):
            store.put_if(DECISIONS, Item("agent:a", "s", b"", 3, index={"by-time": ("all", 1)}), 1)
        assert all_keys(shared_server()) == before


def test_late_entries_are_put_in_their_place_and_positions_near_64_bits_are_exact() -> None:
    last = 2**63 - 1
    positions = [(last, last), (last, 0), (last - 1, last), (2**53 + 1, 2**53), (2**53, 2**53 + 1), (9, 0), (10, 0), (0, 0)]
    with open_store(new_redis(), run="run-1") as store:
        for position in positions:
            store.append([entry("a", *position)._replace(timestamp=-(2**63) + 1)])
        assert [e.position for e in store.read("a")] == sorted(positions)
        assert [e.position for e in store.read("a", after=(2**53, 2**53 + 1), before=(last, last))] == sorted(positions)[4:7]
        assert store.read("a", before=(0, -1)) == store.read("a", before=(-1, 0)) == []
        assert [e.position for e in store.read("a", after=(0, -5), limit=1)] == [(0, 0)]
        assert store.trim("a", before_step=-1) == 0


def test_versions_and_expiries_of_64_bits_are_exact() -> None:
    big = 2**63 - 1
    with open_store(new_redis(), run="run-1") as store:
        store.put_if(PATTERNS, Item("p", "s", b"", big - 1, expires=big), None)
        with pytest.raises(Exception, match="expected version 9223372036854775807"):
            store.put_if(PATTERNS, Item("p", "s", b""), big)
        assert (store.purge(big - 1), store.purge(big)) == (0, 1)


def test_a_memory_of_24_bytes_takes_about_45_in_a_stream() -> None:
    with open_store(new_redis(), run="run-1") as store, closing(shared_server().client()) as client:
        store.append([entry("a", step, body=bytes(range(24))) for step in range(10_000)])
        assert client.memory_usage("{run-1:a}:memory", samples=0) / 10_000 < 50


def test_a_store_goes_on_after_its_server_was_killed_and_came_back_empty(server: RedisServer) -> None:
    with open_store(server.url, run="run-1") as store:
        fill(store)
        assert store.get_cursor("projector") == 4
        server.kill9()
        server.start()
        assert (store.get_cursor("projector"), store.count("a")) == (None, 0)
        fill(store)
        assert (store.get_cursor("projector"), store.count("a")) == (4, 5)
        server.kill9()
        server.start()
        store.put_if(PATTERNS, Item("p", "s", b""), None)
        assert store.get(PATTERNS, [("p", "s")]) == [Item("p", "s", b"")]


@pytest.mark.usefixtures("impatient")
def test_a_server_that_is_gone_is_unavailable(server: RedisServer) -> None:
    with open_store(server.url, run="run-1") as store:
        server.kill9()
        for verb in (lambda: store.append([entry("a", 1)]), lambda: store.read("a"), lambda: store.purge(1), store.drop_run):
            with pytest.raises(StoreUnavailable, match=f"127.0.0.1:{server.port}"):
                verb()
        with pytest.raises(StoreUnavailable):
            open_store(server.url, run="run-1")


def test_a_cursor_is_missing_where_one_of_the_shards_came_back_empty() -> None:
    with open_store(new_shards(), run="run-1") as store:
        store.set_cursor("projector", 7)
        assert store.get_cursor("projector") == 7
        with closing(shared_server("shard 1").client()) as client:
            client.flushall()
        assert store.get_cursor("projector") is None


def test_a_cursor_is_missing_where_one_node_of_a_cluster_came_back_empty() -> None:
    with open_store(new_cluster(), run="run-1") as store:
        store.set_cursor("projector", 7)
        assert store.get_cursor("projector") == 7
        with closing(cluster_servers()[2].client()) as client:
            client.flushall()
        assert store.get_cursor("projector") is None


def test_a_full_server_says_so_and_has_nothing_half_written(server: RedisServer) -> None:
    with open_store(server.url, run="run-1") as store, closing(server.client()) as client:
        store.append([entry("a", step, body=bytes(10_000)) for step in range(200)])
        client.config_set("maxmemory", "2mb")
        kept = store.read("a")
        verbs: list[Callable[[], None]] = [
            lambda: store.append([entry("b", 1), entry("b", 2)]),
            lambda: store.append([entry("a", 0, 7)]),
            lambda: store.replace([e._replace(body=b"short") for e in kept]),
            lambda: store.put(DECISIONS, [timed("x", 1)]),
            lambda: store.put_if(DECISIONS, Item("agent:a", "x", b"", index={"by-time": ("agent:a", 1)}), None),
        ]
        for verb in verbs:
            with pytest.raises(StoreUnavailable, match="memory is full"):
                verb()
        assert store.read("a") == kept
        assert all_keys(server) == [b"{run-1:a}:memory"]
        client.config_set("maxmemory", "0")
        store.append([entry("b", 1)])
        assert store.count("b") == 1


def test_a_server_that_fills_up_has_whole_memories_only_in_the_keys_layout_too(small: RedisServer) -> None:
    with open_store(f"{small.url}?layout=keys", run="run-1") as store:
        with pytest.raises(StoreUnavailable, match="memory is full"):
            for step in range(1000):
                store.append([entry("a", step, body=bytes(10_000))])
        assert len(all_keys(small)) == store.count("a") + 1 == len(store.read("a")) + 1


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
def test_a_server_that_evicts_is_refused_unless_the_store_is_a_cache(policy: str, small: RedisServer) -> None:
    with closing(small.client()) as client:
        client.config_set("maxmemory-policy", policy)
    url = f"{small.url}?retention=90d"
    with pytest.raises(BadStore, match=f"evicts keys when its memory is full .*{policy}.*cache=yes"):
        open_store(url, run="run-1")
    with open_store(f"{url}&cache=yes", run="run-1") as store:
        for step in range(400):
            store.append([entry(f"a-{step}", 1, body=bytes(10_000))])
            store.put(DECISIONS, [timed(f"{step}", step)])
        assert sum(store.count(f"a-{step}") for step in range(400)) < 400
        assert {item.body for item in store.query(DECISIONS, "all", index="by-time")} <= {b"%d" % step for step in range(400)}


@pytest.mark.parametrize("layout", ["streams", "keys"])
def test_every_key_has_a_time_to_live_with_a_retention_and_none_without(layout: str) -> None:
    url = f"{new_redis()}?layout={layout}"
    with open_store(f"{url}&retention=9d", run="run-1") as store, closing(shared_server().client()) as client:
        fill(store)
        store.replace([entry("a", 1, body=b"new")])
        lives = {key: client.ttl(key) for key in client.scan_iter()}
        assert set(lives.values()) <= {9 * DAY_S, 9 * DAY_S - 1}, lives
    with open_store(url, run="run-2") as store, closing(shared_server().client()) as client:
        fill(store)
        assert {client.ttl(key) for key in client.scan_iter("{run-2:*")} == {-1}
