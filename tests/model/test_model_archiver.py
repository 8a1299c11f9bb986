"""What is older than ninety days gets into the archive, once, with its outcome and what was shown."""

from __future__ import annotations

from pathlib import Path

import msgpack
import numpy as np
import polars as pl

from freeagentics.clock import DAY_MS
from freeagentics.model import RunRecord, resume, run
from freeagentics.model.store_work import run_id, sync_stores
from freeagentics.stores.archive import ARCHIVE_AGE_MS, Archive

START = 1_640_995_200_000


def daily_bars(path: Path, days: int) -> str:
    """A file of random daily bars."""
    close = 100 * np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.01, days)))
    opens = np.concatenate([close[:1], close[:-1]])
    columns = {"timestamp": START + DAY_MS * np.arange(days), "open": opens, "close": close, "volume": np.full(days, 1000.0)}
    pl.DataFrame(columns | {"high": np.maximum(opens, close), "low": np.minimum(opens, close)}).write_csv(path)
    return str(path)


def archived(record: RunRecord) -> Archive:
    return Archive(record.scenario.store.cold, run_id(record.directory))


def test_whole_weeks_are_archived_with_outcomes_and_observations_and_never_twice(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    bars = {"market.bars": daily_bars(tmp_path / "daily.csv", 400), "market.daily": ""}
    record = run("btc-replay", agents=5, steps=120, out=tmp_path / "run", overrides=bars | {"store.cold": f"file://{tmp_path}/archive"})
    (store,) = record.summary.stores
    assert (store.tier, store.lag_steps, store.error) == ("cold", 0, None)
    archive = archived(record)
    decisions, memories, observations = (archive.read(kind) for kind in ("decisions", "memories", "observations"))
    assert store.records == len(decisions) + len(memories) + len(observations)
    newest = record.model_frame["timestamp"].cast(pl.Int64)[-1]
    assert 15 <= decisions["step"].max() <= 30
    assert decisions["timestamp"].max() < newest - ARCHIVE_AGE_MS
    assert sorted(decisions["step"].unique()) == sorted(observations["step"].unique()) == list(range(1, decisions["step"].max() + 1))
    assert len(decisions) == len(memories) == 5 * len(observations)
    assert all(msgpack.unpackb(body)["outcome"] for body in decisions["body"])
    told = record.decision_frame.filter(pl.col("step") <= decisions["step"].max())
    names = [msgpack.unpackb(body)["reasoning"]["selected"] for body in decisions.sort("step", "agent")["body"]]
    assert names == told.sort("step", "agent")["action"].to_list()

    again = sync_stores(record.path)
    assert [summary.records for summary in again] == [0]
    longer = resume(tmp_path / "run", steps=160)
    more = archived(longer).read("decisions")
    assert len(more) > len(decisions)
    assert not more.select("agent", "step").is_duplicated().any()
    assert more.head(0).schema == decisions.schema
