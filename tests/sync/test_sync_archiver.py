"""What is older than ninety days gets into the archive, once, with its outcome and what was shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgpack
import numpy as np
import polars as pl
import pytest

from freeagentics.clock import DAY_MS
from freeagentics.memory import FEATURES, SideInformation, book_codec_of, codec_of
from freeagentics.memory.codec import Codes
from freeagentics.records import RunRecord
from freeagentics.runs import resume, run
from freeagentics.scenario.market_setup import open_market
from freeagentics.stores import open_store
from freeagentics.stores.archive import ARCHIVE_AGE_MS, Archive, ArchiveKind
from freeagentics.stores.tables import DECISIONS, decision_partition
from freeagentics.stores.tier_reader import TierReader
from freeagentics.sync.store_admin import purge_store, run_id, sync_stores

START = 1_640_995_200_000
STEPS = 110
"""Of a day each: so many that whole weeks of them are older than ninety days."""
PAIR = {"agents.team": {"market-hunter": 1, "trade-executor": 1}}


def daily_bars(path: Path, days: int) -> str:
    """A file of random daily bars."""
    close = 100 * np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.01, days)))
    opens = np.concatenate([close[:1], close[:-1]])
    columns = {"timestamp": START + DAY_MS * np.arange(days), "open": opens, "close": close, "volume": np.full(days, 1000.0)}
    pl.DataFrame(columns | {"high": np.maximum(opens, close), "low": np.minimum(opens, close)}).write_csv(path)
    return str(path)


def archived(record: RunRecord) -> Archive:
    return Archive(record.scenario.store.cold, run_id(record.directory))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """A run of two desks with an archive and a durable store."""
    folder = tmp_path_factory.mktemp("kept")
    (folder / "archive").mkdir()
    urls = {"store.cold": f"file://{folder}/archive", "store.durable": f"sqlite:///{folder}/s.db"}
    bars = {"market.bars": daily_bars(folder / "daily.csv", 400), "market.daily": ""}
    return run("btc-replay", agents=10, steps=STEPS, out=folder / "run", overrides=bars | urls)


def test_whole_weeks_are_archived_with_outcomes_and_observations_and_never_twice(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    bars = {"market.bars": daily_bars(tmp_path / "daily.csv", 400), "market.daily": ""}
    cold = {"store.cold": f"file://{tmp_path}/archive"}
    record = run("btc-replay", agents=2, steps=STEPS, out=tmp_path / "run", overrides={**bars, **cold, **PAIR})
    (store,) = record.summary.stores
    assert (store.tier, store.lag_steps, store.error) == ("cold", 0, None)
    archive = archived(record)
    kinds: tuple[ArchiveKind, ...] = ("decisions", "memories", "observations", "books")
    decisions, memories, observations, books = (archive.read(kind) for kind in kinds)
    assert store.records == len(decisions) + len(memories) + len(observations) + len(books)
    newest = record.model_frame["timestamp"].cast(pl.Int64).to_list()[-1]
    last = max(decisions["step"].to_list())
    assert 5 <= last <= 20
    assert max(decisions["timestamp"].to_list()) < newest - ARCHIVE_AGE_MS
    assert sorted(decisions["step"].unique()) == sorted(observations["step"].unique()) == list(range(1, last + 1))
    assert len(decisions) == len(memories) == 2 * len(observations) == 2 * len(books)
    assert all(msgpack.unpackb(body)["outcome"] for body in decisions["body"])
    told = record.decision_frame.filter(pl.col("step") <= last)
    names = [msgpack.unpackb(body)["reasoning"]["selected"] for body in decisions.sort("step", "agent")["body"]]
    assert names == told.sort("step", "agent")["action"].to_list()

    again = sync_stores(record.path)
    assert [summary.records for summary in again] == [0]
    longer = resume(tmp_path / "run", steps=130)
    more = archived(longer).read("decisions")
    assert len(more) > len(decisions)
    assert not more.select("agent", "step").is_duplicated().any()
    assert more.head(0).schema == decisions.schema


def test_a_reader_over_all_tiers_gives_what_was_trimmed_and_purged_as_if_it_were_still_there(kept: RunRecord) -> None:
    agent, kind, durable = "market-hunter-0000", "SOURCE_SELECTION", kept.scenario.store.durable
    with open_store(durable, run_id(kept.directory)) as store:
        reader = TierReader(store, archived(kept))
        memories, decisions = reader.memories(agent), reader.decisions(agent, kind)
        assert [entry.step for entry in memories] == list(range(STEPS, 0, -1))
        assert len(decisions) == STEPS
        store.trim(agent, before_step=5)
        purged = purge_store(durable, kept.path)
        assert purged > 0
        assert store.count(agent) == STEPS - 4
        assert reader.memories(agent) == memories
        assert len(store.query(DECISIONS, decision_partition(agent, kind))) < STEPS
        found = reader.decisions(agent, kind)
        assert [replace(item, index={}) for item in found] == [replace(item, index={}) for item in decisions]
        for limit in (0, 3, STEPS - 2):
            assert reader.memories(agent, limit=limit) == memories[:limit]


def test_a_memory_decodes_from_the_archive_alone(kept: RunRecord) -> None:
    archive, step = archived(kept), 5
    kinds: tuple[ArchiveKind, ...] = ("memories", "observations", "books")
    memories, observations, books = (archive.read(kind).filter(pl.col("step") == step) for kind in kinds)
    values = observations.select(pl.col("^value_.*$")).to_numpy()
    columns = open_market(kept.scenario).columns
    told = book_codec_of(books["codec"][0], columns).decode(Codes.from_list(books["body"].to_list()), values)
    lived = kept.memory_frame.filter(pl.col("step") == step)
    for agent, role, desk, codec, body in memories.select("agent", "role", "desk", "codec", "body").iter_rows():
        side_information = SideInformation(values, told[[desk]])
        decoded = codec_of(codec, role, columns).decode(Codes.from_list([body[2:]]), side_information)
        mine = lived.filter(pl.col("agent") == agent).select(feature.name for feature in FEATURES).to_numpy()
        assert np.array_equal(decoded, mine)
