"""Elementary functions, sums and small linear algebra: how right they are, and what they make of the ends of formats."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from draws import Draws
from elementary_reference import errors
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from freeagentics import kernels
from freeagentics.arrays import F64, AnyArray

INF, NAN = math.inf, math.nan
SMALLEST, SMALLEST_NORMAL, LARGEST = 5e-324, 2.0**-1022, np.finfo(np.float64).max
FUNCTIONS: dict[str, Callable[[AnyArray], AnyArray]] = {
    name: getattr(kernels, name) for name in ("exp", "exp2", "log", "log1p", "tanh", "normal_quantiles")
}
Precision = type[np.float32] | type[np.float64]
ELEMENTARY = ("exp", "exp2", "log", "log1p", "tanh")


def spread(name: str, count: int = 1500) -> F64:
    """Numbers all over a function's domain, and more of them where it is hard."""
    draws = Draws(1)
    signs = 1.0 - 2.0 * draws.bits(count)
    small = signs * draws.scales(-60, -1, count)
    near = {
        "exp": [draws.real(-708, 709, count), draws.real(-2, 2, count), small],
        "exp2": [draws.real(-1021, 1023, count), draws.real(-2, 2, count), small],
        "log": [draws.scales(-1022, 1023, count), draws.real(0.5, 2, count), 1 + small],
        "log1p": [draws.real(-0.999, 3, count), draws.scales(0, 1023, count), small, -1 + draws.scales(-53, -1, count)],
        "tanh": [draws.real(-20, 20, count), draws.real(-1, 1, count), small],
    }
    return np.concatenate(near[name])


@pytest.mark.parametrize(("name", "places"), [("exp", 1.02), ("exp2", 1.05), ("log", 0.9), ("log1p", 2.6)])
def test_functions_are_as_right_as_their_comments_say(name: str, places: float) -> None:
    x = spread(name)
    assert errors(name, x, FUNCTIONS[name](x))[1].max() < places


def test_tanh_is_right_to_an_absolute_error() -> None:
    x = spread("tanh")
    assert errors("tanh", x, kernels.tanh(x))[0].max() < 2.3e-16


def test_normal_quantiles_are_as_right_as_their_comment_says() -> None:
    draws = Draws(2)
    lower = draws.scales(-1022, -2, 100)
    p = np.concatenate([draws.real(0.001, 0.999, 200), lower, 1 - lower[lower > 2.0**-53]])
    assert errors("normal_quantiles", p, kernels.normal_quantiles(p))[1].max() < 6


@given(st.floats(-708, 709))
def test_exp_anywhere(x: float) -> None:
    value = np.array([x])
    assert errors("exp", value, kernels.exp(value))[1][0] < 1.02


@given(st.floats(SMALLEST_NORMAL, LARGEST))
def test_log_anywhere(x: float) -> None:
    value = np.array([x])
    assert errors("log", value, kernels.log(value))[1][0] < 0.9


@given(st.floats(-1, LARGEST, exclude_min=True))
def test_log1p_anywhere(x: float) -> None:
    value = np.array([x])
    assert errors("log1p", value, kernels.log1p(value))[1][0] < 2.6


EDGES: dict[str, list[tuple[float, float]]] = {
    "exp": [
        (0.0, 1.0),
        (-0.0, 1.0),
        (SMALLEST, 1.0),
        (INF, INF),
        (-INF, 0.0),
        (709.5, INF),
        (LARGEST, INF),
        (-708.5, 0.0),
        (-LARGEST, 0.0),
        (NAN, NAN),
    ],
    "exp2": [
        (0.0, 1.0),
        (-SMALLEST, 1.0),
        (10.0, 1024.0),
        (-1021.0, 2.0**-1021),
        (-1021.5, 0.0),
        (1023.0, 2.0**1023),
        (1023.5, INF),
        (INF, INF),
        (-INF, 0.0),
        (NAN, NAN),
    ],
    "log": [(1.0, 0.0), (0.0, -INF), (-0.0, -INF), (SMALLEST, -INF), (INF, INF), (-1.0, NAN), (-SMALLEST, NAN), (-INF, NAN), (NAN, NAN)],
    "log1p": [
        (0.0, 0.0),
        (-0.0, -0.0),
        (SMALLEST, SMALLEST),
        (-SMALLEST, -SMALLEST),
        (-1.0, -INF),
        (INF, INF),
        (-1.5, NAN),
        (-INF, NAN),
        (NAN, NAN),
    ],
    "tanh": [(0.0, 0.0), (SMALLEST, 0.0), (19.5, 1.0), (-19.5, -1.0), (INF, 1.0), (-INF, -1.0), (LARGEST, 1.0), (NAN, NAN)],
    "normal_quantiles": [(0.5, 0.0), (0.0, -INF), (1.0, INF), (-0.5, NAN), (1.5, NAN), (INF, NAN), (-INF, NAN), (NAN, NAN)],
}


@pytest.mark.parametrize(("name", "x", "right"), [(name, *edge) for name, edges in EDGES.items() for edge in edges])
def test_ends_of_formats_and_domains(name: str, x: float, right: float) -> None:
    found = FUNCTIONS[name](np.array([x]))
    np.testing.assert_array_equal(found, [right])
    # Also of what is not a number: processors differ in the sign of the one that they make themselves.
    assert np.signbit(found)[0] == np.signbit(right)


@pytest.mark.parametrize("name", ELEMENTARY)
def test_float32_is_float64_rounded_once(name: str) -> None:
    with np.errstate(over="ignore"):
        x = spread(name).astype(np.float32)
        found = FUNCTIONS[name](x)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, FUNCTIONS[name](x.astype(np.float64)).astype(np.float32))


@pytest.mark.parametrize("name", ELEMENTARY)
def test_a_number_and_an_array_of_it_give_the_same(name: str) -> None:
    assert getattr(kernels, name)(0.7) == FUNCTIONS[name](np.array([0.7]))[0]


@pytest.mark.parametrize("name", ELEMENTARY)
def test_a_number_is_the_same_wherever_in_an_array_it_stands(name: str) -> None:
    x = spread(name)[:501]
    assert FUNCTIONS[name](x).tobytes() == b"".join(FUNCTIONS[name](x[i : i + 1]).tobytes() for i in range(len(x)))


@given(st.integers(1, 50), st.floats(0.1, 0.9))
def test_a_half_life_halves(steps: int, part: float) -> None:
    assert kernels.decay(steps * part) ** (steps * part) == pytest.approx(0.5, rel=1e-13)


finite = st.floats(-1e9, 1e9, width=32)


@given(arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=70), elements=finite))
def test_sums_are_close_to_exact_ones(x: F64) -> None:
    exact = [math.fsum(row) for row in x.tolist()]
    bounds = len(x[0]) * 2.0**-53 * np.abs(x).sum(axis=1)
    assert (np.abs(kernels.total(x) - exact) <= bounds).all()


@given(arrays(np.float32, array_shapes(min_dims=2, max_dims=2, max_side=70), elements=finite))
def test_sums_in_float32_are_close_to_exact_ones(x: AnyArray) -> None:
    found, exact = kernels.total(x), [math.fsum(row) for row in x.tolist()]
    assert found.dtype == np.float32
    assert (np.abs(found - exact) <= len(x[0]) * 2.0**-24 * np.abs(x.astype(np.float64)).sum(axis=1)).all()


@given(arrays(np.float64, array_shapes(min_dims=3, max_dims=3, max_side=9), elements=finite), st.integers(-3, 2))
def test_sums_run_along_any_axis(x: F64, axis: int) -> None:
    exact = np.apply_along_axis(math.fsum, axis, x)
    np.testing.assert_allclose(kernels.total(x, axis), exact, rtol=0, atol=1e-15 * 9e9 * 9)
    np.testing.assert_allclose(kernels.mean(x, axis), exact / x.shape[axis], rtol=0, atol=1e-15 * 9e9 * 9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("width", [1, 7, 8, 9, 33, 1000])
def test_sums_do_not_depend_on_where_numbers_lie(dtype: Precision, width: int) -> None:
    x = Draws(3).real(-1, 1, width).astype(dtype)
    block = np.zeros(width + 16, dtype=dtype)
    found = set()
    for off in range(16):
        there = block[off : off + width]
        there[:] = x
        found.add(kernels.total(there).tobytes())
    assert len(found) == 1


@given(
    arrays(np.float64, st.tuples(st.integers(1, 40), st.integers(1, 3)), elements=st.floats(-100, 100) | st.just(NAN)),
    st.floats(0.5, 50),
    st.booleans(),
)
def test_weighted_means_are_those_of_polars(x: F64, half_life: float, adjust: bool) -> None:
    found = kernels.ewma(x, half_life, adjust=adjust)
    for column, means in zip(x.T, found.T, strict=True):
        known = pl.Series(column).fill_nan(None).ewm_mean(half_life=half_life, adjust=adjust, ignore_nulls=True).forward_fill()
        np.testing.assert_allclose(means, known.fill_null(NAN).to_numpy(), rtol=1e-11, atol=1e-11)


@given(st.integers(0, 10**6), st.integers(1, 9), st.integers(1, 4))
def test_systems_are_solved(seed: int, size: int, rows: int) -> None:
    draws = Draws(seed)
    factor, right = draws.real(-1, 1, size, size), draws.real(-1, 1, rows, size)
    matrix = factor @ factor.T + np.eye(size)
    np.testing.assert_allclose(kernels.solve(matrix, right), np.linalg.solve(matrix, right.T).T, rtol=1e-10, atol=1e-12)


def test_a_pivot_below_the_least_is_taken_for_it() -> None:
    assert kernels.solve(np.zeros((1, 1)), np.ones((1, 1)), least=0.25)[0, 0] == pytest.approx(4)


def test_solving_leaves_what_it_was_given() -> None:
    matrix, right = np.diag([4.0, 9.0]), np.ones((1, 2))
    kernels.solve(matrix, right)
    assert (matrix == np.diag([4.0, 9.0])).all()
    assert (right == 1).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(seed=st.integers(0, 10**6), n=st.integers(1, 7), k=st.integers(1, 7), m=st.integers(1, 40))
def test_products_add_up_from_the_first_term_to_the_last(dtype: Precision, seed: int, n: int, k: int, m: int) -> None:
    draws = Draws(seed)
    a, b = draws.real(-1, 1, n, k).astype(dtype), draws.real(-1, 1, k, m).astype(dtype)
    right = np.zeros((n, m), dtype=dtype)
    for term in range(k):
        right += a[:, term, None] * b[term]
    found = kernels.product(a, b)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, right)
