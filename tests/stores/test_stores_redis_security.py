"""In Redis private is private, and stored bytes are data."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st
from redis_servers import RedisServer, all_keys, cluster_servers, new_cluster, new_redis, shared_server
from store_backends import DECISIONS, PATTERNS, entry

from freeagentics.errors import AccessDenied, BadName, CorruptRecord, VersionConflict
from freeagentics.services import AgentState, StateManager
from freeagentics.stores import Item, Store, open_store
from freeagentics.stores.redis.acl import acl_command, acl_rules
from freeagentics.stores.tables import STATES, state_audit_partition, state_versions_partition


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    """A server with a run, and in it a user for agent a."""
    server = RedisServer()
    with open_store(server.url, run="run-1") as store, closing(server.client()) as client:
        for agent in "ab":
            store.append([entry(agent, 1)])
            places: dict[str, tuple[str, float | str]] = {"by-time": (f"agent:{agent}#stm", 1), "by-name": ("decision_type#x", "t")}
            store.put(DECISIONS, [Item(f"agent:{agent}#decision#x", "s", agent.encode(), index=places)])
        store.put(PATTERNS, [Item("shared#pattern#x", "s", b"shared")])
        for owner in ("a", "b", None):
            for version in range(3):
                StateManager(store).save(AgentState(agent_id=owner, version=version))
        client.execute_command(*acl_command("run-1", "a").replace(">PASSWORD", ">secret").split())
    yield server
    server.stop()


@pytest.fixture
def agent_a(server: RedisServer) -> Iterator[Store]:
    """The store as agent a's user sees it."""
    with open_store(f"redis://run-1%3Aa:secret@127.0.0.1:{server.port}", run="run-1") as store:
        yield store


def test_an_agents_user_reads_what_is_its_own_and_what_is_shared(agent_a: Store) -> None:
    assert agent_a.read("a") == agent_a.read("a", newest_first=True) == [entry("a", 1)]
    assert agent_a.count("a") == 1
    assert [item.body for item in agent_a.query(DECISIONS, "agent:a#decision#x")] == [b"a"]
    assert [item.body for item in agent_a.query(DECISIONS, "agent:a#stm", index="by-time", newest_first=True)] == [b"a"]
    assert [item.body for item in agent_a.query(PATTERNS, "shared#pattern#x", low="a")] == [b"shared"]
    assert [StateManager(agent_a).load("a", version).version for version in (1, 2, 3)] == [1, 2, 3]
    assert len(StateManager(agent_a).audit("a")) == 3


@pytest.mark.parametrize(
    "verb",
    [
        lambda store: store.read("b"),
        lambda store: store.count("b"),
        lambda store: store.get(DECISIONS, [("agent:b#decision#x", "s")]),
        lambda store: store.query(DECISIONS, "agent:b#decision#x"),
        lambda store: store.query(DECISIONS, "agent:b#stm", index="by-time"),
        # A shared index lists other agents' items, which stay theirs.
        lambda store: store.query(DECISIONS, "decision_type#x", index="by-name"),
        lambda store: StateManager(store).load("b"),
        # All agents' minds are in it.
        lambda store: StateManager(store).load(None),
        lambda store: store.query(STATES, state_versions_partition(None)),
        lambda store: store.query(STATES, state_audit_partition("b")),
        lambda store: StateManager(store).rollback("a", 1),
        lambda store: store.append([entry("a", 2)]),
        lambda store: store.append([entry("b", 2)]),
        lambda store: store.replace([entry("a", 1)]),
        lambda store: store.trim("b", keep=0),
        lambda store: store.put(PATTERNS, [Item("shared#pattern#x", "s", b"mine now")]),
        lambda store: store.delete(DECISIONS, [("agent:b#decision#x", "s")]),
        lambda store: store.set_cursor("projector", 0),
        lambda store: store.purge(0),
        lambda store: store.drop_run(),
    ],
)
def test_an_agents_user_is_denied_everything_else(verb: Callable[[Store], object], agent_a: Store) -> None:
    with pytest.raises(AccessDenied):
        verb(agent_a)


def test_the_server_itself_denies_an_agents_user_what_the_store_never_asks_for(server: RedisServer) -> None:
    user: Any = redis.Redis(port=server.port, username="run-1:a", password="secret")
    with closing(user) as client:
        for command in (
            "KEYS *",
            "SCAN 0",
            "RANDOMKEY",
            "FLUSHALL",
            "CONFIG GET *",
            "ACL LIST",
            "GET {run-1:b}:memory",
            "SET {run-1:a}:x 1",
        ):
            with pytest.raises(redis.exceptions.NoPermissionError):
                client.execute_command(*command.split())
        with pytest.raises(redis.exceptions.RedisError, match=r"[Nn][Oo] ?perm"):
            client.eval("return redis.call('GET', KEYS[1])", 1, "{run-1:b}:memory")


def test_in_a_cluster_too_an_agents_user_reads_its_own_and_is_denied_anothers() -> None:
    url = new_cluster()
    with open_store(url, run="run-1") as store:
        store.append([entry("a", 1), entry("b", 1)])
    for node in cluster_servers():
        with closing(node.client()) as client:
            client.execute_command(*acl_command("run-1", "a").replace(">PASSWORD", ">secret").split())
    with open_store(url.replace("://", "://run-1%3Aa:secret@"), run="run-1") as store:
        assert store.read("a") == [entry("a", 1)]
        with pytest.raises(AccessDenied, match="permissions"):
            store.read("b")


def test_a_wrong_password_is_denied_and_not_repeated(server: RedisServer) -> None:
    with pytest.raises(AccessDenied) as caught:
        open_store(f"redis://me:hunter2@127.0.0.1:{server.port}", run="run-1")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("bad", ["agent:*", "a*", "{a}", "a}:b", "..", "a\nSET x 1", "a b", "A", ""])
def test_no_rule_is_made_of_what_is_not_an_id(bad: str) -> None:
    for ids in ((bad, "a"), ("run", bad)):
        with pytest.raises(BadName):
            acl_rules(*ids)


@pytest.mark.parametrize("layout", ["streams", "keys"])
@settings(max_examples=40, deadline=None)
@given(text=st.text(st.sampled_from("{}*?[]:#\\.\"'a\n\r\0 "), max_size=8))
def test_no_name_makes_a_key_outside_its_run(layout: str, text: str) -> None:
    with open_store(f"{new_redis()}?layout={layout}", run="run-1") as store:
        verbs: list[Callable[[], None]] = [
            lambda: store.append([entry(text, 1)]),
            lambda: store.put(DECISIONS, [Item(text, text, b"", expires=1, index={"by-name": (text, text), "by-time": (text, 1)})]),
            lambda: store.put(DECISIONS, [Item(f"agent:{text}", "s", b"", expires=1)]),
            lambda: store.set_cursor(text, 1),
        ]
        for verb in verbs:
            with suppress(BadName):
                verb()
        assert all(key.startswith(b"{run-1:") for key in all_keys(shared_server()))
        store.purge(1)
        assert all(key.endswith((b":cursors", b":memory", b":memories")) or b":memory:" in key for key in all_keys(shared_server()))
        store.drop_run()
        assert all_keys(shared_server()) == []


def test_bytes_that_are_no_memory_are_damage_of_that_agent_and_step() -> None:
    with open_store(new_redis(), run="run-1") as store, closing(shared_server().client()) as client:
        store.append([entry("a", 1), entry("b", 1)])
        for fields in (
            {"m": b""},
            {"x": b"1"},
            {"m": b"\x00"},
            {"m": b"\x09" + bytes(9)},
            {"m": b"\x06abc"},
            {"m": b"cos\nsystem\n(S'true'\ntR."},
        ):
            damaged = client.xadd("{run-1:a}:memory", fields, id="2-1")
            with pytest.raises(CorruptRecord) as caught:
                store.read("a")
            assert (caught.value.agent, caught.value.step) == ("a", 2)
            assert store.read("a", before=(2, 0)) == [entry("a", 1)]
            client.xtrim("{run-1:a}:memory", maxlen=1, approximate=False)
            client.delete("{run-1:a}:memory")
            store.append([entry("a", 1)])
            assert damaged == b"2-1"
        assert store.read("b") == [entry("b", 1)]


def test_members_that_are_no_positions_are_damage_in_the_keys_layout() -> None:
    with open_store(f"{new_redis()}?layout=keys", run="run-1") as store, closing(shared_server().client()) as client:
        client.zadd("{run-1:a}:memories", {"1652000000000": 0})
        client.set("{run-1:a}:memory:1652000000000", b"theirs")
        with pytest.raises(CorruptRecord, match="agent a: .* is not a position"):
            store.read("a")


JUNK = [b"", b"\x80", b"not msgpack at all", b"\x94\xa11\xc0\xa0\x80trailing", b"\x94\xa1x\xc0\xa0\x80"]


@pytest.mark.parametrize("raw", JUNK)
def test_bytes_that_are_no_item_are_damage_and_nothing_is_run(raw: bytes) -> None:
    with open_store(new_redis(), run="run-1") as store, closing(shared_server().client()) as client:
        store.put(PATTERNS, [Item("agent:a", "s", b"")])
        client.hset("{run-1:a}:items:patterns:agent:a", "s", raw)
        for verb in (lambda: store.get(PATTERNS, [("agent:a", "s")]), lambda: store.query(PATTERNS, "agent:a")):
            with pytest.raises(CorruptRecord, match="table patterns, item 'agent:a', 's'"):
                verb()
        with pytest.raises((CorruptRecord, VersionConflict)):
            store.put_if(PATTERNS, Item("agent:a", "s", b"", 2), 7)
        store.put(PATTERNS, [Item("agent:a", "s", b"mended")])
        assert store.get(PATTERNS, [("agent:a", "s")]) == [Item("agent:a", "s", b"mended")]
        client.hset("{run-1:a}:items:patterns:agent:a", "s", raw)
        assert store.delete(PATTERNS, [("agent:a", "s")]) == 1
        assert all_keys(shared_server()) == []


def test_a_key_of_another_kind_is_damage() -> None:
    with open_store(new_redis(), run="run-1") as store, closing(shared_server().client()) as client:
        client.set("{run-1:a}:memory", b"theirs")
        for verb in (lambda: store.read("a"), lambda: store.append([entry("a", 1)]), lambda: store.trim("a", keep=0)):
            with pytest.raises(CorruptRecord, match="did not write"):
                verb()
        assert client.get("{run-1:a}:memory") == b"theirs"
