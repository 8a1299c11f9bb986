from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import psutil
import pytest
from model_worlds import play, scenario, sha256, taped

from freeagentics.agents import Cohort, SignalKind, TradingAgent, View
from freeagentics.agents.decision import CohortOutput
from freeagentics.errors import BadScenario
from freeagentics.records.step_metrics import StepMetrics
from freeagentics.runtime import ThreadEngine
from freeagentics.simulation import MarketModel

MB = 1024 * 1024


@pytest.fixture(scope="module")
def end() -> str:
    return sha256(scenario(steps=25))


def test_the_same_scenario_and_seed_give_the_same_trajectory(end: str) -> None:
    assert sha256(scenario(steps=25)) == end


def test_another_seed_gives_another_trajectory(end: str) -> None:
    assert sha256(scenario(overrides={"seed": 8}, steps=25)) != end


def test_any_number_of_workers_gives_the_same_trajectory() -> None:
    world = scenario(agents=600, steps=12)
    with MarketModel(world, engine=ThreadEngine(3)) as model:
        while model.steps < world.steps:
            model.step()
        assert model.trajectory_sha256 == sha256(world)


def test_all_that_is_recorded_is_the_same_in_a_twin_run() -> None:
    one, other = (play(scenario("whale-pump", steps=25)) for _ in range(2))
    assert one.bits(25) == other.bits(25)


def test_every_figure_of_every_step_is_collected() -> None:
    with MarketModel(scenario()) as model:
        seen = []
        for _ in range(5):
            model.step()
            seen.append(model.metrics)
        frame = model.datacollector.get_model_vars_dataframe()
    assert list(frame.columns) == list(StepMetrics.__slots__)
    assert [StepMetrics(*row) for row in frame.itertuples(index=False)] == seen


def test_agents_can_be_selected_and_grouped_as_mesa_does() -> None:
    with MarketModel(scenario(agents=50)) as model:
        hunters = model.agents.select(lambda agent: agent.role == "market-hunter")
        assert sorted(hunters.get("name")) == [f"market-hunter-{number:04d}" for number in range(10)]
        assert dict(model.agents.groupby("desk").count()) == dict.fromkeys(range(10), 5)
        assert set(model.agents.groupby("role").groups) == set(model.scenario.agents.team)
        assert model.agents.agg("desk", max) == 9
        assert set(model.agents_by_type) == {TradingAgent}


def test_stepping_agents_by_hand_changes_nothing() -> None:
    world = scenario(steps=10)
    with MarketModel(world) as model:
        while model.steps < world.steps:
            model.agents.shuffle_do("step")
            model.step()
        assert model.trajectory_sha256 == sha256(world)


def test_an_agent_is_a_view_on_its_row() -> None:
    with MarketModel(scenario()) as model:
        optimizer = model.agent("portfolio-optimizer-0001")
        assert (optimizer.role, optimizer.desk, optimizer.index) == ("portfolio-optimizer", 1, 7)
        assert repr(optimizer) == "<portfolio-optimizer-0001 of desk 1>"
        assert optimizer.heard(SignalKind.LIMIT) is None
        model.step()
        assert sum(optimizer.beliefs.values()) == pytest.approx(1, abs=1e-5)
        limit = optimizer.heard(SignalKind.LIMIT)
        assert limit is not None and 0 < limit[0] < 1
        with pytest.raises(KeyError, match="nobody"):
            model.agent("nobody")


def test_nobody_reads_a_signal_of_its_own_phase(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where every signal is told to all roles of the desk."""
    model, _ = taped(scenario())
    seen: list[tuple[int, View]] = []

    def shouting(cohort: Cohort) -> Callable[[View], CohortOutput]:
        decide = cohort.decide

        def shout(view: View) -> CohortOutput:
            seen.append((cohort.phase, view))
            actions = decide(view)
            everybody = np.full_like(actions.signals.audience, 0b11111)
            return replace(actions, signals=replace(actions.signals, audience=everybody))

        return shout

    with model:
        phase_of = {agent.index: agent.cohort.phase for agent in model.agents}
        for cohort in model.population.cohorts:
            monkeypatch.setattr(cohort, "decide", shouting(cohort))
        for _ in range(30):
            model.step()
    fresh = late = 0
    for phase, view in seen:
        now = view.inbox.step == view.observation.step
        assert all(phase_of[source] < phase for source in view.inbox.source[now].tolist())
        fresh, late = fresh + int(now.sum()), late + int((~now).sum())
    assert fresh and late


def test_a_closed_model_is_freed() -> None:
    model = MarketModel(scenario(agents=50))
    model.step()
    agent = next(iter(model.agents))
    model.close()
    gone = weakref.ref(model), weakref.ref(agent)
    del model, agent
    gc.collect()
    assert [reference() for reference in gone] == [None, None]


def test_closing_ends_the_threads_and_closing_twice_is_fine() -> None:
    before = threading.active_count()
    model = MarketModel(scenario())
    model.step()
    model.close()
    model.close()
    assert threading.active_count() == before and not model.running


def test_a_scenario_that_the_market_refuses_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    with pytest.raises(BadScenario):
        MarketModel(scenario(steps=10_000_000))
    assert threading.active_count() == before


def test_twenty_five_models_one_after_the_other_take_no_more_room_than_five() -> None:
    world, resident = scenario(agents=200), []
    gc.collect()
    gc.freeze()  # what other tests left is not looked through again and again
    for _ in range(25):
        with MarketModel(world) as model:
            model.step()
        del model
        gc.collect()
        resident.append(psutil.Process().memory_info().rss / MB)
    assert resident[-1] - resident[4] < 5


def test_without_signals_nobody_hears_anything_and_desks_hold_their_neutral_weights() -> None:
    with MarketModel(scenario(overrides={"signals.enabled": False})) as silent, MarketModel(scenario()) as whole:
        for _ in range(20):
            silent.step()
            whole.step()
        assert silent.agent("trade-executor-0000").heard(SignalKind.TARGET) is None
        assert whole.agent("trade-executor-0000").heard(SignalKind.TARGET) is not None
        assert silent.metrics is not None and 0.35 < silent.metrics.exposure < 0.65
