"""Runs whose stores fail: none is the worse for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from probes import Watch
from projected_runs import IDS, contents
from redis_servers import RedisServer, free_port, wait_for

from freeagentics.errors import BadStore
from freeagentics.records import RunRecord
from freeagentics.runs import resume, run
from freeagentics.simulation import MarketModel
from freeagentics.stores import open_store
from freeagentics.sync import sync_worker as feed_file
from freeagentics.sync import sync_workers as feeds_file
from freeagentics.sync.store_admin import run_id, sync_stores

STEPS = 90


def started(
    folder: Path, urls: dict[str, str] | None = None, *, steps: int = STEPS, watch: Callable[[MarketModel], None] | None = None
) -> RunRecord:
    """A run of five agents with these stores, by tier."""
    overrides = {f"store.{tier}": url for tier, url in (urls or {}).items()}
    return run("btc-replay", agents=5, steps=steps, out=folder, overrides=overrides, probes=[Watch(watch)])


def test_redis_killed_and_restarted_empty_five_times_has_every_record_in_the_end(tmp_path: Path) -> None:
    server = RedisServer()

    def kill(model: MarketModel) -> None:
        if model.steps in range(15, STEPS, 15):
            with server.client() as client:
                wait_for(lambda: client.dbsize() > 0)
            server.kill9()
            server.start()

    hurt = started(tmp_path / "hurt", {"durable": server.url}, watch=kill)
    calm = started(tmp_path / "calm", {"durable": f"sqlite:///{tmp_path}/calm.db"})
    (store,) = hurt.summary.stores
    assert (store.lag_steps, store.error) == (0, None)
    assert store.records > calm.summary.stores[0].records, "nothing had to be written again: the kills came too early to hurt"
    with open_store(server.url, run_id(hurt.directory)) as inner:
        found = contents(inner, IDS)
    with open_store(f"sqlite:///{tmp_path}/calm.db", run_id(calm.directory)) as inner:
        assert found == contents(inner, IDS)
    assert hurt.summary.trajectory_sha256 == calm.summary.trajectory_sha256
    server.stop()


def test_a_run_ends_well_without_its_store_and_sync_brings_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds_file, "PATIENCE_S", 0.2)
    port = free_port()
    record = started(tmp_path / "run", {"durable": f"redis://secret:word@127.0.0.1:{port}"}, steps=30)
    (store,) = record.summary.stores
    assert store.lag_steps == 30
    assert store.failures > 0
    assert store.error is not None
    assert "word" not in record.summary.model_dump_json()
    assert store.url == f"redis://***@127.0.0.1:{port}"
    (brought,) = sync_stores(record.path, f"sqlite:///{tmp_path}/late.db")
    assert brought.lag_steps == 0
    with open_store(f"sqlite:///{tmp_path}/late.db", run_id(record.directory)) as inner:
        assert [inner.count(agent) for agent in IDS] == [30] * 5
    alone = started(tmp_path / "alone", steps=30)
    assert alone.summary.trajectory_sha256 == record.summary.trajectory_sha256
    assert alone.summary.stores == ()


def test_a_resumed_run_goes_on_feeding_the_store_that_it_had(tmp_path: Path) -> None:
    record = started(tmp_path / "run", {"durable": f"sqlite:///{tmp_path}/s.db"}, steps=30)
    longer = resume(tmp_path / "run", steps=50)
    assert longer.summary.stores[0].records < 2 * record.summary.stores[0].records
    with open_store(f"sqlite:///{tmp_path}/s.db", run_id(record.directory)) as inner:
        assert [inner.count(agent) for agent in IDS] == [50] * 5


def test_a_url_that_names_no_store_is_told_before_anything_is_written(tmp_path: Path) -> None:
    for tier, url in (("durable", "sqlit:///x.db"), ("cold", "ftp://x"), ("hot", "nothing:")):
        with pytest.raises(BadStore):
            started(tmp_path / "none", {"durable": "memory:", tier: url})
        assert not (tmp_path / "none").exists()


def test_a_hot_store_stands_before_the_durable_one_and_the_run_tells_only_of_the_latter(tmp_path: Path) -> None:
    urls = {"hot": f"sqlite:///{tmp_path}/hot.db", "durable": f"sqlite:///{tmp_path}/durable.db"}
    record = started(tmp_path / "run", urls, steps=30)
    assert [(store.tier, store.lag_steps) for store in record.summary.stores] == [("durable", 0)]
    with open_store(urls["durable"], run_id(record.directory)) as inner:
        assert len(contents(inner)[0]) == 150


def test_an_error_that_is_not_the_stores_ends_the_feed_and_is_told() -> None:
    def connect() -> feed_file.SyncTask:
        raise BadStore("it is another program's now")

    feed = feed_file.SyncWorker("test", connect)
    feed.start()
    feed.finish()
    assert feed.error == "BadStore: it is another program's now"
