"""Plugins belong to the scenario that loaded them, and those of a run directory are run only where this user has run them before."""

from __future__ import annotations

import copy
import hashlib
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from freeagentics.cli.afterwards import write_audit
from freeagentics.errors import BadScenario, UntrustedPlugin
from freeagentics.journal import Journal
from freeagentics.records import RunRecord
from freeagentics.records.feature_std import feature_std
from freeagentics.records.roster import Roster
from freeagentics.replay import explain
from freeagentics.runs import fork, resume, run
from freeagentics.runs.run_states import RunStates
from freeagentics.scenario import Scenario, load_scenario
from freeagentics.simulation import MarketModel
from freeagentics.sync.projection import memory_entries
from freeagentics.sync.store_admin import purge_store, sync_stores

ROOT = Path(__file__).parents[2]
DATA = ROOT / "freeagentics" / "market" / "data"
ROLE = """
from freeagentics.agents.user_role import EXECUTING, Action, UserRole
class Mine(UserRole):
    name = "mine"
    phase = EXECUTING
    actions = ("wait", "{word}")
    reasoning = ("{word}",)
    def decide(self, seen, signals, memories):
        return Action("{word}", reasoning={{"{word}": 1.0}})
"""
SOURCE = """
import numpy as np
from freeagentics.market import Source
class Mine(Source):
    name = "own"
    columns = ("own.{word}",)
    direction = "own.{word}"
    def missing(self, bars, daily):
        return ()
    def compute(self, bars, daily):
        return np.zeros((*bars.close.shape, 1), dtype=np.float32)
"""
SCENARIO = """
steps = 6
[plugins]
files = ["mine.py", "source.py"]
[agents]
count = 2
[agents.team]
market-hunter = 1
mine = 1
[market.sources]
price = 0
own = 1
[run]
checkpoint_every = 3
"""


def written(folder: Path, word: str) -> Path:
    """A scenario with a role and a source of its own, both of which say *word*."""
    folder.mkdir(exist_ok=True)
    (folder / "mine.py").write_text(ROLE.format(word=word))
    (folder / "source.py").write_text(SOURCE.format(word=word))
    (folder / "mine.toml").write_text(SCENARIO)
    return folder / "mine.toml"


def words(scenario: Scenario) -> tuple[str, str]:
    """What the role of a model of it does, and what its source shows."""
    with MarketModel(scenario) as model:
        model.step()
        assert model.population.cohorts[-1].step_context is None
        return model.names.team[-1].actions[1], model.market.columns[-1]


def test_two_scenarios_may_have_different_code_under_one_name(tmp_path: Path) -> None:
    first, second = (load_scenario(written(tmp_path / word, word)) for word in ("yes", "no"))
    assert words(first) == ("yes", "own.yes")
    assert words(second) == ("no", "own.no")
    assert words(first.model_copy(update={"seed": 3})) == ("yes", "own.yes")
    assert first != second


def test_a_scenario_keeps_the_code_that_it_was_loaded_with_whatever_becomes_of_the_file(tmp_path: Path) -> None:
    before = load_scenario(written(tmp_path, "yes"))
    written(tmp_path, "no")
    record = run(before, seed=2, out=tmp_path / "run")
    assert set(record.decision_frame.filter(role="mine")["action"]) == {"yes"}
    assert "yes" in (record.path / "plugins" / "mine.py").read_text()
    assert words(load_scenario(tmp_path / "mine.toml")) == ("no", "own.no")


def test_what_no_scenario_named_is_no_role_in_the_next_one(tmp_path: Path) -> None:
    load_scenario(written(tmp_path, "yes"))
    with pytest.raises(BadScenario, match="no role 'mine'"):
        load_scenario("btc-replay", {"agents.team": {"mine": 1}})
    with pytest.raises(BadScenario, match="no source 'own'"):
        load_scenario("btc-replay", {"market.sources": {"price": 0, "own": 1}})


@pytest.mark.parametrize(("file", "what"), [("mine.py", "role 'mine'"), ("source.py", "source 'own'")])
def test_two_files_of_one_scenario_with_one_name_are_refused(tmp_path: Path, file: str, what: str) -> None:
    path = written(tmp_path, "yes")
    shutil.copy(tmp_path / file, tmp_path / "again.py")
    with pytest.raises(BadScenario, match=rf"again\.py: the {what} is in .*{file} as well"):
        load_scenario(path, {"plugins.files": [str(tmp_path / name) for name in ("mine.py", "source.py", "again.py")]})


def test_two_classes_of_one_file_with_one_name_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "yes")
    (tmp_path / "mine.py").write_text(ROLE.format(word="yes") + "\nclass Other(Mine):\n    pass\n")
    with pytest.raises(BadScenario, match=r"mine\.py: it has two roles called 'mine'"):
        load_scenario(path)


def test_scenarios_are_copied_and_without_plugins_pickled() -> None:
    world = load_scenario("btc-replay")
    assert copy.deepcopy(world) == pickle.loads(pickle.dumps(world)) == world


# What stands in a run directory may have come from anywhere.


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A file that appears when code of the stranger's run is run."""
    return tmp_path / "sprung"


@pytest.fixture
def strange(tmp_path: Path, trap: Path) -> Path:
    """A run directory from somebody else, with a line added to both of its plugins."""
    path = run(written(tmp_path / "mine", "yes"), out=tmp_path / "run").path
    for plugin in (path / "plugins").iterdir():
        plugin.write_text(f"import pathlib\npathlib.Path({str(trap)!r}).touch()\n{plugin.read_text()}")
    return path


def test_reading_a_run_runs_none_of_its_code(strange: Path, trap: Path) -> None:
    record = RunRecord(strange)
    record.save_report(strange / "report.html")
    assert set(record.decision_frame.filter(role="mine")["action"]) == {"yes"}
    assert record.decision_frame["reason.yes"].drop_nulls().to_list() == [1.0] * 6
    for frame in ("signal_frame", "order_frame", "fill_frame", "memory_frame", "desk_frame"):
        assert getattr(record, frame) is not None
    assert record.scenario.agents.team == {"market-hunter": 1, "mine": 1}
    sync_stores(strange, f"sqlite:///{strange}/a.db")
    purge_store(f"sqlite:///{strange}/a.db", strange)
    assert not trap.exists()


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A fork with bars, daily figures, a source and a role of a user's own, all of which are gone, with the run that it was forked from."""
    given = tmp_path / "given"
    shutil.copytree(ROOT / "examples", given)
    for name in ("btcusdt-1h", "btc-sentiment-funding-1d"):
        shutil.copy(DATA / f"{name}.parquet", given)
    own = {"market.bars": str(given / "btcusdt-1h.parquet"), "market.daily": str(given / "btc-sentiment-funding-1d.parquet")}
    made = run(load_scenario(given / "momentum.toml", own), agents=9, steps=30, out=tmp_path / "made")
    path = fork(made.path, 12, out=tmp_path / "bare").path
    for folder in (given, made.path, path / "plugins", path / "data"):
        shutil.rmtree(folder)
    return path


def test_a_run_can_be_read_when_its_plugins_and_bars_are_gone(bare: Path) -> None:
    record = RunRecord(bare)
    for frame in ("model", "agent", "decision", "signal", "memory", "desk"):
        assert getattr(record, f"{frame}_frame").height, frame
    assert (record.order_frame.height, record.fill_frame.height) == (record.summary.orders, record.summary.fills)
    assert {"reason.vwap_gap", "reason.trades"} <= set(record.decision_frame.columns)
    assert record.decision_frame.filter(role="momentum")["action"].is_in(["wait", "buy", "sell", "stand-aside"]).all()
    assert "vwap" in record.save_report(bare / "report.html").read_text(encoding="utf-8")
    with RunStates(bare) as states:
        assert [state.current_cycle for state in states.checkpoints("momentum-0000")] == [12, 30]
    sync_stores(bare, f"sqlite:///{bare}/a.db")
    purge_store(f"sqlite:///{bare}/a.db", bare)
    with Journal(record.directory.journal) as journal:
        names = Roster(journal)
        assert (names.symbols, list(names.sources)) == (("BTCUSDT",), ["price", "whales", "vwap"])
        assert len(memory_entries(journal, names, 1, 30)) == 9 * 30
    assert set(feature_std(record)) == {"market-hunter", "risk-manager", "momentum"}


NEED_CODE: dict[str, Callable[[Path, bool], object]] = {
    "explain": lambda path, allow: explain(path, "mine-0000", 4, allow_plugins=allow),
    "resume": lambda path, allow: resume(path, steps=8, allow_plugins=allow),
    "fork": lambda path, allow: fork(path, 2, out=path.parent / "fork", allow_plugins=allow),
    "audit": lambda path, allow: write_audit(RunRecord(path), 3, allow_plugins=allow),
    "state": lambda path, allow: RunStates(path, allow_plugins=allow).at("mine-0000", 4),
    "run its file": lambda path, allow: run(path / "run.toml", out=path.parent / "again", allow_plugins=allow),
    "run its scenario": lambda path, allow: run(RunRecord(path).scenario, out=path.parent / "again", allow_plugins=allow),
}


@pytest.mark.parametrize("use", NEED_CODE.values(), ids=list(NEED_CODE))
def test_what_needs_its_code_says_what_it_would_run_and_runs_it_only_when_allowed(
    use: Callable[[Path, bool], object], strange: Path, trap: Path
) -> None:
    with pytest.raises(UntrustedPlugin) as refused:
        use(strange, False)
    said = str(refused.value)
    for plugin in (strange / "plugins").iterdir():
        assert f"{plugin} (sha256 {hashlib.sha256(plugin.read_bytes()).hexdigest()})" in said
    assert "--allow-plugins" in said and "\n" not in said
    assert not trap.exists()
    use(strange, True)
    assert trap.exists()
    # Now they are among what this user has run.
    explain(strange, "mine-0000", 1)


def test_a_model_of_a_strangers_scenario_is_refused_as_well(strange: Path, trap: Path) -> None:
    for scenario in (RunRecord(strange).scenario, str(strange / "run.toml")):
        with pytest.raises(UntrustedPlugin):
            MarketModel(scenario)
    assert not trap.exists()


def test_ones_own_run_goes_on_wherever_it_is_moved(tmp_path: Path) -> None:
    path = run(written(tmp_path / "mine", "yes"), out=tmp_path / "run").path.rename(tmp_path / "moved")
    assert explain(path, "mine-0000", 5).action == "yes"
    assert resume(path, steps=7).summary.steps == 7
    assert words(RunRecord(path).scenario) == ("yes", "own.yes")


def test_a_fork_may_take_other_code_of_ones_own_but_not_other_names(tmp_path: Path) -> None:
    path = run(written(tmp_path / "mine", "yes"), out=tmp_path / "run").path
    other = written(tmp_path / "other", "yes").parent
    (other / "mine.py").write_text((other / "mine.py").read_text().replace('Action("yes"', 'Action("wait"'))
    files = {"plugins.files": [str(other / name) for name in ("mine.py", "source.py")]}
    record = fork(path, 3, overrides=files, out=tmp_path / "fork")
    assert record.decision_frame.filter(role="mine")["action"].to_list() == ["yes"] * 3 + ["wait"] * 3
    assert [explain(record.path, "mine-0000", step).action for step in (2, 5)] == ["yes", "wait"]
    written(other, "no")
    with pytest.raises(BadScenario, match="role mine: its phase, actions and reasoning cannot change"):
        fork(path, 3, overrides=files, out=tmp_path / "second")


# The list of what this user has run.


def test_without_a_place_for_the_list_one_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    record = run(written(tmp_path / "mine", "yes"), out=tmp_path / "run")
    with pytest.raises(UntrustedPlugin):
        explain(record.path, "mine-0000", 2)
    assert explain(record.path, "mine-0000", 2, allow_plugins=True).action == "yes"
