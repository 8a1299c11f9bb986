"""The report's numbers agree with what anyone finds who counts the records of the run once more."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from report_worlds import FEW, WATCHED, ten, watchful

from freeagentics.journal import Journal, Kind
from freeagentics.market import load_bars
from freeagentics.records import RunRecord
from freeagentics.report.aggregates.desks import MAXIMUM, MEDIAN, MINIMUM
from freeagentics.report.facts import Facts, aggregate

HORIZON, TTL = 8, 24


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return watchful(tmp_path_factory.mktemp("watchful"))


@pytest.fixture(scope="module")
def facts(record: RunRecord) -> Facts:
    return aggregate(record)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return aggregate(ten(tmp_path_factory.mktemp("ten")))


def judged(record: RunRecord) -> pl.DataFrame:
    """Decisions whose outcome is known, with their reward."""
    return record.decision_frame.join(record.memory_frame.select("step", "agent", "reward").drop_nulls(), on=["step", "agent"])


def test_buy_and_hold_is_one_purchase_at_the_first_close_with_its_fee(facts: Facts) -> None:
    close = load_bars("btcusdt-1h").close[168 : 168 + WATCHED, 0]
    units = 100_000 / (close[0] * 1.0005)
    assert facts.hold == pytest.approx(units * close)


def test_buy_and_hold_of_many_assets_spreads_the_cash_evenly(many: Facts) -> None:
    close = load_bars("ten-pairs-4h").close[168 : 168 + FEW]
    units = 100_000 / 1.0005 / 10 / close[0]
    assert many.hold == pytest.approx(close @ units)


def test_spreads_over_desks_are_those_of_the_accounts(record: RunRecord, facts: Facts) -> None:
    equity = record.desk_frame["equity"].to_numpy().reshape(WATCHED, 5)
    assert facts.desks.equity == pytest.approx(np.quantile(equity, [0, 0.25, 0.5, 0.75, 1], axis=1).T)
    fall = 1 - equity / np.maximum.accumulate(np.vstack([np.full(5, 100_000.0), equity]))[1:]
    assert facts.desks.drawdown[:, MEDIAN] == pytest.approx(np.median(fall, axis=1))
    assert facts.desks.max_drawdown == pytest.approx(fall.max(axis=0))
    assert (facts.desks.best, facts.desks.worst) == (equity[-1].argmax(), equity[-1].argmin())
    assert (facts.desks.best_equity == equity[:, facts.desks.best]).all()
    invested = 1 - record.desk_frame["cash"].to_numpy().reshape(WATCHED, 5) / equity
    assert facts.desks.exposure[:, MAXIMUM] == pytest.approx(invested.max(axis=1))
    assert facts.desks.exposure[:, MINIMUM] == pytest.approx(invested.min(axis=1))


def test_what_desks_traded_and_paid_is_the_sum_of_their_fills(record: RunRecord, facts: Facts) -> None:
    fills = record.fill_frame
    assert facts.desks.fees.sum() == pytest.approx(fills["fee"].sum())
    assert facts.trades.bought.sum() == pytest.approx(fills.filter(pl.col("quantity") > 0)["notional"].sum())
    assert facts.trades.sold.sum() == pytest.approx(fills.filter(pl.col("quantity") < 0)["notional"].sum())
    assert facts.desks.fills.tolist() == [fills.filter(pl.col("desk") == desk).height for desk in range(5)]
    assert facts.desks.data_costs_so_far[-1] == pytest.approx(record.desk_frame.filter(pl.col("step") == WATCHED)["data_costs"].sum())


def test_a_role_contributed_the_sum_of_its_rewards(record: RunRecord, facts: Facts) -> None:
    known = judged(record)
    for number, role in enumerate(facts.context.team):
        mine = known.filter(pl.col("role") == role)
        # Sums in single precision, in which gains and losses nearly cancel.
        assert facts.contribution.rewards[:, number].sum() == pytest.approx(mine["reward"].sum(), rel=1e-5, abs=1e-4)
        assert facts.contribution.counts[:, number].sum() == mine.height == 5 * (WATCHED - HORIZON)
        assert facts.contribution.hits[number] == (mine["reward"] > 0).sum()
        assert facts.contribution.mean(number).value == pytest.approx(mine["reward"].mean(), rel=1e-5, abs=1e-6)
    at = known.filter((pl.col("role") == "risk-manager") & (pl.col("step") == 40))["reward"].sum()
    assert facts.contribution.rewards[39, facts.context.team.index("risk-manager")] == pytest.approx(at, rel=1e-5)


def test_signals_are_counted_by_sender_kind_and_audience(record: RunRecord, facts: Facts) -> None:
    told = _told(record)
    team, kinds = facts.context.team, sorted(set(told["kind"]))
    assert facts.signals.delivered.sum() == told.height
    for row in told.group_by("role", "kind", "audience").len().iter_rows(named=True):
        assert facts.signals.delivered[team.index(row["role"]), _kind(row["kind"]), team.index(row["audience"])] == row["len"]
    assert facts.signals.sent.sum() == record.signal_frame.height == facts.signals.over_time.sum()
    assert "VETO" in kinds


def test_signals_count_as_named_once_a_decision_of_the_audience_names_them(record: RunRecord, facts: Facts) -> None:
    named = record.decision_frame.select("role", "signals").explode("signals").drop_nulls().unique()
    numbered = _told(record).select("number", "role", "kind").unique()
    found = (
        named.rename({"role": "audience"}).join(numbered, left_on="signals", right_on="number").group_by("role", "kind", "audience").len()
    )
    team = facts.context.team
    assert facts.signals.named.sum() == found["len"].sum() > 0
    for row in found.iter_rows(named=True):
        assert facts.signals.named[team.index(row["role"]), _kind(row["kind"]), team.index(row["audience"])] == row["len"]
    assert (facts.signals.named <= facts.signals.delivered).all()


def test_limits_in_force_are_the_last_told_until_they_lapse(record: RunRecord, facts: Facts) -> None:
    told = record.signal_frame.filter(pl.col("kind").is_in(["LIMIT", "VETO"]))
    force = np.full((WATCHED, 5), np.nan)
    for step in range(1, WATCHED + 1):
        for desk in range(5):
            mine = told.filter((pl.col("desk") == desk) & (pl.col("step") <= step) & (pl.col("step") > step - TTL))
            limit, veto = (mine.filter(pl.col("kind") == kind)["data"].list.get(0).to_list() for kind in ("LIMIT", "VETO"))
            force[step - 1, desk] = 0 if veto and veto[-1] else limit[-1]
    assert facts.limits.allowed[:, MEDIAN] == pytest.approx(np.median(force, axis=1))
    assert facts.limits.vetoed[-1] == np.mean(force[-1] == 0) > 0
    accounts = record.desk_frame
    exposure = (1 - accounts["cash"] / accounts["equity"]).to_numpy().reshape(WATCHED, 5)
    assert facts.limits.breaches == (exposure[1:] > force[:-1] + 0.01).sum()
    assert facts.limits.checked == (WATCHED - 1) * 5
    assert facts.limits.vetoes.sum() == record.decision_frame.filter(pl.col("action") == "veto").height


@pytest.mark.parametrize("place", [0, 1], ids=["market hunters", "sentiment analyzers"])
def test_a_source_returned_the_mean_reward_with_it_less_that_without(record: RunRecord, facts: Facts, place: int) -> None:
    usage = facts.source_usage[place]
    mine = judged(record).filter(pl.col("role") == facts.context.team[usage.role])
    bits = mine["reason.sources_read"].cast(pl.Int64).to_numpy()
    reward = mine["reward"].to_numpy().astype(np.float64)
    for number in range(1, len(usage.sources)):
        read = (bits >> number & 1) == 1
        found, without = usage.returned(number)
        assert (found.count, without) == (read.sum(), (~read).sum())
        expected = reward[read].mean() - reward[~read].mean() if (~read).any() else np.nan
        assert found.value == pytest.approx(expected, abs=1e-6, nan_ok=True)


def test_reads_cost_what_the_desks_were_charged(record: RunRecord, facts: Facts) -> None:
    cents = sum(int((usage.reads.sum(axis=0) * usage.cents).sum()) for usage in facts.source_usage)
    assert cents / 100 == pytest.approx(record.desk_frame.filter(pl.col("step") == WATCHED)["data_costs"].sum())
    assert facts.source_usage[0].sources == ("price", "whales")
    assert facts.source_usage[1].sources == ("derivatives", "sentiment")


def test_the_best_and_the_worst_trade_are_told(record: RunRecord, facts: Facts) -> None:
    price = record.model_frame["price"].to_numpy()
    fills = record.fill_frame.filter(pl.col("step") - 1 + HORIZON <= WATCHED)
    later = price[fills["step"].to_numpy() - 2 + HORIZON]
    gain = fills["quantity"].to_numpy() * (later - fills["price"].to_numpy()) - fills["fee"].to_numpy()
    best, worst = facts.best[0], facts.worst[0]
    assert best.trade.gain == pytest.approx(gain.max())
    assert worst.trade.gain == pytest.approx(gain.min())
    assert best.agent == fills["agent"][int(gain.argmax())]
    assert best.trade.step == fills["step"][int(gain.argmax())] - 1
    told = [narrative.trade.step for narrative in facts.best]
    assert all(abs(one - other) >= HORIZON for one in told for other in told if one != other)


def test_a_tale_follows_the_decisions_on_record_from_the_first_one_on(record: RunRecord, facts: Facts) -> None:
    decisions = record.decision_frame
    for narrative in (*facts.best, *facts.worst):
        above, agent, step = [], narrative.agent, narrative.trade.step
        while True:
            row = decisions.filter((pl.col("agent") == agent) & (pl.col("step") == step)).row(0, named=True)
            if row["parent"] is None:
                break
            agent, step = row["parent"], row["parent_step"]
            above.append(agent)
        assert narrative.chain == tuple(above[::-1])
        assert len(narrative.sentences) == len(above) + 2
        assert all(agent in sentence for agent, sentence in zip((*narrative.chain, narrative.agent), narrative.sentences, strict=False))


def test_memories_are_counted_by_whole_days_of_age(record: RunRecord, facts: Facts) -> None:
    age = (WATCHED - record.memory_frame["step"].to_numpy()) // 24
    assert facts.memories.by_age.tolist() == np.bincount(age).tolist()
    (coded,) = facts.memories.codecs
    assert (coded.codec, coded.count) == ("autoregressive", 25 * WATCHED)
    with Journal(record.directory.journal) as journal:
        counts, sizes = zip(*(journal.totals(kind) for kind in (Kind.MEMORIES, Kind.LONG_TERM)), strict=True)
        assert (coded.count, coded.bytes) == (sum(counts), sum(sizes))
    each = (coded.bytes + facts.memories.book_bytes) / coded.count
    assert each == pytest.approx(record.summary.bytes_per_memory, abs=0.01)


def _told(record: RunRecord) -> pl.DataFrame:
    role = pl.col("source").str.head(-5).alias("role")
    return record.signal_frame.select("number", role, "kind", "audience").explode("audience")


def _kind(name: str) -> int:
    from freeagentics.agents import SIGNAL_KINDS

    return SIGNAL_KINDS.index(name)


def test_the_mean_exposure_held_throughout_is_a_constant_share_of_the_basket(record: RunRecord) -> None:
    frame = record.model_frame
    exposure, matched = record.exposure_matched_return
    worth = 1.0
    for before, after in pairwise(frame["basket"].to_list()):
        worth *= 1 + exposure * (after / before - 1)
    assert exposure == pytest.approx(float(np.mean(frame["exposure"].to_numpy())))
    assert matched == pytest.approx(worth - 1)
