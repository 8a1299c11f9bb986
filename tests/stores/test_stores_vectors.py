"""Memories that a store finds by likeness: in the vector sets of Redis 8, and by an exact scan in any other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
from projected_runs import projector, small_run
from redis_servers import RedisServer, all_keys, new_redis, new_redis_8, shared_redis_8
from store_backends import entry

from freeagentics.errors import AccessDenied, BadInput, BadStore
from freeagentics.stores import open_store
from freeagentics.stores.backends import access_rules
from freeagentics.stores.vectors import Apart, VectorEntry
from freeagentics.sync.find_alike import Alike, find_alike
from freeagentics.sync.store_admin import run_id

ASKED = ("risk-manager-0000", 30)


@pytest.fixture(scope="module")
def urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The small run in a store that searches, and in two that do not."""
    folder = tmp_path_factory.mktemp("vectors")
    urls = {"redis": f"{new_redis_8()}?vectors=yes", "sqlite": f"sqlite:///{folder}/a.db"}
    for url in urls.values():
        with open_store(url, run=run_of_small()) as store:
            projector(store).catch_up()
    yield urls


def run_of_small() -> str:
    return run_id(small_run().directory)


def found(url: str, **asked: object) -> Alike:
    return find_alike(url, small_run().directory.path, ASKED, **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "asked",
    [{}, {"count": 3}, {"apart": 0}, {"agent": "market-hunter-0000"}, {"where": {"role": "risk-manager"}}, {"where": {"success": True}}],
)
def test_redis_finds_what_an_exact_scan_finds(urls: dict[str, str], asked: dict[str, object]) -> None:
    searched, scanned = found(urls["redis"], **asked), found(urls["sqlite"], **asked)
    assert (searched.scanned, scanned.scanned) == (None, 40 if "agent" in asked else 200)
    assert [one.likeness for one in searched.neighbours] == pytest.approx([one.likeness for one in scanned.neighbours], abs=1e-5)
    assert {(one.agent, one.step): one.attributes for one in searched.neighbours} == {
        (one.agent, one.step): one.attributes for one in scanned.neighbours
    }
    assert ASKED not in {(one.agent, one.step) for one in searched.neighbours}


def test_outcomes_that_came_later_are_among_the_attributes(urls: dict[str, str]) -> None:
    horizon = small_run().scenario.memory.horizon
    for one in found(urls["redis"], count=500, apart=0).neighbours:
        assert ("success" in one.attributes) == (one.step + horizon <= 40)


def test_a_store_that_was_fed_without_vectors_is_fed_again(urls: dict[str, str]) -> None:
    url = f"redis://127.0.0.1:{shared_redis_8().port}/3"
    with open_store(url, run=run_of_small()) as store:
        projector(store).catch_up()
    with open_store(f"{url}?vectors=yes", run=run_of_small()) as store:
        projector(store).catch_up()
    assert found(f"{url}?vectors=yes", count=3).neighbours == found(urls["redis"], count=3).neighbours


def test_a_server_without_vector_sets_says_so_at_once() -> None:
    with pytest.raises(BadStore, match=r"vectors=yes needs Redis 8, which has vector sets; this server is Redis 6\.2"):
        open_store(f"{new_redis()}?vectors=yes", run="run-1")


@pytest.mark.parametrize(
    ("like", "asked", "said"),
    [
        (("nobody-0000", 3), {}, "no agent 'nobody-0000'"),
        (("risk-manager-0000", 99), {}, "no memory of risk-manager-0000 at step 99"),
        (ASKED, {"where": {"role": 'x" or 1'}}, "role must be a word"),
        (ASKED, {"agent": "risk"}, "no agent 'risk'"),
    ],
)
@pytest.mark.parametrize("kind", ["redis", "sqlite"])
def test_wrong_questions(urls: dict[str, str], kind: str, like: tuple[str, int], asked: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        find_alike(urls[kind], small_run().directory.path, like, **asked)  # type: ignore[arg-type]


def test_an_agents_user_searches_its_own_memories_and_no_others(urls: dict[str, str]) -> None:
    server = shared_redis_8()
    command = access_rules(urls["redis"], run_of_small(), ASKED[0]).replace("PASSWORD", "secret")
    with server.client() as client:
        client.execute_command(*command.split())
    own = f"redis://{run_of_small()}%3A{ASKED[0]}:secret@127.0.0.1:{server.port}?vectors=yes"
    assert {one.agent for one in found(own, agent=ASKED[0]).neighbours} == {ASKED[0]}
    for agent in (None, "market-hunter-0000"):
        with pytest.raises(AccessDenied):
            found(own, agent=agent)


def test_trimmed_memories_are_not_found_and_a_dropped_run_leaves_nothing() -> None:
    url = f"redis://127.0.0.1:{shared_redis_8().port}/4?vectors=yes"
    with open_store(url, run="mine") as store, closing(open_store(url, run="other")) as other:
        assert store.vectors is not None
        assert other.vectors is not None
        for each, vectors in ((store, store.vectors), (other, other.vectors)):
            each.append([entry("a", step) for step in range(5)])
            vectors.put([VectorEntry("a", step, np.array([1, step], dtype=np.float32), {"step": step}) for step in range(5)])
        asked = np.array([1, 0], dtype=np.float32)
        store.trim("a", before_step=2)
        assert [one.step for one in store.vectors.nearest(asked, 9)] == [2, 3, 4]
        assert [one.step for one in store.vectors.nearest(asked, 9, agent="a", apart=Apart(3, 1))] == [2, 4]
        store.drop_run()
        assert store.vectors.nearest(asked, 9) == []
        assert len(other.vectors.nearest(asked, 9)) == 5


def test_vectors_stand_with_their_agents_keys_and_live_as_long() -> None:
    server = RedisServer(binary=shared_redis_8().binary)
    with open_store(f"{server.url}?vectors=yes&retention=1d", run="mine") as store, server.client() as client:
        assert store.vectors is not None
        store.vectors.put([VectorEntry("a", 1, np.ones(2, dtype=np.float32), {})])
        assert all_keys(server) == [b"{mine:-run}:vectors", b"{mine:a}:vectors"]
        assert all(0 < client.ttl(key) <= 86_400 for key in all_keys(server))
    server.stop()
