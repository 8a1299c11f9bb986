"""A store behind Sentinels follows the primary that they name."""

from __future__ import annotations

from time import monotonic

import pytest
from redis_servers import watched_pair
from store_backends import DECISIONS, entry

from freeagentics.errors import BadStore, StoreUnavailable
from freeagentics.stores import Item, Store, open_store

PATIENCE_S = 30


def test_the_store_goes_on_with_the_replica_when_the_primary_is_killed() -> None:
    with watched_pair("trading") as (url, primary), open_store(url, run="run-1") as store:
        store.append([entry("a", 1)])
        store.put(DECISIONS, [Item("agent:a", "s", b"before", index={"by-time": ("all", 1.0)})])
        with primary.client() as client:
            assert client.wait(1, 5_000) == 1
        primary.kill9()
        repeated(store)
        assert [kept.body for kept in store.read("a")] == [b"code", b"code"]
        assert store.query(DECISIONS, "all", index="by-time") == [Item("agent:a", "s", b"after", index={"by-time": ("all", 2.0)})]
        with open_store(url, run="run-1") as again:
            assert again.count("a") == 2


def repeated(store: Store) -> None:
    """Two verbs, again and again until the replica has taken over."""
    deadline = monotonic() + PATIENCE_S
    while True:
        try:
            store.append([entry("a", 2)])
            store.put(DECISIONS, [Item("agent:a", "s", b"after", index={"by-time": ("all", 2.0)})])
            return
        except StoreUnavailable:
            assert monotonic() < deadline, "no replica took over"


def test_a_name_that_sentinels_do_not_know_is_said() -> None:
    with watched_pair("trading") as (url, _), pytest.raises(StoreUnavailable, match="another"):
        open_store(url.replace("/trading", "/another"), run="run-1")


@pytest.mark.parametrize("url", ["redis+sentinel://localhost", "redis+sentinel://localhost/my service", "redis+sentinel://localhost/0/x"])
def test_sentinels_are_asked_for_a_name(url: str) -> None:
    with pytest.raises(BadStore, match="mymaster|number of a database"):
        open_store(url, run="run-1")
