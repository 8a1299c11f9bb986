"""Making and checking the tables of one deployment: what ``freeagentics store init|check URL`` does for ``dynamodb:``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from freeagentics.stores.dynamodb.connection import make_client
from freeagentics.stores.dynamodb.errors import MissingTable, translated
from freeagentics.stores.dynamodb.log import MEMORIES
from freeagentics.stores.dynamodb.url import DynamoUrl, parse_url
from freeagentics.stores.records import TableSpec
from freeagentics.stores.tables import TABLES


def init(url: str, tables: Sequence[TableSpec] = TABLES) -> list[str]:
    """Make the tables that are missing, paid by request, and wait until they can be used; returns their full names.

    A table that is there is left as it is; `check` says whether it is right. Needs the rights to create and describe tables and to set
    their time to live.

    Raises:
        BadStore: *url* is no ``dynamodb:`` URL.
        StoreUnavailable, AccessDenied: nobody answers, or a right is missing.
    """
    address = parse_url(url)
    client = make_client(address)
    try:
        return [address.table(table.name) for table in (*tables, MEMORIES) if _make(client, address, table)]
    finally:
        client.close()


def check(url: str, tables: Sequence[TableSpec] = TABLES) -> list[str]:
    """Faults of the tables, a line each; nothing where all is as `init` would make it.

    Raises:
        BadStore: *url* is no ``dynamodb:`` URL.
        StoreUnavailable, AccessDenied: nobody answers, or a right is missing.
    """
    address = parse_url(url)
    client = make_client(address)
    try:
        return [f"{address.table(table.name)}: {line}" for table in (*tables, MEMORIES) for line in _findings(client, address, table)]
    finally:
        client.close()


def _make(client: Any, address: DynamoUrl, table: TableSpec) -> bool:
    name = address.table(table.name)
    with translated(address, name):
        try:
            client.create_table(**_definition(address, table))
        except client.exceptions.ResourceInUseException:
            return False
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 300})
        client.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"})
    return True


def _definition(address: DynamoUrl, table: TableSpec) -> dict[str, Any]:
    kinds = {"PK": "S", "SK": "S"}
    indexes = []
    for index in table.indexes:
        pair = (f"{index.name}_PK", f"{index.name}_SK")
        kinds |= {pair[0]: "S", pair[1]: "S" if index.text else "N"}
        indexes.append({"IndexName": index.name, "KeySchema": _schema(*pair), "Projection": {"ProjectionType": "KEYS_ONLY"}})
    return {
        "TableName": address.table(table.name),
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items()],
        "KeySchema": _schema("PK", "SK"),
    } | ({"GlobalSecondaryIndexes": indexes} if indexes else {})


def _schema(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


def _findings(client: Any, address: DynamoUrl, table: TableSpec) -> Iterator[str]:
    name = address.table(table.name)
    try:
        with translated(address, name):
            found = client.describe_table(TableName=name)["Table"]
            lives = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    except MissingTable:
        yield "does not exist"
        return
    wanted = _definition(address, table)
    kinds = {attribute["AttributeName"]: attribute["AttributeType"] for attribute in found["AttributeDefinitions"]}
    if found["TableStatus"] not in ("ACTIVE", "UPDATING"):
        yield f"is {found['TableStatus']}"
    yield from _difference("its keys", found["KeySchema"], wanted["KeySchema"])
    for attribute in wanted["AttributeDefinitions"]:
        if attribute["AttributeType"] != kinds.get(attribute["AttributeName"], attribute["AttributeType"]):
            yield f"attribute {attribute['AttributeName']} is of kind {kinds[attribute['AttributeName']]}, not {attribute['AttributeType']}"
    indexes = {index["IndexName"]: index["KeySchema"] for index in found.get("GlobalSecondaryIndexes", [])}
    for index in wanted.get("GlobalSecondaryIndexes", []):
        yield from _difference(f"index {index['IndexName']}", indexes.get(index["IndexName"]), index["KeySchema"])
    if lives.get("AttributeName", "ttl") != "ttl" or (address.retention_days and lives["TimeToLiveStatus"] != "ENABLED"):
        yield "time to live is not on attribute ttl"


def _difference(what: str, found: list[dict[str, str]] | None, wanted: list[dict[str, str]]) -> Iterator[str]:
    if found is None:
        yield f"{what} is missing"
    elif found != wanted:
        yield f"{what}: {_names(found)}, not {_names(wanted)}"


def _names(schema: list[dict[str, str]]) -> str:
    return ", ".join(part["AttributeName"] for part in schema)
