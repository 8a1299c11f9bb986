"""What every store does, whatever its backend."""

import threading
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from store_backends import BACKENDS, DECISIONS, PATTERNS, entry, timed

from freeagentics.errors import StoreUnavailable, VersionConflict
from freeagentics.stores import Item, LogEntry, Store, TableSpec, open_store

ODD_KEYS = ["it's", 'a "quoted" key', "agent:a#decision#X", "100%_", "ключ 🐳", " ", "a;b--", "\\", "é" * 1024]


class Named(str, Enum):  # noqa: UP042 - one whose own text is its name
    AGENT = "a"


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with open_store(BACKENDS[request.param](tmp_path), run="run-1") as store:
        yield store


def item_at(store: Store, table: TableSpec, partition: str, sort: str) -> Item:
    (item,) = store.get(table, [(partition, sort)])
    assert item is not None
    return item


def sorts(items: list[Item]) -> list[str]:
    return [item.sort for item in items]


def in_threads(count: int, work: Callable[[int], object]) -> list[type[BaseException] | None]:
    """Run *work(n)* in that many threads at once; per thread the class of what it raised, or None."""
    barrier = threading.Barrier(count)
    outcomes: list[type[BaseException] | None] = [None] * count

    def run(n: int) -> None:
        barrier.wait()
        try:
            work(n)
        except BaseException as error:
            outcomes[n] = type(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


# The log


def test_entries_of_many_agents_come_back_per_agent_in_order_of_position(store: Store) -> None:
    store.append([entry("b", 1), entry("a", 2), entry("a", 1, 1), entry("a", 1, 0), entry("a", 10)])
    assert [e.position for e in store.read("a")] == [(1, 0), (1, 1), (2, 0), (10, 0)]
    assert store.read("b") == [entry("b", 1)]
    assert store.read("nobody") == []
    assert (store.count("a"), store.count("nobody")) == (4, 0)


def test_appending_again_changes_nothing_and_keeps_a_replaced_body(store: Store) -> None:
    store.append([entry("a", 1), entry("a", 1, body=b"second"), entry("a", 2)])
    store.replace([entry("a", 1, body=b"short")])
    store.append([entry("a", 1), entry("a", 2), entry("a", 3)])
    assert [e.body for e in store.read("a")] == [b"short", b"code", b"code"]


def test_no_entries_are_no_error(store: Store) -> None:
    store.append([])
    store.replace([])
    assert store.trim("a", keep=0) == 0


@pytest.mark.parametrize("body", [b"", b"\x00\xff", bytes(range(256)) * 4096], ids=["empty", "binary", "1 MB"])
def test_bodies_come_back_byte_for_byte(store: Store, body: bytes) -> None:
    store.append([entry("a", 1, body=body)])
    store.put(PATTERNS, [Item("p", "s", body)])
    assert store.read("a")[0].body == body
    assert store.get(PATTERNS, [("p", "s")]) == [Item("p", "s", body)]


def test_numbers_and_texts_of_numpy_and_members_of_enumerations_are_kept_as_pythons(store: Store) -> None:
    one = cast("int", np.int64(1))
    store.append([LogEntry(Named.AGENT, one, cast("int", np.uint8(2)), cast("int", np.int32(3)), np.bytes_(b"code"))])
    (kept,) = store.read(np.str_("a"), after=(cast("int", np.int16(0)), one), limit=one)
    assert kept == LogEntry("a", 1, 2, 3, b"code")
    assert [type(field) for field in kept] == [str, int, int, int, bytes]
    sort = cast("float", np.float32(0.1))
    index: dict[str, tuple[str, float | str]] = {np.str_("by-time"): (Named.AGENT, sort), "by-name": ("n", np.str_("s"))}
    store.put_if(DECISIONS, Item(Named.AGENT, np.str_("s"), b"", version=one, expires=cast("int", np.int64(9)), index=index), None)
    (found,) = store.query(DECISIONS, "a", index="by-time", low=sort, high=sort, now=one)
    assert found == Item("a", "s", b"", 1, 9, {"by-time": ("a", float(np.float32(0.1))), "by-name": ("n", "s")})
    assert {type(value) for value in (found.partition, found.sort, found.index["by-name"][1])} == {str}
    assert (type(found.version), type(found.expires), type(found.index["by-time"][1])) == (int, int, float)
    store.put_if(DECISIONS, found, one)
    store.set_cursor(np.str_("c"), one)
    assert store.get_cursor("c") == 1
    assert (store.trim("a", keep=cast("int", np.int64(0))), store.purge(cast("int", np.int64(9)))) == (1, 1)


def test_read_takes_positions_strictly_between_two_newest_first_with_a_limit(store: Store) -> None:
    store.append([entry("a", step, sequence) for step in range(4) for sequence in range(2)])
    assert [e.position for e in store.read("a", after=(0, 1), before=(2, 1))] == [(1, 0), (1, 1), (2, 0)]
    assert [e.position for e in store.read("a", newest_first=True, limit=2)] == [(3, 1), (3, 0)]
    assert [e.position for e in store.read("a", before=(3, 0), newest_first=True, limit=1)] == [(2, 1)]
    assert store.read("a", limit=0) == store.read("a", after=(3, 1)) == store.read("a", after=(2, 0), before=(1, 0)) == []


def test_replace_rewrites_the_body_only(store: Store) -> None:
    store.append([entry("a", 1), entry("b", 1)])
    store.replace([LogEntry("a", 1, 0, 0, b"new")])
    assert store.read("a") == [entry("a", 1)._replace(body=b"new")]
    assert store.read("b") == [entry("b", 1)]


def test_replacing_a_missing_entry_names_it_and_changes_nothing(store: Store) -> None:
    store.append([entry("a", 1)])
    with pytest.raises(KeyError, match="agent a has no entry at step 2, sequence 3"):
        store.replace([entry("a", 1, body=b"new"), entry("a", 2, 3)])
    assert store.read("a") == [entry("a", 1)]


def test_trim_keeps_the_newest_or_those_from_a_step_on(store: Store) -> None:
    store.append([entry(agent, step, sequence) for agent in "ab" for step in range(3) for sequence in range(2)])
    assert store.trim("a", keep=99) == 0
    assert store.trim("a", keep=5) == 1
    assert [e.position for e in store.read("a")] == [(0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]
    assert store.trim("a", before_step=2) == 3
    assert store.trim("a", keep=0) == 2
    assert (store.count("a"), store.count("b")) == (0, 6)


# Tables


def test_odd_keys_are_kept_as_they_are(store: Store) -> None:
    items = [Item(key, key, b"x", 7, 99, {"by-time": (key, -0.1), "by-name": (key, key)}) for key in ODD_KEYS]
    store.put(DECISIONS, items)
    for number, key in enumerate(ODD_KEYS):
        store.set_cursor(key, number)
    for number, (key, item) in enumerate(zip(ODD_KEYS, items, strict=True)):
        assert store.get(DECISIONS, [(key, key)]) == [item]
        assert store.query(DECISIONS, key) == store.query(DECISIONS, key, index="by-name", low=key, high=key) == [item]
        assert store.get_cursor(key) == number
        assert store.delete(DECISIONS, [(key, key)]) == 1


def test_get_answers_in_the_order_of_the_keys_with_none_for_what_is_missing(store: Store) -> None:
    a, b = Item("p", "a", b"1"), Item("p", "b", b"2")
    store.put(PATTERNS, [a, b])
    assert store.get(PATTERNS, [("p", "b"), ("q", "a"), ("p", "a"), ("p", "b")]) == [b, None, a, b]
    assert store.get(PATTERNS, []) == []
    assert store.get(DECISIONS, [("p", "a")]) == [None]


def test_put_writes_over_an_item_and_its_index_entries_and_the_last_of_one_key_counts(store: Store) -> None:
    store.put(DECISIONS, [timed("a", 1), timed("b", 1)])
    store.put(DECISIONS, [timed("a", 2), Item("p", "a", b"last", 3, index={"by-name": ("n", "x")})])
    assert sorts(store.query(DECISIONS, "all", index="by-time")) == ["b"]
    assert [item.body for item in store.query(DECISIONS, "n", index="by-name")] == [b"last"]
    store.put(DECISIONS, [])


def test_changing_an_index_mapping_after_the_put_changes_nothing(store: Store) -> None:
    index: dict[str, tuple[str, float | str]] = {"by-time": ("all", 1)}
    store.put(DECISIONS, [Item("p", "a", b"", index=index)])
    index.clear()
    cast(dict[str, object], item_at(store, DECISIONS, "p", "a").index).clear()
    assert store.query(DECISIONS, "all", index="by-time")[0].index == {"by-time": ("all", 1)}


def test_a_query_takes_both_ends_of_its_range(store: Store) -> None:
    store.put(PATTERNS, [Item("p", sort, b"") for sort in "edcba"] + [Item("q", "c", b"")])
    assert sorts(store.query(PATTERNS, "p", low="b", high="d")) == ["b", "c", "d"]
    assert sorts(store.query(PATTERNS, "p", high="d", newest_first=True, limit=2)) == ["d", "c"]
    assert store.query(PATTERNS, "p", low="d", high="b") == store.query(PATTERNS, "p", limit=0) == store.query(PATTERNS, "none") == []


def test_an_index_orders_numbers_by_size_and_equals_by_key(store: Store) -> None:
    store.put(
        DECISIONS, [timed("c", 10), timed("b", 9.5), timed("a", 10, partition="q"), timed("d", 10.0), timed("e", -3), timed("f", 2**52)]
    )
    assert sorts(store.query(DECISIONS, "all", index="by-time")) == ["e", "b", "c", "d", "a", "f"]
    assert sorts(store.query(DECISIONS, "all", index="by-time", low=9.5, high=10)) == ["b", "c", "d", "a"]
    assert sorts(store.query(DECISIONS, "all", index="by-time", high=10, newest_first=True, limit=2)) == ["a", "d"]


def test_put_if_writes_only_over_the_version_it_expects(store: Store) -> None:
    store.put_if(DECISIONS, timed("a", 1), None)
    with pytest.raises(VersionConflict, match="expected no item, found version 1"):
        store.put_if(DECISIONS, timed("a", 2), None)
    with pytest.raises(VersionConflict, match="expected version 7, found version 1"):
        store.put_if(DECISIONS, timed("a", 2), 7)
    with pytest.raises(VersionConflict, match="expected version 1, found no item"):
        store.put_if(DECISIONS, timed("b", 2), 1)
    store.put_if(DECISIONS, Item("p", "a", b"new", version=2), 1)
    assert store.get(DECISIONS, [("p", "a"), ("p", "b")]) == [Item("p", "a", b"new", version=2), None]
    assert store.query(DECISIONS, "all", index="by-time") == []


def test_of_threads_that_put_if_on_one_item_exactly_one_wins_each_round(store: Store) -> None:
    expected = None
    for version in (1, 2, 3, 4):

        def work(n: int, expected: int | None = expected, version: int = version) -> None:
            store.put_if(PATTERNS, Item("p", "s", b"%d" % n, version=version), expected)

        outcomes = in_threads(4, work)
        assert sorted(outcomes, key=str) == [VersionConflict] * 3 + [None]
        assert item_at(store, PATTERNS, "p", "s").version == version
        expected = version


def test_threads_may_append_and_read_at_once(store: Store) -> None:
    def work(n: int) -> None:
        for step in range(10):
            store.append([entry(f"a-{n}", step)])
            store.read("a-0")

    outcomes = in_threads(4, work)
    assert outcomes == [None] * 4
    assert [store.count(f"a-{n}") for n in range(4)] == [10] * 4


def test_an_item_is_gone_from_the_very_millisecond_of_its_expiry(store: Store) -> None:
    store.put(DECISIONS, [timed("a", 1, expires=1000), timed("b", 2, expires=1001), timed("c", 3)])
    assert store.get(DECISIONS, [("p", "a"), ("p", "b")], now=1000)[0] is None
    assert store.get(DECISIONS, [("p", "a")], now=999) == store.get(DECISIONS, [("p", "a")]) != [None]
    assert sorts(store.query(DECISIONS, "p", now=1000, limit=2)) == ["b", "c"]
    assert sorts(store.query(DECISIONS, "all", index="by-time", now=1001)) == ["c"]
    assert sorts(store.query(DECISIONS, "p")) == ["a", "b", "c"]


def test_purge_deletes_what_has_expired_in_every_table(store: Store) -> None:
    store.put(DECISIONS, [timed("a", 1, expires=1000), timed("b", 2, expires=1001), timed("c", 3)])
    store.put(PATTERNS, [Item("p", "a", b"", expires=-5)])
    assert (store.purge(1000), store.purge(1000)) == (2, 0)
    assert sorts(store.query(DECISIONS, "all", index="by-time")) == ["b", "c"]
    assert store.query(PATTERNS, "p") == []


def test_delete_counts_what_was_there(store: Store) -> None:
    store.put(DECISIONS, [timed("a", 1), timed("b", 2)])
    assert store.delete(DECISIONS, [("p", "a"), ("p", "a"), ("p", "x")]) == 1
    assert store.delete(DECISIONS, []) == store.delete(PATTERNS, [("p", "b")]) == 0
    assert sorts(store.query(DECISIONS, "all", index="by-time")) == sorts(store.query(DECISIONS, "p")) == ["b"]


# Cursors, runs, closing, names


def test_a_cursor_is_none_until_set_and_then_the_last_value(store: Store) -> None:
    assert store.get_cursor("projector") is None
    store.set_cursor("projector", 41)
    store.set_cursor("projector", -1)
    assert store.get_cursor("projector") == -1
    assert store.get_cursor("other") is None


@pytest.mark.parametrize("backend", BACKENDS)
def test_two_runs_in_one_store_never_see_each_other(backend: str, tmp_path: Path) -> None:
    url = BACKENDS[backend](tmp_path)
    with open_store(url, run="run-1") as one, open_store(url, run="run-10") as two:
        for store, body in ((one, b"1"), (two, b"2")):
            store.append([entry("a", 1, body=body)])
            store.put_if(DECISIONS, Item("p", "s", body, expires=5, index={"by-time": ("all", 1)}), None)
            store.set_cursor("c", int(body))
        assert [e.body for e in one.read("a")] == [b"1"]
        assert [item.body for item in one.query(DECISIONS, "all", index="by-time")] == [b"1"]
        one.drop_run()
        assert (one.count("a"), one.query(DECISIONS, "p"), one.get_cursor("c"), one.purge(9)) == (0, [], None, 0)
        assert (two.count("a"), item_at(two, DECISIONS, "p", "s").body, two.get_cursor("c")) == (1, b"2", 2)
        one.append([entry("a", 2)])
        assert (one.run, one.count("a")) == ("run-1", 1)


def test_a_closed_store_says_so_and_may_be_closed_again(store: Store) -> None:
    store.close()
    store.close()
    for verb in (lambda: store.count("a"), lambda: store.append([]), lambda: store.put(PATTERNS, []), store.drop_run):
        with pytest.raises(StoreUnavailable, match="closed"):
            verb()
