"""Who hears what: signals go to the roles that heed their kind, those of a user's own among them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from role_files import role, stepped, write

from freeagentics.agents import BUILT_IN, ROLES, SIGNAL_KINDS, SignalKind
from freeagentics.agents.user_cohort import UserCohort
from freeagentics.errors import BadScenario
from freeagentics.records import RunRecord
from freeagentics.runs import run
from freeagentics.scenario import load_scenario
from freeagentics.simulation import MarketModel

ROOT = Path(__file__).parents[2]
LISTENING = """
self.heard += [[seen.step, signal.kind] for signal in signals]
return Action("wait")
"""
EAR = "    state = ('heard',)\n    def __init__(self):\n        self.heard = []\n"


def team(*others: str, desks: int = 1) -> str:
    names = (*others, "mine")
    return (
        f"steps = 40\n[plugins]\nfiles = ['mine.py']\n[agents]\ncount = {desks * len(names)}\n[agents.team]\n"
        + "".join(f"{name} = 1\n" for name in names)
        + "[roles.market-hunter]\nthreshold = 0.001\n"
    )


def heard_by(model: MarketModel) -> list[list[object]]:
    (cohort,) = (cohort for cohort in model.population.cohorts if cohort.role == "mine")
    assert isinstance(cohort, UserCohort)
    return [signal for agent in cohort.agents if agent is not None for signal in vars(agent)["heard"]]


def test_kinds_that_built_in_roles_act_on_are_kinds_that_they_heed() -> None:
    heeds = {name: {kind.name for kind in ROLES[name].heeds} for name in BUILT_IN}
    assert heeds == {
        "market-hunter": set(),
        "sentiment-analyzer": set(),
        "risk-manager": {"WHALE_ACTIVITY", "TREND", "VOLATILITY"},
        "portfolio-optimizer": set(SIGNAL_KINDS) - {"TARGET"},
        "trade-executor": set(SIGNAL_KINDS),
    }


@pytest.mark.parametrize(("heeds", "kinds"), [("('LIMIT',)", {"LIMIT"}), ("('TARGET', 'LIMIT')", {"TARGET", "LIMIT"}), ("()", set())])
def test_a_role_hears_the_kinds_that_it_heeds_and_no_other(tmp_path: Path, heeds: str, kinds: set[str]) -> None:
    model = stepped(write(tmp_path, role(LISTENING, extra=f"{EAR}    heeds = {heeds}\n"), team(*BUILT_IN)), steps=20)
    assert {kind for _, kind in heard_by(model)} == kinds


@pytest.mark.parametrize(("phase", "first"), [(0, 2), (1, 2), (2, 1), (3, 1)])
def test_what_an_earlier_phase_tells_is_heard_in_the_same_step_and_the_rest_in_the_next(tmp_path: Path, phase: int, first: int) -> None:
    code = role(LISTENING, extra=f"{EAR}    heeds = ('LIMIT',)\n").replace("phase = EXECUTING", f"phase = {phase}")
    model = stepped(write(tmp_path, code, team("risk-manager")))
    assert heard_by(model)[0] == [first, "LIMIT"]


def test_a_kind_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadScenario, match="role Mine: its heeds: no 'VETOO'; did you mean 'VETO'?"):
        load_scenario(write(tmp_path, role("return Action('wait')", extra="    heeds = ('VETOO',)\n")))


def test_a_target_that_a_role_of_ones_own_tells_moves_the_desk(tmp_path: Path) -> None:
    body = "return Action('act', signals=[Tell('TARGET', data={'BTCUSDT': 0.2})])"
    code = role(body, extra="    heeds = ()\n").replace("phase = EXECUTING", "phase = 2")
    record = run(write(tmp_path, code, team("market-hunter", "trade-executor")), steps=6, out=tmp_path / "run")
    bought = record.fill_frame
    assert bought["notional"].sum() == pytest.approx(20_000, rel=0.02)
    assert set(bought["agent"]) == {"trade-executor-0000"}


def test_those_who_heed_stand_on_record_as_the_audience(tmp_path: Path) -> None:
    scenario = write(tmp_path, role("return Action('wait')", extra="    heeds = ('LIMIT',)\n"), team(*BUILT_IN))
    frame = run(scenario, steps=12, out=tmp_path / "run").signal_frame
    told = frame.group_by("kind").agg(pl.col("audience").first())
    audience = {kind: set(names) for kind, names in told.iter_rows()}
    assert audience["LIMIT"] == {"portfolio-optimizer", "trade-executor", "mine"}
    assert audience["TARGET"] == {"trade-executor"}


def momentum(tmp_path: Path, max_drawdown: float) -> RunRecord:
    changes = {"agents.count": 3, "roles.momentum.enter": 0.05, "roles.risk-manager.max_drawdown": max_drawdown}
    return run(ROOT / "examples" / "momentum.toml", steps=300, overrides=changes, out=tmp_path / str(max_drawdown))


def test_the_veto_of_the_example_arrives_and_nothing_is_bought_until_it_is_lifted(tmp_path: Path) -> None:
    free, bound = momentum(tmp_path, 0.2), momentum(tmp_path, 0.005)
    signals = bound.signal_frame.filter(pl.col("kind") == "VETO").sort("step")
    vetoed, lifted = (signals.filter((pl.col("data").list.first() > 0) == wanted)["step"].to_list() for wanted in (True, False))
    first = vetoed[0]
    end = next((step for step in lifted if step > first), 301)
    orders = bound.order_frame.filter(pl.col("agent") == "momentum-0000")
    # What it held is sold in the very step of the veto.
    assert orders.filter(pl.col("step") == first)["quantity"].to_list()[0] < 0
    assert not orders.filter(pl.col("step").is_between(first, end - 1) & (pl.col("quantity") > 0)).height
    assert free.order_frame.filter(pl.col("step").is_between(first, end - 1) & (pl.col("quantity") > 0)).height
    memories = bound.memory_frame.filter((pl.col("agent") == "momentum-0000") & pl.col("step").is_between(first, end - 1))
    assert (memories["veto_heard"] == 1).all()


def test_the_limit_of_the_example_cuts_what_it_buys(tmp_path: Path) -> None:
    changes = {"agents.count": 3, "roles.momentum.enter": 0.05, "roles.risk-manager.max_exposure": 0.1}
    record = run(ROOT / "examples" / "momentum.toml", steps=100, overrides=changes, out=tmp_path / "run")
    bought = record.fill_frame.filter(pl.col("quantity") > 0)
    assert bought.height
    assert (bought["notional"] < 0.1 * 1.25 * 100_000).all()


def test_a_peer_hears_what_its_own_kind_tells_and_nobody_hears_oneself(tmp_path: Path) -> None:
    body = f"self.heard += [[seen.step, signal.kind] for signal in signals]\nreturn Action('act', [Tell('{SignalKind.TREND.name}')])"
    scenario = write(tmp_path, role(body, extra=EAR), team().replace("count = 1", "count = 2").replace("mine = 1", "mine = 2"))
    assert heard_by(stepped(scenario, steps=3)) == [[2, "TREND"], [3, "TREND"]] * 2
