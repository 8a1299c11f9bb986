"""Roles of a user's own: what they get, what they may not do, and that a run with them is as reproducible as any."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from role_files import SCENARIO, role, stepped, write

from freeagentics.agents import BUILT_IN
from freeagentics.agents.user_cohort import UserCohort
from freeagentics.errors import BadScenario, RoleFailed
from freeagentics.journal import Journal
from freeagentics.records import RunRecord
from freeagentics.replay import explain
from freeagentics.runs import resume, run
from freeagentics.scenario import load_scenario
from freeagentics.simulation import MarketModel

ROOT = Path(__file__).parents[2]


def test_it_sees_what_its_sources_show_and_the_books_of_its_desk(tmp_path: Path) -> None:
    body = """
assert set(seen.prices) == {"BTCUSDT"} and seen.prices["BTCUSDT"] > 1000
assert set(seen.columns) and all(name.startswith("price.") for name in seen.columns)
assert abs(sum(seen.belief["BTCUSDT"].values()) - 1) < 1e-5
assert 0 < seen.cash <= seen.equity <= 100_000
return Action("wait", reasoning={"why": seen.step})
"""
    stepped(write(tmp_path, role(body)))


def test_its_orders_are_filled_at_the_next_open_and_cut_to_its_cash(tmp_path: Path) -> None:
    model = stepped(write(tmp_path, role('return Action("act", orders=[Order("BTCUSDT", 1000.0)])')), steps=2)
    accounts = model.market.accounts
    assert (accounts.position > 0).all()
    assert ((accounts.cash >= 0) & (accounts.cash < 1000_00)).all()


def test_cash_and_equity_are_exact_to_the_cent(tmp_path: Path) -> None:
    body = """
self.seen += [seen.cash, seen.equity]
return Action("act", orders=[Order("BTCUSDT", 0.1 * seen.step)])
"""
    extra = "    state = ('seen',)\n    def __init__(self):\n        self.seen = []\n"
    path = write(tmp_path, role(body, extra=extra), SCENARIO.replace("market-hunter = 1\n", ""))
    with MarketModel(load_scenario(path, {"market.cash": 123_456_789.01})) as model:
        cents = []
        for _ in range(12):
            model.step()
            accounts = model.market.accounts
            cents += [int(accounts.cash[0]), int(accounts.equity(model.observations.read(model.steps).prices)[0])]
        (cohort,) = model.population.cohorts
        assert isinstance(cohort, UserCohort)
        assert vars(cohort.agents[0])["seen"] == [amount / 100 for amount in cents]


def test_it_hears_its_desk_and_its_own_signals_reach_others(tmp_path: Path) -> None:
    body = """
self.heard += [signal.kind for signal in signals]
return Action("act", signals=[Tell("VETO", ["market-hunter"], {"BTCUSDT": 1.0})], reasoning={"why": len(self.heard)})
"""
    extra = "    state = ('heard',)\n    def __init__(self):\n        self.heard = []\n"
    team = SCENARIO.replace("count = 4", "count = 6").replace("market-hunter = 1", "market-hunter = 1\nrisk-manager = 1")
    model = stepped(write(tmp_path, role(body, extra=extra), team), steps=5)
    hunter, _, mine = model.population.cohorts
    assert (hunter.heard.data[hunter.number_in_role < 2, 5][:2] == 1).all()
    assert isinstance(mine, UserCohort)
    for agent in mine.agents[:2]:
        assert set(vars(agent)["heard"]) == {"LIMIT"}


@pytest.mark.parametrize("others", [BUILT_IN, ("trade-executor",)])
def test_the_largest_numbers_that_it_may_tell_leave_those_who_learn_from_them_sane(tmp_path: Path, others: tuple[str, ...]) -> None:
    team = SCENARIO.replace("count = 4", "count = 6").replace("market-hunter = 1", "\n".join(f"{name} = 1" for name in others))
    body = """
most = (-1) ** seen.step * 1e6
told = [Tell(kind, TEAM, {"BTCUSDT": most}) for kind in ("TREND", "SENTIMENT", "WHALE_ACTIVITY", "VOLATILITY")]
told += [Tell(kind, TEAM, {"BTCUSDT": seen.step % 2}) for kind in ("LIMIT", "TARGET", "VETO")[: seen.step % 4]]
return Action("act", told, stance={"BTCUSDT": most})
"""
    code = role(body, extra="    phase = 0\n").replace("class Mine", f"TEAM = {BUILT_IN}\nclass Mine")
    model = stepped(write(tmp_path, code, team), steps=12)
    for cohort in model.population.cohorts:
        for name, array in cohort.state().items():
            if array.dtype.kind == "f" and not name.endswith("index.result"):
                assert np.isfinite(array).all(), (cohort.role, name)


def test_memories_come_with_their_outcomes(tmp_path: Path) -> None:
    body = """
if seen.step > 11:
    assert memories and all(memory.age >= 8 and 0 < memory.relevance <= 1 for memory in memories)
return Action("wait")
"""
    stepped(write(tmp_path, role(body)), steps=12)


def test_trust_in_memories_is_left_to_the_role(tmp_path: Path) -> None:
    body = "return Action('act', value=sum(memory.result for memory in memories), stance={'BTCUSDT': seen.step % 3 - 1})"
    scenario = write(tmp_path, role(body), SCENARIO.replace("market-hunter = 1\n", ""))
    ends = []
    for trust in (0.0, 1.0):
        with MarketModel(load_scenario(scenario, {"memory.trust": trust})) as model:
            for _ in range(12):
                model.step()
            ends.append(model.trajectory_sha256)
    assert ends[0] == ends[1]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("return 1 / 0", r"ZeroDivisionError: division by zero"),
        ("import sys\nsys.exit()", "SystemExit"),
        ("import sys\nsys.exit('I give up')", "SystemExit: I give up"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("import json\nreturn json.loads('{')", "JSONDecodeError: Expecting property name"),
        ("raise ValueError('one\\nand two')", "ValueError: one and two"),
    ],
)
def test_what_it_raises_stops_the_run_in_one_line_that_says_where(tmp_path: Path, body: str, line: str) -> None:
    with pytest.raises(RoleFailed) as failure:
        stepped(write(tmp_path, role(body)))
    assert re.fullmatch(rf"mine-0000 at step 1: {line}.* \(.*mine\.py, line 1\d\)", str(failure.value))


def test_ctrl_c_stops_a_run_even_inside_a_role(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        stepped(write(tmp_path, role("raise KeyboardInterrupt")))


def test_an_agent_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    extra = "    def __init__(self):\n        self.window = self.settings.windw\n"
    with pytest.raises(
        RoleFailed, match=r"mine-0000: AttributeError: 'NoSettings' object has no attribute 'windw' \(.*mine.py, line 1\d\)"
    ):
        stepped(write(tmp_path, role("return Action('wait')", extra=extra)))


@pytest.mark.parametrize(
    "write_to", ["seen.prices['BTCUSDT'] = 1.0", "seen.columns['price.trend']['BTCUSDT'] = 1.0", "del seen.columns['price.trend']"]
)
def test_what_all_agents_of_a_role_look_at_cannot_be_changed_by_one(write_to: str, tmp_path: Path) -> None:
    path = write(tmp_path, role(f"{write_to}\nreturn Action('wait')", extra="    reads = ('price',)\n"))
    with pytest.raises(RoleFailed, match="does not support item"):
        stepped(path)


def test_state_and_chance_come_back_when_a_run_goes_on(tmp_path: Path) -> None:
    body = """
self.seen.append(float(self.random.random()))
return Action("act", orders=[Order("BTCUSDT", sum(self.seen) / 1000)], reasoning={"why": sum(self.seen)})
"""
    scenario = write(tmp_path, role(body, extra="    state = ('seen',)\n    def __init__(self):\n        self.seen = []\n"))
    whole = run(scenario, out=tmp_path / "whole")
    run(scenario, steps=7, out=tmp_path / "half")
    # The run keeps the code that it began with.
    write(tmp_path, role("return Action('wait')"))
    assert resume(tmp_path / "half", steps=12).summary.trajectory_sha256 == whole.summary.trajectory_sha256


@pytest.fixture(scope="module")
def momentum(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run(ROOT / "examples" / "momentum.toml", steps=60, out=tmp_path_factory.mktemp("momentum") / "run")


def test_the_example_trades_with_its_own_source(momentum: RunRecord) -> None:
    frame = momentum.agent_frame
    assert set(frame["role"]) == {"market-hunter", "risk-manager", "momentum"}
    assert {"buy", "sell"} <= set(frame["action"])
    one = explain(momentum.path, "momentum-0002", 50)
    assert one.sources == ("price", "vwap")
    assert one.paid == 5
    assert one.saw["vwap.gap"] == pytest.approx(one.reasoning["vwap_gap"])


def test_counts_of_whales_are_whole_in_the_memories_of_the_example(momentum: RunRecord) -> None:
    frame = momentum.memory_frame
    heard = frame.filter(frame["agent"].str.starts_with("momentum"))["whales_heard"]
    assert (heard == 0).sum() > 100
    assert (heard % 1 == 0).all()


def test_the_example_runs_to_the_same_end_every_time(momentum: RunRecord, tmp_path: Path) -> None:
    again = run(ROOT / "examples" / "momentum.toml", steps=60, overrides={"run.workers": 2}, out=tmp_path / "run")
    assert again.summary.trajectory_sha256 == momentum.summary.trajectory_sha256


def test_the_page_on_roles_does_what_it_says(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "writing-a-role.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (toml,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "cautious.py").write_text(code)
    (tmp_path / "mine.toml").write_text(toml)
    record = run(tmp_path / "mine.toml", steps=60, out=tmp_path / "run")
    assert explain(record.path, "cautious-0003", 60).reasoning["wanted"] <= 0.1


def test_a_key_that_a_roles_settings_do_not_know_is_refused_whatever_they_say(tmp_path: Path) -> None:
    settings = "from pydantic import BaseModel\nclass Loose(BaseModel):\n    window: int = 48\n"
    code = settings + role("return Action('wait')", extra="    Settings = Loose\n")
    with pytest.raises(BadScenario, match="unknown key 'roles.mine.windw'; did you mean 'roles.mine.window'?"):
        load_scenario(write(tmp_path, code, SCENARIO + "[roles.mine]\nwindw = 24\n"))
    assert load_scenario(write(tmp_path, code, SCENARIO + "[roles.mine]\nwindow = 24\n")).roles["mine"].window == 24


@pytest.mark.parametrize("attempt", range(8))
def test_a_role_that_raises_is_what_the_run_says_whatever_the_writer_is_doing(tmp_path: Path, attempt: int) -> None:
    scenario = write(tmp_path, role(f"1 / (seen.step - {5 + attempt % 4})\nreturn Action('wait')"))
    with pytest.raises(RoleFailed, match="ZeroDivisionError"):
        run(scenario, out=tmp_path / "run")
    with Journal(tmp_path / "run" / "journal.db") as journal:
        commit = journal.commit_record()
        assert commit is not None
        # The step before was handed over, and is there.
        assert commit.step == 4 + attempt % 4
