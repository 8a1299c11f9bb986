"""What the DynamoDB store does beyond the contract: its rows, its limits, many writers, other people's partitions."""

import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest
from aws_servers import new_dynamodb
from store_backends import DECISIONS, PATTERNS, entry, timed
from test_store_contract import in_threads, item_at

from freeagentics.errors import BadName, BadStore, CorruptRecord, StoreUnavailable
from freeagentics.stores import Item, Store, open_store, tables
from freeagentics.stores.dynamodb import parts
from freeagentics.stores.dynamodb.admin import init
from freeagentics.stores.dynamodb.connection import make_client
from freeagentics.stores.dynamodb.policy import private_policy
from freeagentics.stores.dynamodb.url import parse_url

MB = bytes(range(256)) * 4096


@pytest.fixture
def url() -> str:
    return new_dynamodb(DECISIONS, PATTERNS)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url, run="run-1") as store:
        yield store


def rows(url: str, table: str) -> list[dict[str, Any]]:
    """All rows of a table, as they stand in it."""
    address = parse_url(url)
    client = make_client(address)
    pages = client.get_paginator("scan").paginate(TableName=address.table(table))
    found = [row for page in pages for row in page["Items"]]
    client.close()
    return found


def bytes_of(row: dict[str, Any]) -> int:
    """What the service counts: names, texts and bytes as they are, a number as a byte for two digits and one more."""
    sizes = {"S": lambda text: len(text.encode()), "N": lambda text: (len(text) + 1) // 2 + 1, "B": len}
    return sum(len(name) + sizes[kind](value) for name, attribute in row.items() for kind, value in attribute.items())


def test_a_decision_stands_under_the_keys_of_the_plan(store: Store, url: str) -> None:
    init(url)
    agent = "market-hunter-0007"
    places = {"GSI1": (tables.success_partition(agent), 1729260600000), "GSI3": (tables.recent_partition(agent), 1729260600000)}
    sort = "2024-10-18T14:10:00Z#dec-1"
    store.put(tables.DECISIONS, [Item(tables.decision_partition(agent, "SOURCE_SELECTION"), sort, b"body", 2, 1737036600000, places)])
    assert rows(url, "agent_decisions") == [
        {
            "PK": {"S": "run-1#agent:market-hunter-0007#decision#SOURCE_SELECTION"},
            "SK": {"S": "2024-10-18T14:10:00Z#dec-1"},
            "body": {"B": b"body"},
            "version": {"N": "2"},
            "expires": {"N": "1737036600000"},
            "GSI1_PK": {"S": "run-1#agent:market-hunter-0007#success"},
            "GSI1_SK": {"N": "1729260600000"},
            "GSI3_PK": {"S": "run-1#agent:market-hunter-0007#stm"},
            "GSI3_SK": {"N": "1729260600000"},
        }
    ]


def test_memories_of_sixteen_steps_fill_one_row_of_one_write_unit(store: Store, url: str) -> None:
    store.append([entry("a", step, body=b"x" * 50) for step in range(32)])
    pages = rows(url, "agent_memories")
    assert len(pages) == 2
    assert all(900 < bytes_of(page) < 1024 for page in pages)


def test_many_writers_of_one_log_lose_nothing(store: Store, url: str) -> None:
    def work(n: int) -> None:
        with open_store(url, run="run-1") as own:
            for step in range(6):
                own.append([entry("a", step, n)])

    assert in_threads(3, work) == [None] * 3
    assert [e.position for e in store.read("a")] == [(step, n) for step in range(6) for n in range(3)]


def test_a_log_of_more_pages_than_a_transaction_takes_is_written_and_trimmed_whole(store: Store) -> None:
    store.append([entry("a", 16 * page) for page in range(130)])
    store.replace([entry("a", 16 * page, body=b"new") for page in range(110)])
    assert [e.body for e in store.read("a")] == [b"new"] * 110 + [b"code"] * 20
    assert store.trim("a", keep=5) == 125
    assert [e.step for e in store.read("a")] == [16 * page for page in range(125, 130)]


def test_long_keys_that_begin_alike_are_told_apart_and_sorted(store: Store) -> None:
    long = "é" * 700
    sorts = [long[:239], *(f"{long}{n}" for n in range(5)), long + "😀", long[:239] + "ü"]
    store.put(PATTERNS, [Item("p" * 1000, sort, b"") for sort in sorts])
    store.put(PATTERNS, [Item("p" * 1001, sort, b"other") for sort in sorts])
    found = store.query(PATTERNS, "p" * 1000)
    assert [item.sort for item in found] == sorted(sorts)
    assert [item.sort for item in store.query(PATTERNS, "p" * 1000, low=f"{long}1", high=f"{long}3", limit=2)] == [f"{long}1", f"{long}2"]
    assert store.query(PATTERNS, "p" * 1000, newest_first=True, limit=1)[0].sort == max(sorts)


def test_numbers_beyond_the_range_of_the_service_keep_their_order(store: Store) -> None:
    numbers = [-1.7e308, -1e126, -1e125, -1e-130, -1e-200, 0, 5e-324, 1e-129, 3.5, 1e125, 1e300, 1.1e300]
    store.put(DECISIONS, [timed(f"{n}", at) for n, at in enumerate(numbers)])
    found = store.query(DECISIONS, "all", index="by-time")
    assert [item.index["by-time"][1] for item in found] == numbers
    tiny = store.query(DECISIONS, "all", index="by-time", low=0, high=1e-200)
    assert [item.index["by-time"][1] for item in tiny] == [0, 5e-324]


def test_a_large_body_written_over_leaves_no_parts_after_a_purge(store: Store, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put(PATTERNS, [Item("p", "a", MB), Item("p", "b", MB), Item("p", "c", MB[1:], expires=5)])
    store.put(PATTERNS, [Item("p", "a", b"small")])
    assert (store.purge(0), len(rows(url, "patterns"))) == (0, 3 + 3 + 3)
    monkeypatch.setattr(parts, "_GRACE_S", -1)
    assert (store.purge(5), len(rows(url, "patterns"))) == (1, 2 + 3)
    assert [item.body for item in store.query(PATTERNS, "p")] == [b"small", MB]
    store.drop_run()
    assert rows(url, "patterns") == []


def test_a_damaged_part_is_named_and_touches_no_other_item(store: Store, url: str) -> None:
    store.put(PATTERNS, [Item("p", "a", MB), Item("p", "b", b"fine")])
    address = parse_url(url)
    client = make_client(address)
    part = next(row for row in rows(url, "patterns") if "written" in row)
    client.put_item(TableName=address.table("patterns"), Item=part | {"body": {"B": b"cut"}})
    client.close()
    with pytest.raises(CorruptRecord, match=r"item \('p', 'a'\): parts of its body are missing or damaged"):
        store.get(PATTERNS, [("p", "a")])
    assert item_at(store, PATTERNS, "p", "b").body == b"fine"


def test_a_damaged_page_of_a_log_names_agent_and_steps(store: Store, url: str) -> None:
    store.append([entry("a", 20), entry("b", 20)])
    address = parse_url(url)
    client = make_client(address)
    for row in rows(url, "agent_memories"):
        if "agent:a#" in row["PK"]["S"]:
            client.put_item(TableName=address.table("agent_memories"), Item=row | {"body": {"B": row["body"]["B"][:-1]}})
    client.close()
    with pytest.raises(CorruptRecord, match="agent a, steps 16 to 31: damaged") as caught:
        store.read("a")
    assert (caught.value.agent, caught.value.step) == ("a", 16)
    assert store.count("b") == 1


def test_only_a_retention_lets_the_server_delete(url: str) -> None:
    for days, live in (("", False), ("&retention=30d", True)):
        with open_store(url + days, run="run-1") as store:
            store.put(PATTERNS, [Item("p", "a", MB)])
            store.append([entry("a", 1)])
            assert {"ttl" in row for row in rows(url, "patterns") + rows(url, "agent_memories")} == {live}
            store.drop_run()


def test_every_row_of_an_agent_is_within_its_policy_and_no_other_agents_is(store: Store, url: str) -> None:
    init(url)
    for agent in ("hunter-1", "hunter-11"):
        store.append([entry(agent, 1, body=MB)])
        store.put(tables.DECISIONS, [Item(tables.decision_partition(agent, "X"), "s", b"")])
        store.put(tables.PATTERNS, [Item(tables.pattern_partition(agent), "s", MB)])
        for partition in (tables.state_partition, tables.state_versions_partition, tables.state_audit_partition):
            store.put(tables.STATES, [Item(partition(agent), "CURRENT", b""), Item(partition(None), "CURRENT", b"")])
    keys = [row["PK"]["S"] for table in ("agent_memories", *(t.name for t in tables.TABLES)) for row in rows(url, table)]
    *_, write = private_policy(url, "run-1", "hunter-1")["Statement"]
    patterns = write["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    allowed = {key for key in keys if any(fnmatchcase(key, pattern) for pattern in patterns)}
    assert allowed == {key for key in keys if "hunter-11" not in key and not key.startswith("run-1#run#")}
    assert len(allowed) == 8
    read, *_ = (statement for statement in private_policy(url, "run-1", "hunter-1")["Statement"] if "Condition" in statement)
    readable = read["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert not any(fnmatchcase(key, pattern) for key in keys if key.startswith("run-1#run#") for pattern in readable)


@pytest.mark.parametrize("name", ["a#b", "*", "../x", "%2e%2e", "a\n", ""])
def test_a_name_that_could_lead_into_another_partition_is_refused(name: str) -> None:
    for make in (
        lambda: tables.decision_partition("a", name),
        lambda: tables.state_partition(name),
        lambda: tables.target_partition(name),
        lambda: tables.shared_pattern_partition(name),
        lambda: private_policy("dynamodb://eu-west-1/p", "run-1", name),
    ):
        with pytest.raises(BadName):
            make()


def test_text_that_looks_like_an_expression_is_data(store: Store) -> None:
    key = ":pk OR attribute_exists(#pk) = :low"
    store.put(PATTERNS, [Item("other", "s", b""), Item(key, key, b"")])
    assert store.query(PATTERNS, key, low=key, high=key) == [Item(key, key, b"")]
    assert store.delete(PATTERNS, [(key, "s")]) == 0


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("", "needs a region"),
        ("//", "needs a region"),
        ("//Mars/p", "needs a region"),
        ("//eu-west-1", "needs a prefix"),
        ("//eu-west-1/", "needs a prefix"),
        ("//eu-west-1/a.b", "needs a prefix"),
        ("//eu-west-1/../x", "needs a prefix"),
        ("//key:secret@eu-west-1/p", "carries no credentials"),
        ("//key:secret/x@eu-west-1/p", "carries no credentials"),
        ("//key:x?secret@eu-west-1/p", "carries no credentials"),
        ("//key:secret/p", "needs a region"),
        ("//eu-west-1/p?endpont=http://h", "no option 'endpont'; did you mean 'endpoint'?"),
        ("//eu-west-1/p?endpoint=file:///etc", "must be http://HOST"),
        ("//eu-west-1/p?endpoint=http://u:secret@h", "carries no credentials"),
        ("//eu-west-1/p?endpoint=http://u:1/secret%40h", "must be http://HOST"),
        ("//eu-west-1/p?dax=http://h", "must be dax://HOST"),
        ("//[eu-west-1/p", "cannot be read"),
        ("//eu-west-1/p?endpoint=http://[h", "cannot be read"),
        ("//eu-west-1/p?endpoint=http://a_b%20c", "Invalid endpoint"),
        ("//eu-west-1/p?retention=30", "days like 90d"),
        ("//eu-west-1/p?retention=1d&retention=2d", "names an option twice"),
    ],
)
def test_a_url_that_names_no_tables_is_told_why(rest: str, message: str) -> None:
    with pytest.raises(BadStore) as caught:
        open_store(f"dynamodb:{rest}", run="r")
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_cluster_of_dax_that_does_not_answer_is_unavailable(url: str) -> None:
    with pytest.raises(StoreUnavailable, match="NoRouteException"):
        open_store(f"{url}&dax=dax://127.0.0.1:1", run="r")


def test_without_boto3_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("freeagentics.stores.dynamodb")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(BadStore, match=r"needs the package boto3; pip install 'freeagentics\[aws\]'"):
        open_store("dynamodb://eu-west-1/p", run="r")
