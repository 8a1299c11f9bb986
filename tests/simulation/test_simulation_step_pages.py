from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass

import numpy as np
import pytest
from model_worlds import Tape, scenario, taped

from freeagentics.journal import Kind
from freeagentics.market import UNITS
from freeagentics.records.memories import kept_in
from freeagentics.simulation import MarketModel

STEPS, AGENTS, DESKS = 45, 12, 2


@dataclass(frozen=True)
class Recorded:
    model: MarketModel
    tape: Tape


@pytest.fixture(scope="module", params=["one asset", "ten assets"])
def recorded(request: pytest.FixtureRequest) -> Iterator[Recorded]:
    """Two desks, to which two agents more belong, at the end of a run."""
    many = {"market.bars": "ten-pairs-4h", "market.daily": "", "market.warmup": 100} if request.param == "ten assets" else {}
    model, tape = taped(scenario(overrides=many, agents=AGENTS, steps=STEPS))
    with model:
        for _ in range(STEPS):
            model.step()
        yield Recorded(model, tape)


def test_every_agent_decides_and_remembers_once_in_every_step(recorded: Recorded) -> None:
    decided = recorded.tape.all(Kind.DECISIONS)
    assert [step for step, _ in decided] == list(range(1, STEPS + 1))
    assert all(sorted(records["agent"].tolist()) == list(range(AGENTS)) for _, records in decided)
    for commit in recorded.tape.commits:
        kept = [kept_in(page) for page in commit.pages if page.kind is Kind.MEMORIES]
        assert sorted(agent for memories in kept for agent in memories.agent.tolist()) == list(range(AGENTS))


def test_the_accounts_page_is_the_accounts_at_the_end_of_the_step(recorded: Recorded) -> None:
    accounts, page = recorded.model.market.accounts, recorded.tape.records(STEPS, Kind.ACCOUNTS)
    assert page is not None and len(page) == DESKS
    for name in ("cash", "fees", "data_costs", "position"):
        assert (page[name] == getattr(accounts, name)).all()
    shown = recorded.tape.records(STEPS, Kind.OBSERVATION)
    assert shown is not None
    assert (page["equity"] == accounts.equity(shown["price"])).all()


def test_no_cent_is_made_or_lost(recorded: Recorded) -> None:
    """First cash, less what was bought, plus what was sold, less fees and data, is the cash; and quantities add up to positions."""
    accounts, tape = recorded.model.market.accounts, recorded.tape
    cash = np.full(DESKS, accounts.initial, dtype=np.int64)
    fees, position = np.zeros(DESKS, dtype=np.int64), np.zeros_like(accounts.position)
    for step in range(1, STEPS + 1):
        fills, page = tape.records(step, Kind.FILLS), tape.records(step, Kind.ACCOUNTS)
        if fills is not None:
            np.subtract.at(cash, fills["desk"], np.sign(fills["quantity"]) * fills["notional"])
            np.add.at(fees, fills["desk"], fills["fee"])
            np.add.at(position, (fills["desk"], fills["asset"]), fills["quantity"])
        assert page is not None
        assert (page["cash"] == cash - fees - page["data_costs"]).all()
        assert (page["fees"] == fees).all() and (page["position"] == position).all()
        assert (page["cash"] >= 0).all() and (page["position"] >= 0).all()
    assert fees.any()


def test_fills_are_the_orders_of_the_step_before_cut_at_most(recorded: Recorded) -> None:
    for step, fills in recorded.tape.all(Kind.FILLS):
        orders = recorded.tape.records(step - 1, Kind.ORDERS)
        assert orders is not None
        wanted = {(int(o["agent"]), int(o["asset"])): int(o["quantity"]) for o in orders}
        for fill in fills:
            asked, got = wanted[int(fill["agent"]), int(fill["asset"])], int(fill["quantity"])
            assert 0 < got <= asked or asked <= got < 0
            value = abs(got) / UNITS * int(fill["price"]) / UNITS * 100
            assert fill["notional"] == pytest.approx(value, abs=1)


def test_signals_are_numbered_without_gaps_in_the_order_they_were_told(recorded: Recorded) -> None:
    numbers = np.concatenate([records["number"] for _, records in recorded.tape.all(Kind.SIGNALS)])
    assert numbers.tolist() == list(range(len(numbers)))
    assert recorded.model.board.published == len(numbers)


def test_every_signal_is_dealt_with_once_by_each_of_those_on_the_desk_whom_it_was_told(recorded: Recorded) -> None:
    directory = recorded.model.population.directory
    told, dealt = [], []
    for step, signals in recorded.tape.all(Kind.SIGNALS):
        for signal in signals:
            same_desk = np.flatnonzero((directory.desk == signal["desk"]) & ((signal["audience"] >> directory.role) & 1 == 1))
            told += [(step, int(signal["number"]), agent) for agent in same_desk.tolist() if agent != signal["source"]]
    for step, processed in recorded.tape.all(Kind.PROCESSED):
        dealt += [(step, *pair) for pair in processed.tolist()]
    assert sorted(dealt) == sorted(told)


def test_seats_are_on_record_once(recorded: Recorded) -> None:
    (found,) = recorded.tape.all(Kind.AGENTS)
    assert found[0] == 1 and found[1].tolist() == recorded.model.population.seats().tolist()


def test_figures_sum_up_the_pages(recorded: Recorded) -> None:
    figures = recorded.tape.records(STEPS, Kind.FIGURES)
    assert figures is not None and recorded.model.metrics is not None
    assert figures.tolist() == [astuple(recorded.model.metrics)]
    for step in range(1, STEPS + 1):
        figure, accounts = recorded.tape.records(step, Kind.FIGURES), recorded.tape.records(step, Kind.ACCOUNTS)
        assert figure is not None and accounts is not None
        for name, kind in (("signals", Kind.SIGNALS), ("orders", Kind.ORDERS), ("fills", Kind.FILLS)):
            records = recorded.tape.records(step, kind)
            assert figure[name][0] == (0 if records is None else len(records))
        assert figure["equity"][0] == pytest.approx(accounts["equity"].mean() / 100)
        assert figure["costs"][0] == pytest.approx((accounts["fees"] + accounts["data_costs"]).mean() / 100)


def test_the_observation_page_is_what_the_market_showed(recorded: Recorded) -> None:
    market = recorded.model.market
    for step, shown in recorded.tape.all(Kind.OBSERVATION):
        assert (shown["price"] == np.rint(market.close(step) * UNITS)).all()
        assert shown["values"].shape == (len(market.symbols), len(market.columns))


def test_commits_carry_the_market_time_of_the_close(recorded: Recorded) -> None:
    times = [commit.timestamp for commit in recorded.tape.commits]
    assert times == sorted(set(times))
    assert set(np.diff(times).tolist()) == {recorded.model.market.interval_ms}
