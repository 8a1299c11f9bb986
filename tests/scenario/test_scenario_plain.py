"""numpy's numbers are numbers wherever the front door takes one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from freeagentics.errors import BadInput, BadScenario
from freeagentics.journal import Journal, Kind
from freeagentics.records import RunRecord
from freeagentics.records.record_frames import RecordFrames
from freeagentics.records.roster import Roster
from freeagentics.replay import explain
from freeagentics.runs import fork, resume, run
from freeagentics.scenario import Scenario, load_scenario
from freeagentics.scenario.plain import plain
from freeagentics.simulation import MarketModel

WHOLE = [np.int64, np.int32, np.uint8, np.int8]


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run("btc-replay", agents=np.int32(5), steps=np.int64(9), seed=np.uint8(7), out=tmp_path_factory.mktemp("plain") / "run")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [np.int64, np.uint8])
def test_a_step_may_be_an_integer_of_numpy(kind: Any, record: RunRecord, tmp_path: Path) -> None:
    assert explain(record.path, "market-hunter-0000", kind(2)) == explain(record.path, "market-hunter-0000", 2)
    made = fork(record.path, kind(3), steps=kind(5), out=tmp_path / "fork")
    assert made.summary.steps == 5
    assert resume(made.path, steps=kind(6)).summary.steps == 6
    with Journal(record.directory.journal) as journal:
        assert journal.commit_record(kind(3)) == journal.commit_record(3) is not None
        assert journal.read(kind(3), Kind.DECISIONS, kind(0)) is not None
        assert journal.checkpoint_before(kind(9)) == 9
        assert journal.checkpoint(kind(9)).keys() == journal.checkpoint(9).keys() != set()
        assert len(RecordFrames(journal, Roster(journal), 8, kind(2), kind(4)).decisions()) == 15


@pytest.mark.parametrize("step", [2.0, np.float64(2), "2", None, 2.5])
def test_a_step_that_is_no_whole_number_is_refused(step: Any, record: RunRecord, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="step: .*is no whole number"):
        explain(record.path, "market-hunter-0000", step)
    with pytest.raises(BadInput, match="at: .*is no whole number"):
        fork(record.path, step, out=tmp_path / "fork")


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("agents.count", np.int16(25), 25),
        ("market.fee_bps", np.float32(2.5), 2.5),
        ("market.sources", {"price": np.int64(0), np.str_("whales"): np.uint8(3)}, {"price": 0, "whales": 3}),
        ("market.symbols", np.array(["BTCUSDT"]), ("BTCUSDT",)),
        ("market.start", np.datetime64("2022-02-01T03", "ns"), datetime(2022, 2, 1, 3)),
        ("market.synthetic.price", np.float64(3), 3.0),
        ("roles.market-hunter.threshold", np.float16(0.5), 0.5),
        ("roles.market-hunter.exploration_rate", np.array([0.25, 0.5], np.float32), (0.25, 0.5)),
        ("memory.slots", np.array(128), 128),
        ("run.workers", np.bool_(True), 1),
    ],
)
def test_a_value_of_a_scenario_may_be_numpys(key: str, value: object, found: object) -> None:
    held: Any = load_scenario("btc-replay", {key: value})
    for part in key.split("."):
        held = held[part] if isinstance(held, dict) else getattr(held, part)
    assert held == found


def test_a_scenario_is_made_of_numpys_numbers_too() -> None:
    world = Scenario.model_validate({"name": "x", "steps": np.int64(3), "agents": {"count": np.int32(5)}})
    assert (world.steps, world.agents.count) == (3, 5)
    with pytest.raises(BadScenario, match=r"steps: .*\(it is 2\.5\)"):
        load_scenario("btc-replay", {"steps": np.float64(2.5)})


@pytest.mark.parametrize("kind", WHOLE)
def test_agents_and_models_take_them(kind: Any) -> None:
    with MarketModel(load_scenario("btc-replay", {"agents.count": kind(5)})) as model:
        model.step()
        model.step()
        agent = next(iter(model.agents))
        assert agent.history(kind(2)) == agent.history(2)
        assert len(agent.history(kind(1))) == 1
        assert model.population.name(kind(2)) == "risk-manager-0000"
        assert model.observations.read(kind(1)).step == 1
        model.restore(kind(2), model.checkpoint())
        assert type(model.steps) is int


def test_what_is_plain_stays_what_it_is() -> None:
    moment = datetime(2022, 1, 1, tzinfo=UTC)
    given = {"a": 1, "b": [1.5, "x", None, True], "c": moment}
    assert plain(given) == given
