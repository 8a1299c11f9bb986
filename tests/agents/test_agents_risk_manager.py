from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from agents_worlds import Tape, play, reasons, scenario, wobble, write_bars

from freeagentics.agents import SignalKind
from freeagentics.agents.roles.risk_manager import RiskManager
from freeagentics.arrays import AnyArray
from freeagentics.journal import Kind
from freeagentics.signals import Severity

CALM, AFTER = 40, 100
VETO, LIFT = 2, 3
WARMUP = 168
ALLOWED = 0.15
FULL: dict[str, object] = {"agents__exposure": [0.9, 0.95]}


@pytest.fixture(scope="module")
def crash(tmp_path_factory: pytest.TempPathFactory) -> Tape:
    """Two desks live through a rise, a fall of 40 % within a bar, and a recovery."""
    before, after = wobble(WARMUP + CALM, drift=0.001), wobble(AFTER, seed=1, drift=0.003)
    path = tmp_path_factory.mktemp("bars") / "crash.csv"
    bars = write_bars(path, np.concatenate([before, after * 0.6 * before[-1] / after[0]]))
    strict = {"high_water_halflife": 20, "caution": [1, 1], "max_drawdown": ALLOWED}
    settings = {f"roles__risk-manager__{key}": value for key, value in strict.items()}
    return play(scenario(market__bars=bars, market__daily="", **settings, **FULL), CALM + AFTER)


def managers(tape: Tape, step: int) -> AnyArray:
    """Decisions of the two risk managers, agents 4 and 5."""
    decisions = tape.records(step, Kind.DECISIONS)
    return decisions[np.isin(decisions["agent"], [4, 5])]


def positions(tape: Tape, step: int) -> list[int]:
    """What the two desks hold at the end of a step."""
    held: list[int] = tape.records(step, Kind.ACCOUNTS)["position"][:, 0].tolist()
    return held


def steps_of(tape: Tape, action: int) -> list[int]:
    """Steps in which the manager of the first desk took an action."""
    return [step for step in range(1, CALM + AFTER + 1) if managers(tape, step)[0]["action"] == action]


def test_a_fall_that_goes_too_far_is_vetoed_and_the_desk_then_holds_nothing(crash: Tape) -> None:
    assert positions(crash, CALM)[0] > 0
    assert managers(crash, CALM + 1)["action"][0] == VETO
    lifted = steps_of(crash, LIFT)[0]
    # Ordered in the step of the veto, filled at the next open.
    assert all(positions(crash, step)[0] == 0 for step in range(CALM + 2, lifted + 1))
    assert (managers(crash, CALM + 1)["value"][0], managers(crash, lifted - 1)["value"][0]) == (0, 0)


def test_a_veto_stands_until_the_loss_is_below_half_of_what_is_allowed(crash: Tape) -> None:
    vetoes, lifts = steps_of(crash, VETO), steps_of(crash, LIFT)
    assert len(vetoes) == len(lifts) == 1
    drawdown = [float(reasons(RiskManager, managers(crash, step))["drawdown"][0]) for step in range(vetoes[0], lifts[0] + 1)]
    assert drawdown == sorted(drawdown, reverse=True)
    assert drawdown[0] > ALLOWED and drawdown[-1] <= ALLOWED / 2 < drawdown[-2]
    assert max(positions(crash, step)[0] for step in range(lifts[0], CALM + AFTER + 1)) > 0


def test_a_veto_is_told_as_critical_and_its_end_less_loudly(crash: Tape) -> None:
    told = []
    for step in (*steps_of(crash, VETO), *steps_of(crash, LIFT)):
        said = crash.records(step, Kind.SIGNALS)
        told.append(said[(said["kind"] == SignalKind.VETO) & (said["source"] == 4)][0])
    assert [(signal["data"][0], signal["severity"]) for signal in told] == [(1, Severity.CRITICAL), (0, Severity.MEDIUM)]


def test_a_standing_veto_never_lapses_even_where_signals_live_for_a_few_bars_only(tmp_path: Path) -> None:
    before, after = wobble(WARMUP + CALM, drift=0.001), wobble(60, seed=1, drift=0.003)
    bars = write_bars(tmp_path / "crash.csv", np.concatenate([before, after * 0.6 * before[-1] / after[0]]))
    tape = play(scenario(market__bars=bars, market__daily="", signals__ttl_hours=3, **FULL), CALM + 25)
    assert min(positions(tape, CALM)) > 0
    assert all(positions(tape, step)[0] == 0 for step in range(CALM + 2, CALM + 26))


def test_limits_fall_when_the_market_turns_wild(tmp_path: Path) -> None:
    quiet, wild = wobble(WARMUP + CALM), wobble(30, seed=2, volatility=0.04)
    bars = write_bars(tmp_path / "wild.csv", np.concatenate([quiet, wild * quiet[-1] / wild[0]]))
    tape = play(scenario(market__bars=bars, market__daily=""), CALM + 25)
    assert (managers(tape, CALM + 25)["value"] < 0.5 * managers(tape, CALM)["value"]).all()


def test_a_cautious_manager_allows_less(tmp_path: Path) -> None:
    bars = write_bars(tmp_path / "bars.csv", wobble(WARMUP + 20))
    world = {"market__bars": bars, "market__daily": ""}
    bold, meek = (play(scenario(**world, **{"roles__risk-manager__caution": [caution, caution]}), 15) for caution in (1.0, 0.5))
    assert (managers(meek, 15)["value"] < managers(bold, 15)["value"]).all()
