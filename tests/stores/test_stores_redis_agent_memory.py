"""`RedisAgentMemory`, and every snippet of "Redis Implementation for Agent Memory System"."""

import datetime
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pytest
from bit_equality import identical
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, scalar_dtypes
from msgpack import ExtType
from redis_servers import all_keys, cluster_servers, new_cluster, new_redis, shared_server

from freeagentics.errors import BadInput, BadName, CorruptRecord
from freeagentics.plain_data import ARRAY, packed
from freeagentics.stores import LogEntry
from freeagentics.stores.redis_agent_memory import RedisAgentMemory


@pytest.fixture
def memory() -> Iterator[RedisAgentMemory]:
    with RedisAgentMemory(new_redis(), compression_threshold=100) as memory:
        yield memory


@pytest.fixture
def client() -> Iterator[Any]:
    new_redis()
    with closing(shared_server().client()) as client:
        yield client


def test_what_was_stored_comes_back_with_its_metadata(memory: RedisAgentMemory) -> None:
    state = np.linspace(-1, 1, 50)
    timestamp = memory.store_agent_memory("agent-1", state, metadata={"location": "north", "reward": 0.5})
    found = memory.retrieve_agent_memory("agent-1", timestamp)
    np.testing.assert_allclose(found["state"], state, rtol=1e-3)
    assert (found["timestamp"], found["metadata"]) == (timestamp, {"location": "north", "reward": 0.5})
    assert "metadata" not in memory.retrieve_agent_memory("agent-1", memory.store_agent_memory("agent-1", state))


def test_the_most_recent_come_newest_first_and_no_two_share_a_timestamp(memory: RedisAgentMemory) -> None:
    timestamps = [memory.store_agent_memory("agent-1", [float(n)]) for n in range(12)]
    recent = memory.get_recent_memories("agent-1", count=5)
    assert [found["timestamp"] for found in recent] == timestamps[:-6:-1]
    assert [float(found["state"][0]) for found in recent] == [11, 10, 9, 8, 7]
    assert memory.get_recent_memories("agent-2") == []


def test_threads_that_remember_at_once_lose_nothing(memory: RedisAgentMemory) -> None:
    threads = [threading.Thread(target=lambda n=n: [memory.store_agent_memory("a", [n, k]) for k in range(10)]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = {tuple(memory["state"]) for memory in memory.get_recent_memories("a", 100)}
    assert found == {(n, k) for n in range(4) for k in range(10)}


def test_beyond_the_threshold_a_fifth_of_the_hundred_oldest_is_forgotten(memory: RedisAgentMemory) -> None:
    timestamps = [memory.store_agent_memory("a", [float(n)]) for n in range(101)]
    kept = memory.get_recent_memories("a", 1000)
    assert [found["timestamp"] for found in kept[::-1]] == timestamps[20:]
    with pytest.raises(KeyError, match=f"agent a has no memory at timestamp {timestamps[0]}"):
        memory.retrieve_agent_memory("a", timestamps[0])
    assert all_keys(shared_server()) == [b"{agents:a}:memory"]


def test_a_tensor_comes_back_as_a_tensor(memory: RedisAgentMemory) -> None:
    torch = pytest.importorskip("torch")
    state = torch.randn(5, 3, requires_grad=True, generator=torch.Generator().manual_seed(1))
    found = memory.retrieve_agent_memory("a", memory.store_agent_memory("a", state))["state"]
    assert isinstance(found, torch.Tensor)
    assert torch.allclose(found, state, rtol=1e-3)


@settings(max_examples=60, deadline=None)
@given(state=arrays(np.float32, array_shapes(min_dims=0, min_side=0), elements=st.floats(width=32, allow_nan=False, allow_infinity=False)))
def test_any_array_comes_back_to_a_thousandth(state: "np.ndarray[Any, Any]") -> None:
    with RedisAgentMemory("memory:") as memory:
        found = memory.retrieve_agent_memory("a", memory.store_agent_memory("a", state))["state"]
    assert found.shape == state.shape
    np.testing.assert_allclose(found, state, rtol=1e-3, atol=0)


@pytest.mark.parametrize("state", [[np.nan], [np.inf], [1e300]])
def test_numbers_that_cannot_be_kept_are_refused(state: list[float], memory: RedisAgentMemory) -> None:
    with pytest.raises(BadInput, match="finite"):
        memory.store_agent_memory("a", state)


KEYS = st.text() | st.integers() | st.binary() | st.none() | st.tuples(st.integers(), st.text())
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters())
    | st.binary()
    | st.datetimes()
    | st.decimals()
    | st.complex_numbers()
    | st.frozensets(st.integers())
    | st.binary().map(bytearray)
    | st.builds(ExtType, st.integers(0, 127), st.binary())
    | scalar_dtypes().flatmap(lambda dtype: arrays(dtype, array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=3)))
    | scalar_dtypes().flatmap(lambda dtype: arrays(dtype, 1).map(lambda array: array[0]))
)
METADATA = st.dictionaries(
    KEYS,
    st.recursive(LEAVES, lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(KEYS, inner), max_leaves=5),
    max_size=3,
)


@settings(max_examples=100, deadline=None)
@given(metadata=METADATA)
@example({"counts": {1: 3}})
@example({"point": (1, 2.0), "flag": np.bool_(True), "share": np.float32(0.1), "seat": np.int64(7), "level": np.array(3)})
@example({"text": "\ud800", (1, "a"): {None: b"", b"x": 2**80}})
@example({"a": [{"b": {3, 4}}]})
@example({"a": datetime.datetime(2022, 1, 1)})
def test_metadata_comes_back_equal_and_of_the_same_types_or_is_refused_at_once(metadata: dict[Any, Any]) -> None:
    with RedisAgentMemory("memory:") as memory:
        try:
            timestamp = memory.store_agent_memory("a", [1.0], metadata)
        except BadInput:
            assert memory.get_recent_memories("a") == []
        else:
            assert identical(memory.retrieve_agent_memory("a", timestamp).get("metadata", {}), metadata)


@pytest.mark.parametrize(
    "metadata",
    [{"counts": {1: 3}}, {"flag": np.bool_(True), "share": np.float32(0.1), "level": np.array(3)}, {"at": (1, [2, (3,)]), 5: None}],
)
def test_metadata_comes_back_from_redis_with_all_other_memories(metadata: dict[Any, Any], memory: RedisAgentMemory) -> None:
    memory.store_agent_memory("a", [1.0], {"first": 1})
    memory.store_agent_memory("a", [2.0], metadata)
    newer, older = memory.get_recent_memories("a")
    assert identical(newer["metadata"], metadata)
    assert older["metadata"] == {"first": 1}


@pytest.mark.parametrize(
    ("metadata", "named"),
    [
        ({"seen": {1, 2}}, "metadata holds plain data and numpy arrays, not builtins.set"),
        ({"at": datetime.date(2022, 1, 1)}, "not datetime.date"),
        ({"code": ExtType(9, b"")}, "not msgpack.ext.ExtType"),
        ({"things": np.array([None])}, "not numpy.ndarray"),
        ([("a", 1)], "metadata must be values by name, not list"),
    ],
)
def test_metadata_that_could_not_be_given_back_is_refused_by_its_type(metadata: Any, named: str, memory: RedisAgentMemory) -> None:
    with pytest.raises(BadInput, match=named):
        memory.store_agent_memory("a", [1.0], metadata)
    assert memory.get_recent_memories("a") == []


def test_stored_bytes_that_claim_to_be_objects_are_damage() -> None:
    addresses = ExtType(ARRAY, packed(["|O", [1]]) + bytes(8))
    content = packed(["<f4", [1], bytes(4), False, {"x": addresses}, b""])
    with RedisAgentMemory("memory:") as memory:
        memory._store.append([LogEntry("a", 1, 0, 1, b"AM1" + zlib.crc32(content).to_bytes(4, "big") + content)])
        with pytest.raises(CorruptRecord, match="agent a, timestamp 1"):
            memory.retrieve_agent_memory("a", 1)


@pytest.mark.parametrize("agent", [7, np.int64(7), np.uint8(7), np.str_("7")])
def test_an_agent_whose_id_is_a_number_is_the_agent_of_its_digits(agent: Any, memory: RedisAgentMemory) -> None:
    timestamp = memory.store_agent_memory(agent, [1.0])
    assert memory.retrieve_agent_memory(agent, np.int64(timestamp))["timestamp"] == timestamp  # type: ignore[arg-type]
    assert [found["timestamp"] for found in memory.get_recent_memories("7", np.int16(3))] == [timestamp]  # type: ignore[arg-type]


@pytest.mark.parametrize("agent", [-7, True, 7.0, np.float64(7), None, (7,)])
def test_an_id_that_is_no_whole_number_and_no_name_is_refused(agent: Any, memory: RedisAgentMemory) -> None:
    with pytest.raises(BadName, match="agent id"):
        memory.store_agent_memory(agent, [1.0])


@pytest.mark.parametrize("back_s", [3600, 0.002])
def test_a_clock_that_was_set_back_makes_no_memory_older_than_the_one_before(back_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_700_000_000.0
    monkeypatch.setattr(time, "time", lambda: now)
    with RedisAgentMemory(new_redis(), compression_threshold=20) as memory:
        stored = [memory.store_agent_memory("a", [float(n)]) for n in range(20)]
        now -= back_s
        stored += [memory.store_agent_memory("a", [float(n)]) for n in range(20, 24)]
        assert stored == sorted(set(stored))
        # One more than may be kept: of 21 the oldest four went.
        assert [found["timestamp"] for found in memory.get_recent_memories("a", 100)] == stored[:3:-1]


def test_two_whose_clocks_differ_remember_in_the_order_of_arrival(monkeypatch: pytest.MonkeyPatch) -> None:
    url = new_redis()
    with RedisAgentMemory(url) as ahead, RedisAgentMemory(url) as behind:
        for number, (who, now) in enumerate([(ahead, 2000.0), (behind, 1000.0), (ahead, 2000.5), (behind, 1000.5)]):
            monkeypatch.setattr(time, "time", lambda now=now: now)
            who.store_agent_memory("a", [float(number)])
        assert [float(found["state"][0]) for found in behind.get_recent_memories("a")] == [3, 2, 1, 0]


def test_wrong_arguments_are_named(memory: RedisAgentMemory) -> None:
    with pytest.raises(BadName, match="agent id"):
        memory.store_agent_memory("agent:*", [1.0])
    with pytest.raises(BadInput, match="array of numbers"):
        memory.store_agent_memory("a", "text")
    for state in ("1.5", [1j], np.array([10**30]), np.array([None])):
        with pytest.raises(BadInput, match="array of numbers"):
            memory.store_agent_memory("a", state)
    for threshold in (0, 1.5, "20"):
        with pytest.raises(BadInput, match="compression_threshold"):
            RedisAgentMemory("memory:", compression_threshold=threshold)  # type: ignore[arg-type]


def test_stored_bytes_are_never_run(memory: RedisAgentMemory, client: Any) -> None:
    timestamp = memory.store_agent_memory("a", [1.0])
    (name, fields), *_ = client.xrange("{agents:a}:memory")
    for value in (b"\x06" + bytes(6) + b"\x80\x04cos\nsystem\n.", fields[b"m"][:-1] + b"!"):
        client.delete("{agents:a}:memory")
        client.xadd("{agents:a}:memory", {"m": value}, id=name)
        with pytest.raises(CorruptRecord, match=f"agent a, timestamp {timestamp}"):
            memory.retrieve_agent_memory("a", timestamp)


# The document's own snippets, with another connection


def test_snippet_pipelining(client: Any) -> None:
    redis = client
    pipe = redis.pipeline()
    for i in range(100):
        pipe.set(f"key:{i}", f"value:{i}")
    assert pipe.execute() == [True] * 100


def test_snippet_memory_policy(client: Any) -> None:
    try:
        assert client.config_set("maxmemory", "4gb")
        assert client.config_set("maxmemory-policy", "allkeys-lru")
        with RedisAgentMemory(f"{shared_server().url}?cache=yes") as memory:
            memory.store_agent_memory("a", [1.0])
    finally:
        client.config_set("maxmemory", "0")
        client.config_set("maxmemory-policy", "noeviction")


def test_snippet_streams(client: Any) -> None:
    redis, agent_id, compressed_bytes = client, "agent-1", b"bytes"
    redis.xadd(f"agent:{agent_id}:stream", {"compressed_state": compressed_bytes})
    ((_, fields),) = redis.xrevrange(f"agent:{agent_id}:stream", count=10)
    assert fields == {b"compressed_state": b"bytes"}


def test_snippet_cluster() -> None:
    new_cluster()
    # The document's package, rediscluster, is retired: it became a part of redis.
    from redis.cluster import ClusterNode, RedisCluster

    node: Any = ClusterNode
    startup_nodes = [node("127.0.0.1", cluster_servers()[0].port)]
    with closing(RedisCluster(startup_nodes=startup_nodes, decode_responses=True)) as redis_cluster:
        redis_cluster.set("key", "value")
        assert redis_cluster.get("key") == "value"


def test_snippet_sharding() -> None:
    from freeagentics.stores.redis.servers import rendezvous

    redis_connections = {"one": "connection 1", "two": "connection 2"}

    # The document's hash() is salted: every process would look on another shard.
    def get_redis_for_agent(agent_id: str) -> str:
        names = list(redis_connections)
        return redis_connections[names[rendezvous(agent_id, names)]]

    assert {get_redis_for_agent(f"agent-{number}") for number in range(20)} == set(redis_connections.values())
    assert get_redis_for_agent("agent-1") == get_redis_for_agent("agent-1")


def test_snippet_compression() -> None:
    serialized_data = b"state " * 100
    compressed_data = zlib.compress(serialized_data)
    assert zlib.decompress(compressed_data) == serialized_data


def test_snippet_batching(client: Any) -> None:
    redis, agent_id, timestamps = client, "agent-1", [1, 2, 3]
    for timestamp in timestamps:
        redis.set(f"agent:{agent_id}:memory:{timestamp}", b"%d" % timestamp)
    pipe = redis.pipeline()
    for timestamp in timestamps:
        pipe.get(f"agent:{agent_id}:memory:{timestamp}")
    assert pipe.execute() == [b"1", b"2", b"3"]


def test_snippet_connection_pooling() -> None:
    import redis

    pool: Any = redis.ConnectionPool(host="localhost", port=shared_server().port, db=0)
    with closing(redis.Redis(connection_pool=pool)) as redis_client:
        assert redis_client.ping()
    pool.disconnect()


def test_snippet_pickling_baseline(client: Any) -> None:
    torch = pytest.importorskip("torch")
    from freeagentics.benchmarks.redis_agent_memory_baseline import PickledRedisAgentMemory

    memory = PickledRedisAgentMemory(shared_server().url, compression_threshold=1)
    with closing(memory.redis), torch.no_grad():
        timestamp = memory.store_agent_memory("agent-1", torch.zeros(50), metadata={"location": "north"})
        found = memory.retrieve_agent_memory("agent-1", timestamp)
        assert (found["state"].shape, found["metadata"]) == ((50,), {b"location": b"north"})
        assert memory.get_recent_memories("agent-1")[0]["timestamp"] == timestamp
    with RedisAgentMemory(shared_server().url, compression_threshold=1) as ours:
        timestamp = ours.store_agent_memory("agent-1", torch.zeros(50), metadata={"location": "north"})
        found = ours.retrieve_agent_memory("agent-1", timestamp)
        assert (found["state"].shape, found["metadata"]) == ((50,), {"location": "north"})
        assert ours.get_recent_memories("agent-1")[0]["timestamp"] == timestamp
