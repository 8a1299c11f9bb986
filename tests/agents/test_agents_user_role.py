"""Roles of a user's own: what they get, what they may not do, and that a run with them is as reproducible as any."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from freeagentics.errors import BadInput, BadScenario, RoleFailed
from freeagentics.journal import Journal
from freeagentics.model import MarketModel, RunRecord, explain, load_scenario, resume, run

ROOT = Path(__file__).parents[2]
HEAD = "from freeagentics.agents.user_role import *\nfrom freeagentics.agents.user_role import EXECUTING\n"
SCENARIO = """
steps = 12
[plugins]
files = ["mine.py"]
[agents]
count = 4
[agents.team]
market-hunter = 1
mine = 1
"""


def role(body: str, *, name: str = "mine", extra: str = "") -> str:
    indented = "\n".join(f"        {line}" for line in body.strip().splitlines())
    return f"""{HEAD}
class Mine(UserRole):
    name = "{name}"
    phase = EXECUTING
    actions = ("wait", "act")
    reasoning = ("why",)
{extra}
    def decide(self, seen, signals, memories):
{indented}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(SCENARIO)
    return path


def write(scenario: Path, text: str) -> Path:
    (scenario.parent / "mine.py").write_text(text)
    return scenario


def stepped(scenario: Path, steps: int = 3) -> MarketModel:
    with MarketModel(load_scenario(scenario)) as model:
        for _ in range(steps):
            model.step()
        return model


def test_it_sees_what_its_sources_show_and_the_books_of_its_desk(scenario: Path) -> None:
    body = """
assert set(seen.prices) == {"BTCUSDT"} and seen.prices["BTCUSDT"] > 1000
assert set(seen.columns) and all(name.startswith("price.") for name in seen.columns)
assert abs(sum(seen.belief["BTCUSDT"].values()) - 1) < 1e-5
assert 0 < seen.cash <= seen.equity <= 100_000
return Action("wait", reasoning={"why": seen.step})
"""
    stepped(write(scenario, role(body)))


def test_its_orders_are_filled_at_the_next_open_and_cut_to_its_cash(scenario: Path) -> None:
    model = stepped(write(scenario, role('return Action("act", orders=[Order("BTCUSDT", 1000.0)])')), steps=2)
    accounts = model.market.accounts
    assert (accounts.position > 0).all()
    assert ((accounts.cash >= 0) & (accounts.cash < 1000_00)).all()


def test_signals_reach_it_and_its_own_reach_others(scenario: Path) -> None:
    body = """
self.heard += [signal.kind for signal in signals]
return Action("act", signals=[Tell("VETO", ["market-hunter"], {"BTCUSDT": 1.0})], reasoning={"why": len(self.heard)})
"""
    extra = "    state = ('heard',)\n    def __init__(self):\n        self.heard = []\n"
    model = stepped(write(scenario, role(body, extra=extra)), steps=5)
    hunter = model.population.cohorts[0]
    assert (hunter.heard.data[hunter.number_in_role < 2, 5][:2] == 1).all()


def test_memories_come_with_their_outcomes(scenario: Path) -> None:
    body = """
if seen.step > 11:
    assert memories and all(memory.age >= 8 and 0 < memory.relevance <= 1 for memory in memories)
return Action("wait")
"""
    stepped(write(scenario, role(body)), steps=12)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("return 1 / 0", r"mine-0000 at step 1: ZeroDivisionError: division by zero \(.*mine.py, line \d+\)"),
        ("return None", "mine-0000 at step 1: decide returned NoneType; return an Action"),
        ('return Action("wiat")', "no action 'wiat'; did you mean 'wait'"),
        ('return Action("wait", reasoning={"because": 1.0})', "'because' is not among the role's reasoning"),
        ('return Action("wait", orders=[Order("BTC", 1.0)])', "is not an Order of a finite quantity of BTCUSDT"),
        ('return Action("wait", orders=[Order("BTCUSDT", float("nan"))])', "is not an Order of a finite quantity"),
        ('return Action("wait", signals=[Tell("VETOO", ["market-hunter"], {})])', "no kind of signal 'VETOO'; did you mean 'VETO'"),
        ('return Action("wait", signals=[Tell("VETO", ["market-hunter"], {}, confidence=2)])', "confidence is 0 to 1"),
        ('return Action("wait", stance={"BTCUSDT": float("inf")})', "must be finite numbers"),
    ],
)
def test_what_it_does_wrong_stops_the_run_in_one_line(scenario: Path, body: str, line: str) -> None:
    with pytest.raises(RoleFailed, match=line):
        stepped(write(scenario, role(body)))


def test_state_that_is_not_declared_fails_the_first_checkpoint(scenario: Path, tmp_path: Path) -> None:
    write(scenario, role("self.count = seen.step\nreturn Action('wait')"))
    with pytest.raises(RoleFailed, match="mine-0000: attribute 'count' is not declared"):
        run(scenario, overrides={"run.checkpoint_every": 5}, out=tmp_path / "run")


def test_state_that_cannot_be_kept_is_named(scenario: Path, tmp_path: Path) -> None:
    write(scenario, role("self.count = object()\nreturn Action('wait')", extra="    state = ('count',)\n"))
    with pytest.raises(RoleFailed, match="role mine: its state .* cannot be kept"):
        run(scenario, out=tmp_path / "run")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = ", "mine.py: SyntaxError"),
        ("x = 1", "neither a role .* nor a source"),
        (role("pass", name="Mine Own"), "its name is 'Mine Own'; it must be lower-case"),
        (role("pass", name="market-hunter"), "the name 'market-hunter' comes with the package"),
        (role("pass", name="desk"), "the name 'desk' comes with the package"),
        (role("pass", extra="    phase = 9\n"), "its phase is 9"),
    ],
)
def test_a_plugin_that_cannot_be_is_one_line(scenario: Path, text: str, line: str) -> None:
    with pytest.raises(BadScenario, match=line):
        load_scenario(write(scenario, text))


def test_a_missing_plugin_is_named(scenario: Path) -> None:
    with pytest.raises(BadScenario, match=r"mine.py: no such file"):
        load_scenario(scenario)


def test_state_and_chance_come_back_when_a_run_goes_on(scenario: Path, tmp_path: Path) -> None:
    body = """
self.seen.append(float(self.random.random()))
return Action("act", orders=[Order("BTCUSDT", sum(self.seen) / 1000)], reasoning={"why": sum(self.seen)})
"""
    write(scenario, role(body, extra="    state = ('seen',)\n    def __init__(self):\n        self.seen = []\n"))
    whole = run(scenario, out=tmp_path / "whole")
    run(scenario, steps=7, out=tmp_path / "half")
    # The run keeps the code that it began with.
    write(scenario, role("return Action('wait')"))
    assert resume(tmp_path / "half", steps=12).summary.trajectory_sha256 == whole.summary.trajectory_sha256


@pytest.fixture(scope="module")
def momentum(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run(ROOT / "examples" / "momentum.toml", steps=80, out=tmp_path_factory.mktemp("momentum") / "run")


def test_the_example_trades_with_its_own_source(momentum: RunRecord) -> None:
    frame = momentum.agent_frame
    assert set(frame["role"]) == {"market-hunter", "risk-manager", "momentum"}
    assert {"buy", "sell"} <= set(frame["action"])
    one = explain(momentum.path, "momentum-0002", 60)
    assert one.sources == ("price", "vwap")
    assert one.paid == 5
    assert one.saw["vwap.gap"] == pytest.approx(one.reasoning["vwap_gap"])


def test_the_example_runs_to_the_same_end_every_time(momentum: RunRecord, tmp_path: Path) -> None:
    again = run(ROOT / "examples" / "momentum.toml", steps=80, overrides={"run.workers": 2}, out=tmp_path / "run")
    assert again.summary.trajectory_sha256 == momentum.summary.trajectory_sha256


def test_the_page_on_roles_does_what_it_says(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "writing-a-role.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (toml,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "cautious.py").write_text(code)
    (tmp_path / "mine.toml").write_text(toml)
    record = run(tmp_path / "mine.toml", out=tmp_path / "run")
    assert explain(record.path, "cautious-0003", 120).reasoning["wanted"] <= 0.1


def test_a_key_that_a_roles_settings_do_not_know_is_refused_whatever_they_say(scenario: Path) -> None:
    settings = "from pydantic import BaseModel\nclass Loose(BaseModel):\n    window: int = 48\n"
    write(scenario, settings + role("return Action('wait')", extra="    Settings = Loose\n"))
    scenario.write_text(SCENARIO + "[roles.mine]\nwindw = 24\n")
    with pytest.raises(BadScenario, match="unknown key 'roles.mine.windw'; did you mean 'window'?"):
        load_scenario(scenario)
    scenario.write_text(SCENARIO + "[roles.mine]\nwindow = 24\n")
    assert load_scenario(scenario).roles["mine"].window == 24


def test_a_decide_of_another_shape_is_refused_before_the_run(scenario: Path) -> None:
    with pytest.raises(BadScenario, match=r"decide must take \(self, seen, signals, memories\)"):
        load_scenario(write(scenario, role("return Action('wait')").replace("(self, seen, signals, memories)", "(self, seen)")))


@pytest.mark.parametrize("attempt", range(20))
def test_a_role_that_raises_is_what_the_run_says_whatever_the_writer_is_doing(scenario: Path, tmp_path: Path, attempt: int) -> None:
    write(scenario, role(f"1 / (seen.step - {5 + attempt % 4})\nreturn Action('wait')"))
    with pytest.raises(RoleFailed, match="ZeroDivisionError"):
        run(scenario, out=tmp_path / "run")
    with Journal(tmp_path / "run" / "journal.db") as journal:
        marker = journal.marker()
        assert marker is not None
        # The step before was handed over, and is there.
        assert marker.step == 4 + attempt % 4


def test_a_source_that_looks_ahead_is_refused(scenario: Path) -> None:
    source = """
import numpy as np
from freeagentics.market import Source
class Oracle(Source):
    name = "oracle"
    columns = ("oracle.next",)
    hint = "oracle.next"
    def missing(self, bars, daily):
        return ()
    def compute(self, bars, daily):
        return np.sign(np.roll(bars.close, -1, axis=0) - bars.close)[..., None].astype(np.float32)
"""
    write(scenario, source + role("return Action('wait')"))
    scenario.write_text(SCENARIO + "[market.sources]\nprice = 0\noracle = 1\n")
    with pytest.raises(BadInput, match="source oracle: what it shows of bar .* changes when later bars are known"):
        stepped(scenario)
