"""What every store refuses before it reaches the backend, so that nothing is half-written."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from store_backends import BACKENDS, DECISIONS, PATTERNS, entry, timed

from freeagentics.errors import BadInput, BadName
from freeagentics.stores import IndexSpec, Item, Store, TableSpec, open_store
from freeagentics.stores.validation import MAX_BODY

BAD_KEYS = ["", "a\nb", "nul\x00", "\x7f", "\ud800", "x" * 1025, None]


@pytest.fixture(scope="module", params=BACKENDS)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One for all: what is refused leaves nothing in it."""
    with open_store(BACKENDS[request.param](tmp_path_factory.mktemp("store")), run="run-1") as store:
        yield store


@pytest.mark.parametrize("arguments", [{}, {"keep": 1, "before_step": 1}, {"keep": -1}])
def test_trim_wants_one_of_keep_and_before_step(store: Store, arguments: dict[str, int]) -> None:
    with pytest.raises(BadInput):
        store.trim("a", **arguments)


@pytest.mark.parametrize("agent", ["", "-a", "A", "a b", "a\n", "ä", "a:b", "a" * 65, None])
def test_an_agent_id_that_could_not_be_a_key_is_refused(store: Store, agent: str) -> None:
    for verb in (store.read, store.count, lambda agent: store.trim(agent, keep=1), lambda agent: store.append([entry(agent, 1)])):
        with pytest.raises(BadName, match="agent id"):
            verb(agent)


@pytest.mark.parametrize("key", BAD_KEYS)
def test_a_key_that_could_not_be_kept_is_refused(store: Store, key: str) -> None:
    verbs: list[Callable[[], object]] = [
        lambda: store.put(PATTERNS, [Item("p", "fine", b""), Item(key, "s", b"")]),
        lambda: store.put_if(PATTERNS, Item("p", key, b""), None),
        lambda: store.put(DECISIONS, [Item("p", "s", b"", index={"by-time": (key, 1)})]),
        lambda: store.put(DECISIONS, [Item("p", "s", b"", index={"by-name": ("p", key)})]),
        lambda: store.get(PATTERNS, [("p", key)]),
        lambda: store.delete(PATTERNS, [(key, "s")]),
        lambda: store.query(PATTERNS, key),
        lambda: store.set_cursor(key, 1),
    ]
    for verb in verbs:
        with pytest.raises(BadName, match="1 to 1,024 characters"):
            verb()
    assert store.query(PATTERNS, "p") == []


@pytest.mark.parametrize("sort", [float("nan"), np.float32("inf"), 2**53, np.int64(-(2**53)), "text", None, np.bool_(True)], ids=repr)
def test_a_sort_key_that_is_no_number_is_refused_by_an_index_of_numbers(store: Store, sort: float) -> None:
    with pytest.raises(BadInput, match="index by-time"):
        store.put(DECISIONS, [timed("a", sort)])


def test_an_index_that_the_table_lacks_is_refused_with_those_it_has(store: Store) -> None:
    with pytest.raises(BadName, match="no index 'by-tim'; its indexes: by-time, by-name"):
        store.query(DECISIONS, "all", index="by-tim")
    with pytest.raises(BadName, match="no index 'by-time'; its indexes: none"):
        store.put(PATTERNS, [timed("a", 1)])
    with pytest.raises(BadInput, match="index by-time"):
        store.query(DECISIONS, "all", index="by-time", low="text")


def test_values_that_no_backend_could_keep_are_refused(store: Store) -> None:
    verbs: list[Callable[[], object]] = [
        lambda: store.append([entry("a", -1)]),
        lambda: store.append([entry("a", 1, 2**63)]),
        lambda: store.append([entry("a", np.uint64(2**63))]),  # type: ignore[arg-type]
        lambda: store.append([entry("a", np.float64(1))]),  # type: ignore[arg-type]
        lambda: store.append([entry("a", 1, body=None)]),  # type: ignore[arg-type]
        lambda: store.append([entry("a", 1, body=bytearray(b"mutable"))]),  # type: ignore[arg-type]
        lambda: store.put(PATTERNS, [Item("p", "s", b"", version=2**63)]),
        lambda: store.put(PATTERNS, [Item("p", "s", b"", expires=1.5)]),  # type: ignore[arg-type]
        lambda: store.read("a", limit=-1),
        lambda: store.query(PATTERNS, "p", limit=-1),
        lambda: store.set_cursor("c", None),  # type: ignore[arg-type]
    ]
    for verb in verbs:
        with pytest.raises(BadInput):
            verb()
    assert store.count("a") == 0


def test_a_body_that_a_server_would_hang_up_on_is_refused(store: Store) -> None:
    body = bytes(MAX_BODY + 1)
    verbs: list[Callable[[], object]] = [
        lambda: store.append([entry("a", 1, body=body)]),
        lambda: store.put(PATTERNS, [Item("p", "s", body)]),
    ]
    for verb in verbs:
        with pytest.raises(BadInput, match="a body must have at most 268,435,456 bytes, not 268,435,457"):
            verb()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_run_id_that_could_not_be_a_key_is_refused_and_leaves_nothing_behind(backend: str, tmp_path: Path) -> None:
    url = BACKENDS[backend](tmp_path)
    for run in ("", "Run", "a/b", "a" * 129, "-a", "a\n"):
        with pytest.raises(BadName, match="run id"):
            open_store(url, run=run)
    assert list(tmp_path.iterdir()) == []


def test_a_table_needs_a_plain_name_and_indexes_of_different_names() -> None:
    with pytest.raises(BadName, match="table name"):
        TableSpec("a table")
    with pytest.raises(BadName, match="index name"):
        IndexSpec("")
    with pytest.raises(BadName, match="two indexes of one name"):
        TableSpec("t", (IndexSpec("i"), IndexSpec("i", text=True)))
