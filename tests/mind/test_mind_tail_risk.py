from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from freeagentics.arrays import F32
from freeagentics.mind.tail_risk import tail_risk

AT = np.append(-np.geomspace(15, 0.02, 23), 0).astype(np.float32)


def tabulated(scale: float, dof: float) -> F32:
    return stats.t.cdf(AT / scale, dof)[None].astype(np.float32)


@pytest.mark.parametrize("scale", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("dof", [6.0, 36.0])
@pytest.mark.parametrize("probability", [0.01, 0.05, 0.25])
def test_value_at_risk_and_shortfall_are_those_of_the_distribution_that_was_tabulated(scale: float, dof: float, probability: float) -> None:
    quantile = stats.t.ppf(probability, dof) * scale
    tail, _ = integrate.quad(lambda loss: loss * stats.t.pdf(loss / scale, dof) / scale, -60 * scale, quantile)
    table = tabulated(scale, dof)
    at_risk, shortfall = tail_risk(AT, table, probability)
    np.testing.assert_allclose(at_risk, -quantile, rtol=0.02)
    np.testing.assert_allclose(shortfall, -tail / probability, rtol=0.03)


@given(st.lists(st.floats(1e-6, 1), min_size=len(AT), max_size=len(AT)), st.floats(0.001, 0.4))
def test_of_any_distribution_shortfall_is_at_least_value_at_risk_and_both_are_finite(steps: list[float], probability: float) -> None:
    table = (np.cumsum(steps) / np.sum(steps) / 2)[None].astype(np.float32)
    at_risk, shortfall = tail_risk(AT, table, probability)
    assert np.isfinite(at_risk).all() and np.isfinite(shortfall).all()
    assert (shortfall >= at_risk - 1e-4).all()


@given(st.floats(0.002, 0.2), st.floats(1.05, 2))
def test_a_rarer_loss_is_a_larger_one(probability: float, rarer: float) -> None:
    table = tabulated(1.0, 6.0)
    for rare, usual in zip(tail_risk(AT, table, probability / rarer), tail_risk(AT, table, probability), strict=True):
        assert (rare > usual).all()
