"""Making and checking the tables of a deployment."""

from collections.abc import Iterator
from typing import Any

import pytest
from aws_servers import new_dynamodb
from store_backends import PATTERNS, entry, timed

from freeagentics.errors import BadStore, StoreUnavailable
from freeagentics.stores import IndexSpec, TableSpec, open_store, tables
from freeagentics.stores.dynamodb.admin import check, init
from freeagentics.stores.dynamodb.connection import make_client
from freeagentics.stores.dynamodb.url import DynamoUrl, parse_url

NAMES = ["agent_decisions", "agent_memory_ltm", "agent_state", "agent_signals", "agent_memories"]


@pytest.fixture
def url() -> str:
    return new_dynamodb()


@pytest.fixture
def address(url: str) -> DynamoUrl:
    return parse_url(url)


@pytest.fixture
def client(address: DynamoUrl) -> Iterator[Any]:
    client = make_client(address)
    yield client
    client.close()


def test_init_makes_what_is_missing_and_then_check_finds_nothing(url: str, address: DynamoUrl, client: Any) -> None:
    assert check(url) == [f"{address.table(name)}: does not exist" for name in NAMES[:4]]
    assert init(url) == [address.table(name) for name in NAMES[:4]]
    assert init(url) == check(url) == check(f"{url}&retention=9d") == []
    made = client.describe_table(TableName=address.table("agent_decisions"))["Table"]
    assert made["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert [part["AttributeName"] for part in made["KeySchema"]] == ["PK", "SK"]
    assert {index["IndexName"] for index in made["GlobalSecondaryIndexes"]} == {"GSI1", "GSI2", "GSI3"}


def test_check_names_what_differs(url: str, address: DynamoUrl, client: Any) -> None:
    init(url, [TableSpec("t", (IndexSpec("one"), IndexSpec("two", text=True)))])
    client.update_time_to_live(TableName=address.table("t"), TimeToLiveSpecification={"Enabled": False, "AttributeName": "ttl"})
    wanted = TableSpec("t", (IndexSpec("one"), IndexSpec("two"), IndexSpec("three")))
    t = address.table("t")
    assert check(url, [wanted]) == [f"{t}: attribute two_SK is of kind S, not N", f"{t}: index three is missing"]
    assert check(f"{url}&retention=9d", [wanted])[-1] == f"{t}: time to live is not on attribute ttl"


def test_check_names_a_table_that_is_anothers(url: str, address: DynamoUrl, client: Any) -> None:
    client.create_table(
        TableName=address.table("t"),
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    assert check(url, [TableSpec("t")]) == [f"{address.table('t')}: its keys: id, not PK, SK"]


def test_a_store_without_its_tables_says_how_to_make_them(url: str) -> None:
    with pytest.raises(
        BadStore, match=r"table never.agent_memories does not exist; run `freeagentics store init dynamodb://eu-west-1/never`"
    ):
        open_store(url.replace(parse_url(url).prefix, "never"), run="r")
    with open_store(url, run="r") as store, pytest.raises(StoreUnavailable, match=r"patterns does not exist; run `freeagentics store init"):
        store.get(PATTERNS, [("p", "s")])


def test_purge_reaches_every_table_of_the_deployment_and_no_other_run(url: str) -> None:
    init(url)
    for run in ("one", "two"):
        with open_store(url, run=run) as store:
            for table in (tables.DECISIONS, tables.SIGNALS):
                item = timed("a", 1, expires=1000)
                store.put(table, [type(item)("p", "s", b"", expires=1000, index={"GSI1": ("x", 1)})])
            store.append([entry("a", 1)])
    with open_store(url, run="one") as one, open_store(url, run="two") as two:
        assert (one.purge(999), one.purge(1000), one.purge(1000), two.purge(1000)) == (0, 2, 0, 2)
