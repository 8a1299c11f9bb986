"""What becomes of a call whose answer was lost: it was done, and is sent again where that is safe."""

from collections.abc import Callable, Iterator

import pytest
from redis_proxy import Proxy, proxied
from redis_servers import all_keys, new_redis, shared_server
from store_backends import DECISIONS, PATTERNS, entry

from freeagentics.errors import StoreUnavailable
from freeagentics.stores import Item, Store, open_store

Index = dict[str, tuple[str, float | str]]

ELSEWHERE: Index = {"by-time": ("all", 1.0), "by-name": ("decision_type#x", "t")}
OWN: Index = {"by-time": ("agent:a#stm", 2.0)}


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    new_redis()
    with proxied(shared_server().port) as proxy:
        yield proxy


@pytest.fixture
def store(proxy: Proxy) -> Iterator[Store]:
    with open_store(f"redis://127.0.0.1:{proxy.server_address[1]}", run="run-1") as store:
        yield store


@pytest.mark.parametrize("answer", range(3))
@pytest.mark.parametrize("index", [ELSEWHERE, OWN], ids=["elsewhere", "own"])
def test_a_put_that_was_sent_twice_is_there_once_and_in_its_indexes(answer: int, index: Index, proxy: Proxy, store: Store) -> None:
    store.put(DECISIONS, [Item("agent:a", "s", b"old", index=ELSEWHERE)])
    item = Item("agent:a", "s", b"new", index=index)
    # Of the places elsewhere, of the item, or of the old places.
    proxy.lose(answer)
    store.put(DECISIONS, [item])
    assert store.get(DECISIONS, [("agent:a", "s")]) == [item]
    for name, (partition, _) in index.items():
        assert store.query(DECISIONS, partition, index=name) == [item]
    assert store.query(DECISIONS, "all", index="by-time") == ([item] if index is ELSEWHERE else [])


def test_appending_replacing_and_cursors_are_sent_again(proxy: Proxy, store: Store) -> None:
    verbs: list[Callable[[], None]] = [
        lambda: store.append([entry("a", 1), entry("a", 2), entry("b", 1)]),
        lambda: store.append([entry("a", 0)]),
        lambda: store.replace([entry("a", 1, body=b"new")]),
        lambda: store.set_cursor("projector", 3),
    ]
    for verb in verbs:
        proxy.lose()
        verb()
    proxy.lose()
    assert [e.body for e in store.read("a")] == [b"code", b"new", b"code"]
    assert (store.count("b"), store.get_cursor("projector")) == (1, 3)


def test_a_conditional_put_whose_answer_was_lost_is_not_sent_again(proxy: Proxy, store: Store) -> None:
    store.put_if(PATTERNS, Item("p", "s", b"1", 1), None)
    proxy.lose()
    with pytest.raises(StoreUnavailable):
        store.put_if(PATTERNS, Item("p", "s", b"2", 2), 1)
    assert store.get(PATTERNS, [("p", "s")]) == [Item("p", "s", b"2", 2)]
    store.drop_run()
    assert all_keys(shared_server()) == []
