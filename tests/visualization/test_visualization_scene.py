"""The scene agrees with the model that it shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from page_models import scenario_file, shown

from freeagentics.agents import SignalKind
from freeagentics.simulation import MarketModel
from freeagentics.visualization import history
from freeagentics.visualization.signal_text import largest_text
from freeagentics.visualization.snapshot import Charts, Snapshot

STEPS = 30
EXAMPLES = Path(__file__).parents[2] / "examples"


def charts_in(scene: Snapshot) -> Charts:
    assert scene.charts is not None
    return scene.charts


def test_before_the_first_step_there_is_nothing_but_the_agent() -> None:
    with shown("quick") as model:
        scene = model.snapshot("risk-manager-0002")
    assert (scene.step, scene.charts, scene.signals) == (0, None, ())
    assert scene.agent.agent == "risk-manager-0002"
    assert scene.agent.decision is None


def test_charts_show_the_accounts_and_the_decisions_of_every_step() -> None:
    prices, equity, exposure, signals, fills = [], [], [], 0, 0
    with shown("quick", steps=STEPS) as page, MarketModel("quick") as model:
        for _ in range(STEPS):
            model.step()
            assert model.metrics is not None
            accounts, close = model.market.accounts, model.market.close(model.steps)
            prices.append(close)
            equity.append(accounts.equity((close * 1e8).round().astype(np.int64)) / 100)
            exposure.append(1 - accounts.cash / 100 / equity[-1])
            signals, fills = signals + model.metrics.signals, fills + model.metrics.fills
        charts = charts_in(page.snapshot(""))
    assert np.array_equal(charts.step, np.arange(1, STEPS + 1))
    assert np.allclose(charts.price, prices)
    assert np.array_equal(charts.equity, equity)
    assert np.allclose(charts.exposure, exposure, atol=1e-6)
    assert charts.signals.sum() == signals
    assert len(charts.fill_step) == fills > 0


def test_limits_are_those_that_executors_heed() -> None:
    with shown("quick", steps=STEPS) as page, MarketModel("quick") as model:
        for _ in range(STEPS):
            model.step()
        limit = charts_in(page.snapshot("")).limit[-1]
        assert np.isfinite(limit).all()
        for cohort in model.population.cohorts:
            if cohort.role == "trade-executor":
                assert np.array_equal(limit[cohort.desk[cohort.active]], cohort.heard.limit(page.snapshot("").timestamp)[cohort.active])


def test_without_risk_managers_there_are_no_limits(tmp_path: Path) -> None:
    team = "team = { market-hunter = 1, trade-executor = 1 }"
    with shown(scenario_file(tmp_path, steps=5, team=team), steps=5) as model:
        assert np.isnan(charts_in(model.snapshot("")).limit).all()


def test_charts_go_back_a_bounded_number_of_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "HISTORY_STEPS", 20)
    steps = 25
    with shown(scenario_file(tmp_path, steps=steps), steps=steps) as model:
        charts = charts_in(model.snapshot(""))
    assert np.array_equal(charts.step, np.arange(6, steps + 1))


def test_the_latest_signals_come_newest_first() -> None:
    with shown("quick", steps=30) as model:
        signals = model.snapshot("").signals
    numbers = [signal.number for signal in signals]
    assert len(numbers) > 5
    assert numbers == sorted(numbers, reverse=True)
    assert [signal.step for signal in signals] == sorted((signal.step for signal in signals), reverse=True)


def test_an_agents_mind_is_what_the_agent_holds() -> None:
    with shown("quick", steps=STEPS) as page, MarketModel("quick") as model:
        for _ in range(STEPS):
            model.step()
        snapshot, agent = page.snapshot("trade-executor-0002").agent, model.agent("trade-executor-0002")
        assert (snapshot.agent, snapshot.desk, snapshot.beliefs) == (agent.name, agent.desk, agent.beliefs)
        target = agent.heard(SignalKind.TARGET)
        assert target is not None
        assert next(signal.text for signal in snapshot.signals if signal.kind == "target").startswith(f"target weight {target[0]:.0%}")
    assert snapshot.decision is not None
    assert snapshot.decision.step == STEPS
    assert "cost_of_trading" in snapshot.decision.reasoning
    assert all(memory < STEPS for memory in snapshot.decision.memories)


def test_an_agent_who_is_not_there_is_replaced_by_the_first() -> None:
    with shown("quick", steps=1) as model:
        assert model.snapshot("trade-executor-0777").agent.agent == model.names[0]


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [
        (SignalKind.LIMIT, [0.4, 0.4], "exposure at most 40%"),
        (SignalKind.VETO, [1, 1], "hold nothing"),
        (SignalKind.VETO, [0, 0], "veto lifted"),
        (SignalKind.TARGET, [0.1, 0.5], "target weight 50% in ETH"),
        (SignalKind.TREND, [-0.75, 0.5], "expected return -0.75 sd in BTC"),
        (SignalKind.SENTIMENT, [0, 0.25], "expected return +0.25 sd in ETH"),
        (SignalKind.WHALE_ACTIVITY, [7, 0], "large orders +7 in BTC"),
        (SignalKind.VOLATILITY, [1.0, 2.5], "fast over slow volatility 2.50 in ETH"),
    ],
)
def test_a_signal_says_in_words_what_it_means(kind: SignalKind, data: list[float], text: str) -> None:
    assert largest_text(kind, np.array(data), ("BTC", "ETH")) == text


def test_a_role_of_ones_own_is_shown_with_the_numbers_that_it_names() -> None:
    with shown(EXAMPLES / "momentum.toml", steps=5, agents=10) as model:
        decided = model.snapshot("momentum-0000").agent.decision
    assert decided is not None
    assert list(decided.reasoning) == ["trend", "vwap_gap", "what_memories_say", "trades"]
