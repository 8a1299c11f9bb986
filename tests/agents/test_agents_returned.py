"""What a role returns is taken as it is meant, or refused in one line: agent, step, file and line, and what would be right."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from role_files import role, write

from freeagentics.agents import SignalKind, View
from freeagentics.agents.decision import CohortOutput, Decisions
from freeagentics.agents.user_cohort import UserCohort
from freeagentics.agents.user_role import Action, Order, Tell
from freeagentics.agents.user_view import UserView
from freeagentics.clock import HOUR_MS
from freeagentics.errors import RoleFailed
from freeagentics.market import UNITS
from freeagentics.scenario import load_scenario
from freeagentics.signals import Inbox
from freeagentics.simulation import MarketModel

SYMBOL = "BTCUSDT"
ORDER, TELL = Order(SYMBOL, 1.0), Tell("TREND", ["market-hunter"], {SYMBOL: 0.3})
Ask = Callable[[object], Decisions]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MarketModel]:
    code = role("return self.answer", extra="    answer = Action('wait')\n")
    with MarketModel(load_scenario(write(tmp_path_factory.mktemp("returned"), code))) as made:
        made.step()
        yield made


@pytest.fixture(scope="module")
def ask(model: MarketModel) -> Ask:
    """Have the role's agents decide once more, and return what is given."""
    (cohort,) = (cohort for cohort in model.population.cohorts if cohort.role == "mine")
    asked: list[tuple[Any, ...]] = []
    choose = cohort.choose

    def listen(*given: Any) -> Decisions:
        asked.append(given)
        return choose(*given)

    cohort.choose = listen  # type: ignore[method-assign, assignment]
    model.step()

    def answered(answer: object) -> Decisions:
        cohort.user_role.answer = answer  # type: ignore[attr-defined]
        return choose(*asked[0])

    return answered


def refusal(ask: Ask, answer: object) -> str:
    with pytest.raises(RoleFailed) as failure:
        ask(answer)
    said = str(failure.value)
    assert said.startswith("mine-0000 at step 2: ")
    assert said.rstrip(")").rpartition(", line ")[2].isdigit()
    assert "mine.py, line" in said
    assert "\n" not in said
    return said


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (None, "decide returned None; it must return an Action"),
        ("wait", "decide returned 'wait'"),
        (Action("wiat"), "action: no 'wiat'; did you mean 'wait'?"),
        (Action(None), "action is None; it must be a text"),  # type: ignore[arg-type]
        (Action("wait", confidence=math.nan), "confidence is nan; it must be a number from 0 to 1"),
        (Action("wait", confidence=None), "confidence is None; it must be a number from 0 to 1"),  # type: ignore[arg-type]
        (Action("wait", confidence=1.5), "confidence is 1.5; it must be a number from 0 to 1"),
        (Action("wait", confidence=True), "confidence is True; it must be a number"),
        (Action("wait", value=math.inf), "value is inf; it must be a number"),
        (Action("wait", value=10**400), "value is 1000"),
        (Action("wait", value="1"), "value is '1'; it must be a number"),  # type: ignore[arg-type]
        (Action("wait", reasoning={"because": 1.0}), "reasoning: no 'because'; there are why"),
        (Action("wait", reasoning={"why": None}), "reasoning['why'] is None; it must be a number"),  # type: ignore[dict-item]
        (Action("wait", reasoning=[1.0]), "reasoning is [1.0]; it must be a dict of numbers"),  # type: ignore[arg-type]
        (Action("wait", stance={SYMBOL: math.inf}), "stance['BTCUSDT'] is inf; it must be a number from -1e+06 to 1e+06"),
        (Action("wait", stance={"BTCUSD": 1}), "stance: no 'BTCUSD'; did you mean 'BTCUSDT'?"),
        (Action("wait", orders=ORDER), "orders is Order(symbol='BTCUSDT', quantity=1.0, limit=None, ttl=1); it must be a list of Order"),  # type: ignore[arg-type]
        (Action("wait", orders=None), "orders is None; it must be a list of Order"),  # type: ignore[arg-type]
        (Action("wait", orders=[ORDER, None]), "orders[1] is None; it must be Order"),  # type: ignore[list-item]
        (Action("wait", orders=[Order("BTC", 1.0)]), "orders[0].symbol: no 'BTC'; did you mean 'BTCUSDT'?"),
        (Action("wait", orders=[Order(SYMBOL, "1")]), "orders[0].quantity is '1'; it must be a number"),  # type: ignore[arg-type]
        (Action("wait", orders=[Order(SYMBOL, math.nan)]), "orders[0].quantity is nan"),
        (Action("wait", orders=[Order(SYMBOL, np.float64("nan"))]), "orders[0].quantity is "),
        (Action("wait", signals=[replace(TELL, kind="VETOO")]), "signals[0].kind: no 'VETOO'; did you mean 'VETO'?"),
        (Action("wait", signals=[replace(TELL, kind=1)]), "signals[0].kind is 1; it must be a text"),  # type: ignore[arg-type]
        (Action("wait", signals=[replace(TELL, to="market-hunter")]), "signals[0].to is 'market-hunter'; it must be a list of str"),
        (Action("wait", signals=[replace(TELL, to=["market-huntr"])]), "signals[0].to: no 'market-huntr'; did you mean 'market-hunter'?"),
        (Action("wait", signals=[replace(TELL, to=[])]), "signals[0].to is empty; name the roles that it is for"),
        (
            Action("wait", signals=[TELL, replace(TELL, to=["mine", "market-hunter", "mine"])]),
            "signals[1].to names 'mine' twice; name each role once",
        ),
        (Action("wait", signals=[replace(TELL, data={SYMBOL: math.nan})]), "signals[0].data['BTCUSDT'] is nan; it must be a number"),
        (Action("wait", signals=[replace(TELL, data={SYMBOL: "up"})]), "signals[0].data['BTCUSDT'] is 'up'"),  # type: ignore[dict-item]
        (Action("wait", signals=[replace(TELL, data={SYMBOL: 1e30})]), "is 1e+30; it must be a number from -1e+06 to 1e+06"),
        (
            Action("wait", signals=[Tell("LIMIT", ["mine"], {SYMBOL: -2})]),
            "data['BTCUSDT'] is -2; it must be a number from 0",
        ),
        (
            Action("wait", signals=[Tell("TARGET", ["mine"], {SYMBOL: 7.5})]),
            "data['BTCUSDT'] is 7.5; it must be a number from 0",
        ),
        (Action("wait", signals=[replace(TELL, data={"BTCUSTD": 1.0})]), "signals[0].data: no 'BTCUSTD'; did you mean 'BTCUSDT'?"),
        (Action("wait", signals=[replace(TELL, confidence=2)]), "signals[0].confidence is 2; it must be a number from 0 to 1"),
        (Action("wait", signals=[replace(TELL, severity=1.5)]), "signals[0].severity is 1.5; it must be 0, 1, 2 or 3"),  # type: ignore[arg-type]
        (Action("wait", signals=[replace(TELL, severity=4)]), "signals[0].severity is 4; it must be a number from 0 to 3"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_its_name(ask: Ask, answer: object, line: str) -> None:
    assert line in refusal(ask, answer)


class Hostile(dict[str, float]):
    """A dict that fails when it is looked at."""

    def items(self) -> Any:
        raise SystemExit("not\nme")

    def __repr__(self) -> str:
        raise ZeroDivisionError


numbers = st.floats() | st.integers() | st.floats(0, 1).map(np.float32) | st.integers(-3, 3).map(np.int64) | st.just(10**400)
words = st.sampled_from(["wait", "act", "why", SYMBOL, "TREND", "market-hunter", "mine", "risk-manager", "", "\n", "\ud800"])
oddities = st.builds(Hostile) | st.sampled_from(
    [None, True, b"x", 1j, (), {}, [], set(), np.zeros(2), np.array(1.0), np.bool_(True), np.str_("TREND"), object(), Action]
)
junk = st.recursive(
    numbers | words | oddities,
    lambda parts: st.lists(parts, max_size=2) | st.dictionaries(words | st.integers(), parts, max_size=2) | st.tuples(parts, parts),
    max_leaves=4,
)
pairs = st.dictionaries(words, numbers, max_size=2)


def mostly(good: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return good | good | junk


orders = st.builds(Order, mostly(st.just(SYMBOL)), mostly(numbers))
tells = st.builds(
    Tell,
    kind=mostly(st.just("TREND")),
    to=mostly(st.lists(words, max_size=3)),
    data=mostly(pairs),
    confidence=mostly(st.floats(0, 1)),
    severity=mostly(st.integers(0, 3)),
)
actions = st.builds(
    Action,
    action=mostly(st.just("act")),
    signals=mostly(st.lists(tells | junk, max_size=2)),
    orders=mostly(st.lists(orders | junk, max_size=2)),
    reasoning=mostly(pairs),
    stance=mostly(pairs),
    value=mostly(numbers),
    confidence=mostly(st.floats(0, 1)),
)


@settings(max_examples=150)
@given(actions | junk)
def test_whatever_is_returned_is_taken_as_finite_numbers_or_refused_in_one_line(model: MarketModel, ask: Ask, answer: object) -> None:
    try:
        choice = ask(answer)
    except RoleFailed:
        refusal(ask, answer)
    else:
        assert all(np.isfinite(numbers).all() for numbers in choice.reason.values())
        for name in ("value", "confidence", "size", "stance"):
            assert np.isfinite(getattr(choice, name)).all(), name
        assert np.isfinite(choice.signals.data).all()
        model.board.publish(choice.signals, step=2, timestamp=0)
        assert (model.market.submit(choice.orders).quantity >= 0).all()


@pytest.mark.parametrize("number", [np.float32(0.5), np.float64(0.5), np.float16(0.5), np.longdouble(0.5)])
def test_numbers_of_numpy_are_numbers(ask: Ask, number: Any) -> None:
    tell = replace(TELL, data={SYMBOL: number}, confidence=number, severity=np.int64(2))  # type: ignore[arg-type]
    given = Action("act", [tell], [Order(SYMBOL, number)], {"why": number}, {SYMBOL: number}, number, number)
    choice = ask(given)
    assert choice.value[0] == choice.confidence[0] == choice.reason["why"][0] == choice.stance[0, 0] == choice.signals.data[0, 0] == 0.5
    assert choice.orders.quantity[0] == UNITS // 2
    whole: Any = np.uint8(3)
    assert ask(Action("act", value=whole)).value[0] == 3


def test_a_share_that_rounding_put_over_one_is_one(ask: Ask) -> None:
    assert ask(Action("act", confidence=1 + 1e-7)).confidence[0] == 1


@pytest.mark.parametrize("quantity", [1e12, 1e20, 3e38, 2**70])
def test_more_than_anybody_can_pay_for_buys_what_the_desk_can_pay_for(model: MarketModel, ask: Ask, quantity: float) -> None:
    bought = model.market.submit(ask(Action("act", orders=[Order(SYMBOL, quantity)])).orders)
    if len(bought):
        assert (bought.quantity < 10 * UNITS).all()
    sold = ask(Action("act", orders=[Order(SYMBOL, -quantity)])).orders
    assert (sold.quantity < -(10**18)).all()


def test_those_named_are_told_and_nobody_else_is(model: MarketModel, ask: Ask) -> None:
    hunters = 1 << model.board.directory.roles.index("market-hunter")
    assert set(ask(Action("act", [TELL])).signals.audience.tolist()) == {hunters}
    assert set(ask(Action("act", [replace(TELL, to=["mine", "market-hunter"])])).signals.audience.tolist()) == {0b11}


def test_without_a_name_whoever_heeds_the_kind_is_told(model: MarketModel, ask: Ask) -> None:
    mine = 1 << model.board.directory.roles.index("mine")
    assert set(ask(Action("act", [Tell("TREND", data={SYMBOL: 0.3})])).signals.audience.tolist()) == {mine}


def test_a_role_that_the_desk_lacks_is_told_nothing(ask: Ask) -> None:
    assert not len(ask(Action("act", [replace(TELL, to=["risk-manager"])])).signals)
    assert len(ask(Action("act", [replace(TELL, to=["risk-manager", "mine"])])).signals)


def test_what_an_answer_leaves_out_is_nothing_and_of_even_confidence() -> None:
    assert Action("wait") == Action("wait", (), (), {}, {}, value=0, confidence=0.5)
    assert Tell("TREND") == Tell("TREND", to=None, data={}, confidence=1, severity=1)


def test_a_broadcast_is_heard_by_all_but_its_sender_and_what_names_one_by_that_one(model: MarketModel, ask: Ask) -> None:
    (cohort,) = (cohort for cohort in model.population.cohorts if cohort.role == "mine")
    seen: list[View] = []
    decide = cohort.decide

    def noting(view: View) -> CohortOutput:
        seen.append(view)
        return decide(view)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cohort, "decide", noting)
        model.step()
    inbox = Inbox(
        row=np.array([-1, 1], dtype=np.int32),
        number=np.array([5, 6]),
        delivery=np.array([-1, 0]),
        source=np.array([cohort.agent[0], 99], dtype=np.int32),
        desk=np.zeros(2, dtype=np.int32),
        kind=np.array([SignalKind.TREND, SignalKind.VETO], dtype=np.uint8),
        severity=np.array([2, 3], dtype=np.uint8),
        confidence=np.array([0.5, 0.25], dtype=np.float32),
        age_ms=np.array([HOUR_MS, 2 * HOUR_MS]),
        expires=np.full(2, 2**60),
        step=np.ones(2, dtype=np.int32),
        data=np.array([[0.75], [1.0]], dtype=np.float32),
        read_watermark=0,
    )
    view = UserView(cast(UserCohort, cohort), replace(seen[0], inbox=inbox), ())
    assert [signal.number for signal in view.heard(0)] == []
    trend, veto = view.heard(1)
    assert (trend.kind, trend.data, trend.age_hours, trend.severity) == ("TREND", {SYMBOL: 0.75}, 1, 2)
    assert (veto.number, veto.kind, veto.confidence) == (6, "VETO", 0.25)
