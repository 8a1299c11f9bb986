from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from agents_worlds import Tape, play, reasons, scenario, wobble, write_bars

from freeagentics.agents.roles.trade_executor import TradeExecutor
from freeagentics.arrays import F64, AnyArray
from freeagentics.journal import Kind
from freeagentics.runs import run
from freeagentics.simulation import MarketModel

STEPS = 80
TEN_ASSETS = {"market__bars": "ten-pairs-4h", "market__daily": "", "market__warmup": 100}
TEAM = {"market-hunter": 1, "risk-manager": 1, "trade-executor": 1}
TWO_A_DESK = {
    "agents__team": {"market-hunter": 1, "risk-manager": 1, "trade-executor": 2},
    "agents__count": 8,
}
BUSY: dict[str, object] = {
    "agents__exposure": [0.9, 0.95],
    "roles__risk-manager__max_value_at_risk": 0.02,
    "roles__risk-manager__max_expected_shortfall": 0.03,
}
"""Desks that would hold nearly all they have, under managers whose limits move with the market."""
BAND = 0.02
"""The narrowest that an executor draws by itself."""


@pytest.fixture(scope="module", params=["one asset", "ten assets", "two executors a desk, no optimizer"])
def tape(request: pytest.FixtureRequest) -> Tape:
    """A run with two desks that would hold nearly all they have, under managers whose limits move with the market."""
    worlds: dict[str, dict[str, object]] = {"one asset": {}, "ten assets": dict(TEN_ASSETS)}
    return play(scenario(**worlds.get(request.param, dict(TWO_A_DESK)), **BUSY), STEPS)


def executors(tape: Tape, step: int) -> AnyArray:
    """Decisions of the last role's cohort."""
    return [page.records for page in tape.commits[step - 1].pages if page.kind is Kind.DECISIONS][-1]


def weights(tape: Tape, step: int) -> F64:
    """What each desk holds at the close of a step, (desks, assets) as shares of its equity."""
    accounts, price = tape.records(step, Kind.ACCOUNTS), tape.records(step, Kind.OBSERVATION)["price"]
    shares: F64 = accounts["position"] / 1e8 * (price / 1e8) / (accounts["equity"] / 100)[:, None]
    return shares


def test_what_a_desk_holds_keeps_the_limit_but_for_what_prices_moved_since(tape: Tape) -> None:
    for step in range(1, STEPS):
        moved = np.abs(tape.records(step + 1, Kind.OBSERVATION)["price"] / tape.records(step, Kind.OBSERVATION)["price"] - 1).max()
        limit = reasons(TradeExecutor, executors(tape, step)[:2])["limit"]
        assert (weights(tape, step + 1).sum(axis=1) <= limit + 0.0101 + moved).all()


def test_what_is_ordered_to_be_sold_is_held(tape: Tape) -> None:
    sold = 0
    for step in range(1, STEPS + 1):
        held, selling = tape.records(step, Kind.ACCOUNTS)["position"], defaultdict[tuple[int, int], int](int)
        for order in tape.records(step, Kind.ORDERS):
            selling[int(order["desk"]), int(order["asset"])] -= min(int(order["quantity"]), 0)
        assert all(held[cell] >= quantity for cell, quantity in selling.items())
        sold += sum(selling.values())
    assert sold


def test_sales_stand_before_the_purchases_that_they_pay_for(tape: Tape) -> None:
    for step in range(1, STEPS + 1):
        orders = tape.records(step, Kind.ORDERS)
        for agent in np.unique(orders["agent"]):
            buys = orders["quantity"][orders["agent"] == agent] > 0
            assert buys.tolist() == sorted(buys.tolist())


def test_a_change_inside_the_band_is_not_ordered_unless_it_closes_or_the_limit_asks_for_it(tape: Tape) -> None:
    held_still = 0
    for step in range(1, STEPS + 1):
        orders, accounts = tape.records(step, Kind.ORDERS), tape.records(step, Kind.ACCOUNTS)
        price, limit = tape.records(step, Kind.OBSERVATION)["price"], reasons(TradeExecutor, executors(tape, step)[:2])["limit"]
        for desk in range(2):
            mine = orders[orders["desk"] == desk] if len(orders) else orders
            share = [order["quantity"] / 1e8 * price[order["asset"]] / 1e8 / (accounts["equity"][desk] / 100) for order in mine]
            after = weights(tape, step)[desk].sum() + sum(part for part in share if part > 0)
            for order, part in zip(mine, share, strict=True):
                closes = order["quantity"] == -accounts["position"][desk, order["asset"]]
                assert abs(part) > BAND / len(price) - 1e-4 or closes or (part < 0 and after > limit[desk])
            held_still += not len(mine)
    assert held_still


def test_an_action_says_which_way_the_largest_order_went(tape: Tape) -> None:
    ordered = {"hold": 0, "buy": 0, "sell": 0}
    for step in range(1, STEPS + 1):
        orders = tape.records(step, Kind.ORDERS)
        for decision in executors(tape, step):
            signs = {int(np.sign(order["quantity"])) for order in orders if order["agent"] == decision["agent"]}
            action = ("hold", "buy", "sell", "close")[decision["action"]]
            if action != "close":
                ordered[action] += 1
                sign = {"hold": 0, "buy": 1, "sell": -1}[action]
                assert np.sign(decision["value"]) == sign
                # The market may cut what a colleague has sold already to nothing.
                assert (not signs) if action == "hold" else (not signs or sign in signs)
    assert ordered["hold"] and ordered["buy"]


def test_what_is_wanted_is_the_target_as_far_as_the_limit_lets(tape: Tape) -> None:
    for step in range(1, STEPS + 1):
        reason = reasons(TradeExecutor, executors(tape, step))
        assert (reason["wanted"] <= np.minimum(reason["target"], reason["limit"]) + 1e-6).all()


def test_expensive_fills_teach_that_trading_costs(tmp_path: Path) -> None:
    bars = write_bars(tmp_path / "bars.csv", wobble(168 + STEPS, drift=0.0005))
    world = {"market__bars": bars, "market__daily": "", "market__impact_bps": 0, "agents__count": 3, "agents__team": TEAM, **BUSY}
    cheap, dear = (play(scenario(**world, market__fee_bps=fee), STEPS) for fee in (0, 200))
    assert (reasons(TradeExecutor, executors(dear, STEPS))["cost_of_trading"] > 0.0015).all()
    assert (reasons(TradeExecutor, executors(cheap, STEPS))["cost_of_trading"] < 0.001).all()
    traded = [sum(len(tape.records(step, Kind.FILLS)) for step in range(40, STEPS + 1)) for tape in (cheap, dear)]
    assert traded[1] < traded[0]


def test_what_trading_costs_is_learned_from_both_sides(tmp_path: Path) -> None:
    """Who was told that trading is dear learns from cheap fills that it is not."""
    bars = write_bars(tmp_path / "bars.csv", wobble(168 + STEPS, drift=0.0005))
    world = {"market__bars": bars, "market__daily": "", "market__impact_bps": 0, "agents__count": 3, "agents__team": TEAM, **BUSY}
    world |= {"steps": STEPS, "roles__trade-executor__cost_aversion": 0, "roles__trade-executor__learning_rate": 0.1}
    with MarketModel(scenario(**world, market__fee_bps=0)) as model:
        (executors_,) = [cohort for cohort in model.population.cohorts if isinstance(cohort, TradeExecutor)]
        executors_.cost[:] = dear = np.float32(0.02)
        for _ in range(STEPS):
            model.step()
        assert (executors_.cost[executors_.active] < 0.9 * dear).all()


def test_executors_of_a_desk_share_its_orders(tmp_path: Path) -> None:
    def first_orders(executors: int) -> list[float]:
        others = dict.fromkeys(("market-hunter", "sentiment-analyzer", "risk-manager", "portfolio-optimizer"), 1)
        team = others | {"trade-executor": executors}
        record = run("btc-replay", agents=4 + executors, steps=2, overrides={"agents.team": team}, out=tmp_path / str(executors))
        return record.order_frame.filter(step=1)["quantity"].to_list()

    (whole,) = first_orders(1)
    assert whole > 0
    for executors in (2, 3):
        assert first_orders(executors) == pytest.approx([whole / executors] * executors, abs=1e-7)
