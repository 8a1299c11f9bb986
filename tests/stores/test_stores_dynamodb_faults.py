"""The DynamoDB store on a bad day: throttled, half answered, answers lost, refused, gone."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from aws_proxy import faulty
from aws_servers import dynamodb_endpoint, new_dynamodb
from botocore.config import Config
from store_backends import DECISIONS, PATTERNS, entry, timed
from test_store_contract import item_at, sorts

from freeagentics.errors import AccessDenied, StoreUnavailable, VersionConflict
from freeagentics.stores import Item, open_store
from freeagentics.stores.dynamodb import connection

MB = bytes(range(256)) * 4096


@pytest.fixture
def url() -> str:
    return new_dynamodb(DECISIONS, PATTERNS)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver does not try again, and we hardly wait."""
    monkeypatch.setattr(connection, "_CONFIG", Config(retries={"mode": "legacy", "total_max_attempts": 1}, connect_timeout=1))
    monkeypatch.setattr(connection, "_PAUSES_S", (0.001,) * 3)


def test_everything_arrives_though_every_third_request_is_throttled_at_first_and_batches_are_half_processed(url: str) -> None:
    seen: list[Any] = []

    def fault(operation: str, asked: Any) -> str | None:
        if asked not in seen:
            seen.append(copy.deepcopy(asked))
            if len(seen) % 3 == 0:
                return "throttle"
        return "half"

    names = [f"{n:02}" for n in range(60)]
    with faulty(url, fault) as bad, open_store(bad, run="run-1") as store:
        store.put(DECISIONS, [timed(name, int(name)) for name in names])
        store.append([entry("a", step) for step in range(100)])
        assert sorts(store.query(DECISIONS, "all", index="by-time")) == sorts(store.query(DECISIONS, "p")) == names
        assert store.count("a") == 100
        store.put(PATTERNS, [Item("p", "s", MB)])
        assert item_at(store, PATTERNS, "p", "s").body == MB


@pytest.mark.usefixtures("impatient")
def test_a_batch_that_is_never_processed_is_an_error_that_names_the_table(url: str) -> None:
    def fault(operation: str, asked: Any) -> str | None:
        # Half of one is one: the first of each try goes through, five tries do not reach the sixth.
        return "half" if operation == "BatchWriteItem" and len(next(iter(asked["RequestItems"].values()))) > 1 else None

    items = [Item("p", f"{n:02}", b"") for n in range(25)]
    with faulty(url, fault) as bad, open_store(bad, run="run-1") as store:
        with pytest.raises(StoreUnavailable, match=r"test-\d+.patterns: throttled; 1 records unprocessed after 4 tries"):
            store.put(PATTERNS, items)
        store.put(PATTERNS, items[:1])


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("kind", "reason", "error"),
    [("throttle", "ProvisionedThroughputExceeded", StoreUnavailable), ("deny", "AccessDenied", AccessDenied)],
)
def test_a_refusal_is_an_error_that_names_the_table_and_the_reason_in_one_line(
    url: str, kind: str, reason: str, error: type[Exception]
) -> None:
    with faulty(url, lambda operation, asked: None if operation == "DescribeTable" else kind) as bad, open_store(bad, run="r") as store:
        verbs: list[Callable[[], object]] = [
            lambda: store.append([entry("a", 1)]),
            lambda: store.get_cursor("c"),
            lambda: store.trim("a", keep=1),
        ]
        for verb in verbs:
            with pytest.raises(error, match=rf"table test-\d+.agent_memories: {reason}\w+: not now$"):
                verb()


def test_a_lost_answer_is_asked_for_again_and_is_no_conflict_with_ourselves(url: str) -> None:
    lost: list[str] = []

    def fault(operation: str, asked: Any) -> str | None:
        if operation in ("PutItem", "TransactWriteItems") and lost.count(operation) < 2:
            lost.append(operation)
            return "lose" if lost.count(operation) % 2 else None
        return None

    with faulty(url, fault) as bad, open_store(bad, run="run-1") as store:
        store.put_if(PATTERNS, Item("p", "s", b"", version=1), None)
        with pytest.raises(VersionConflict, match="expected no item, found version 1"):
            store.put_if(PATTERNS, Item("p", "s", b"", version=1), None)
        store.append([entry("a", step) for step in range(40)])
        store.replace([entry("a", step, body=b"new") for step in range(40)])
        assert store.trim("a", before_step=32) == 32
        assert store.read("a") == [entry("a", step, body=b"new") for step in range(32, 40)]
    assert lost == ["PutItem"] * 2 + ["TransactWriteItems"] * 2


@pytest.mark.usefixtures("impatient")
def test_a_large_body_whose_last_write_failed_leaves_the_old_one_whole(url: str) -> None:
    def fault(operation: str, asked: Any) -> str | None:
        row = asked["RequestItems"] if operation == "BatchWriteItem" else {}
        heads = [request for batch in row.values() for request in batch if "parts" in request["PutRequest"]["Item"]]
        return "deny" if heads else None

    with open_store(url, run="run-1") as store:
        store.put(PATTERNS, [Item("p", "s", MB)])
        with faulty(url, fault) as bad, open_store(bad, run="run-1") as unlucky, pytest.raises(AccessDenied):
            unlucky.put(PATTERNS, [Item("p", "s", MB[::-1])])
        assert item_at(store, PATTERNS, "p", "s").body == MB


@pytest.mark.usefixtures("impatient")
def test_a_server_that_does_not_answer_is_unavailable(url: str) -> None:
    with pytest.raises(StoreUnavailable, match="Could not connect to the endpoint"):
        open_store(url.replace(dynamodb_endpoint(), "http://127.0.0.1:9"), run="r")
