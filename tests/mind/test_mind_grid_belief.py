from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from threadpoolctl import threadpool_limits

from freeagentics.arrays import F32, F64
from freeagentics.mind import CALM, REGIMES, TURBULENT, GridBelief, MarketGrid
from freeagentics.mind.grid import BEAR, BULL, CELLS, DOF

ROWS, ASSETS, HORIZON = 5, 2, 8
GRID = MarketGrid(HORIZON)
PERSISTENCE = np.linspace(0.9, 0.99, ROWS).astype(np.float32)

bars = st.lists(st.tuples(st.floats(-8, 8), st.floats(-8, 8)), min_size=1, max_size=12)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    with threadpool_limits(1):
        yield


def belief() -> GridBelief:
    return GridBelief(GRID, PERSISTENCE, ASSETS)


def after(zscores: list[tuple[float, float]]) -> GridBelief:
    believed = belief()
    for zscore in zscores:
        believed.advance(np.array(zscore, np.float32))
    return believed


def naive(zscores: list[float], persistence: float) -> tuple[F64, float]:
    """The same filter for one agent and asset, in float64, with the transition over all 1,024 cells written out; its last surprise."""
    drift, sigma = GRID.drift.astype(np.float64), GRID.sigma.astype(np.float64)
    redraw = persistence * np.eye(len(drift)) + (1 - persistence) * GRID.drift_prior.astype(np.float64)[None]
    transition = np.kron(redraw, GRID.transition.astype(np.float64))
    cells, surprise = np.where(GRID.prior > 1e-6, GRID.prior, 0).astype(np.float64).ravel(), 0.0
    for zscore in zscores:
        density = stats.t.pdf(zscore / sigma - drift[:, None], DOF) / sigma
        joint = (cells @ transition) * density.ravel()
        surprise = -np.log(joint.sum())
        cells = joint / joint.sum()
        cells[cells < 1e-6] = 0
        cells /= cells.sum()
    return cells.reshape(len(drift), len(sigma)), float(surprise)


@given(bars)
@settings(max_examples=25)
def test_the_batch_is_the_textbook_recursion_for_every_agent_and_asset(zscores: list[tuple[float, float]]) -> None:
    believed = after(zscores)
    for row in range(ROWS):
        for asset in range(ASSETS):
            cells, surprise = naive([zscore[asset] for zscore in zscores], float(PERSISTENCE[row]))
            np.testing.assert_allclose(
                believed.cells()[row, asset], cells, atol=8e-6
            )  # a cell at the edge may be pruned in one and not in the other
            assert believed.surprise[row, asset] == pytest.approx(surprise, abs=1e-3)


@given(bars)
@settings(max_examples=25)
def test_a_belief_is_a_distribution_without_tiny_cells_and_its_readings_are_its_own(zscores: list[tuple[float, float]]) -> None:
    believed = after(zscores)
    cells = believed.cells()
    np.testing.assert_allclose(cells.sum(axis=(2, 3)), 1, rtol=1e-5)
    assert (cells[cells > 0] >= 0.99e-6).all()
    np.testing.assert_allclose(believed.regimes.sum(axis=-1), 1, rtol=1e-5)
    mean = (cells * np.outer(GRID.drift, GRID.sigma)).sum(axis=(2, 3))
    variance = (cells * GRID.sigma**2).sum(axis=(2, 3)) * DOF / (DOF - 2)
    np.testing.assert_allclose(believed.moments, np.stack([mean, variance], axis=-1), rtol=1e-4, atol=1e-6)
    assert (np.diff(believed.below, axis=-1) >= -1e-6).all()
    assert ((believed.entropy >= -1e-6) & (believed.entropy <= 1 + 1e-6)).all()


@given(st.integers(0, 2**16), bars, bars)
@settings(max_examples=25)
def test_a_belief_that_was_saved_and_loaded_goes_on_to_the_bit(
    seed: int, before: list[tuple[float, float]], then: list[tuple[float, float]]
) -> None:
    believed, other = after(before), after([(float(seed % 7), -1.0)])
    other.load(believed.state())
    for zscore in then:
        for one in (believed, other):
            one.advance(np.array(zscore, np.float32))
    for name, array in believed.state().items():
        assert array.tobytes() == other.state()[name].tobytes(), name


@pytest.mark.parametrize("zscore", [0.0, 8.0, -8.0, 1e30, -1e30])
def test_no_market_is_too_strange_for_it(zscore: float) -> None:
    believed = after([(zscore, -zscore)] * 5 + [(0.0, 0.0)])
    for array in (believed.cells(), believed.surprise, believed.below, believed.spread(), believed.trend()):
        assert np.isfinite(array).all()


def regimes_after(zscores: list[float]) -> F32:
    mean: F32 = after([(zscore, zscore) for zscore in zscores]).regimes.mean(axis=(0, 1))
    return mean


def test_a_market_that_rises_is_taken_for_a_bull_and_one_that_falls_for_a_bear() -> None:
    rising = regimes_after([0.6] * 60)
    falling = regimes_after([-0.6] * 60)
    assert rising[BULL] > 0.6 > 0.1 > rising[BEAR]
    np.testing.assert_allclose(rising[[BULL, BEAR]], falling[[BEAR, BULL]], atol=1e-4)


def test_a_wild_market_is_turbulent_and_a_still_one_is_not() -> None:
    assert regimes_after([3.0, -3.0] * 10)[TURBULENT] > 0.9
    assert regimes_after([0.3, -0.3] * 10)[TURBULENT] < 0.01
    assert regimes_after([0.3, -0.3] * 40)[CALM] > regimes_after([0.3] * 80)[CALM]


def test_wilder_bars_mean_larger_losses_ahead() -> None:
    calm, wild = after([(0.3, -0.3), (-0.3, 0.3)] * 10), after([(2.5, -2.5), (-2.5, 2.5)] * 10)
    assert (wild.spread() > 3 * calm.spread()).all()
    at_risk, shortfall = wild.tail_risk(0.05)
    assert (at_risk > 2 * calm.tail_risk(0.05)[0]).all()
    assert (shortfall > at_risk).all()


def test_rows_that_are_forgotten_are_as_they_were_born_and_others_stay() -> None:
    believed, fresh = after([(3.0, -1.0), (2.0, 0.5)]), belief()
    before = believed.cells()
    believed.forget(np.array([0, 3]))
    np.testing.assert_allclose(believed.cells()[[0, 3]], fresh.cells()[[0, 3]], rtol=1e-4, atol=2e-6)
    np.testing.assert_allclose(believed.cells()[[1, 2, 4]], before[[1, 2, 4]], rtol=1e-5)
    assert not believed.surprise[[0, 3]].any()
    for name in ("regimes", "moments", "below", "entropy"):
        np.testing.assert_allclose(getattr(believed, name)[[0, 3]], getattr(fresh, name)[[0, 3]], rtol=1e-4, atol=1e-6)


def test_at_rest_only_the_block_of_possible_cells_is_kept() -> None:
    believed = after([(0.5, -0.5), (-0.5, 0.5)] * 30)
    kept, whole = believed.block.size, ROWS * ASSETS * CELLS
    assert kept < 0.7 * whole
    assert believed.block.size >= (believed.cells() > 0).sum()


@pytest.mark.parametrize("change", ["rows", "low", "shape"])
def test_the_state_of_another_cohort_is_refused(change: str) -> None:
    believed = belief()
    state = believed.state()
    if change == "rows":
        state["block"] = state["block"][:-1]
    if change == "low":
        state["low"] = np.array([20, 20])
    if change == "shape":
        state["regimes"] = state["regimes"][:, :1]
    with pytest.raises(ValueError, match="GridBelief"):
        believed.load(state)


def test_tables_are_held_once_however_many_grids_there_are() -> None:
    other = MarketGrid(HORIZON)
    assert other.readings.base is GRID.readings.base
    assert not other.readings.flags.writeable


def test_regimes_last_longer_than_chance_and_bear_the_returns_of_their_names() -> None:
    np.testing.assert_allclose(GRID.regime_transition.sum(axis=1), 1, rtol=1e-5)
    assert (np.diag(GRID.regime_transition) > 1 / len(REGIMES)).all()
    mean, variance = GRID.regime_returns.T
    assert mean[BULL] > 0.1 and mean[BEAR] < -0.1 and abs(mean[CALM]) < 0.01
    assert variance.argmax() == TURBULENT
