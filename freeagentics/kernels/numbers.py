"""Elementary functions and sums over arrays, as numpy has them, but with the same bits on every machine."""

from __future__ import annotations

from typing import overload

import numpy as np

from freeagentics.arrays import F32, F64, AnyArray
from freeagentics.kernels.library import compiled


@overload
def exp(x: float) -> float: ...
@overload
def exp(x: F32) -> F32: ...
@overload
def exp(x: F64) -> F64: ...
def exp(x: AnyArray | float) -> AnyArray | float:
    """Exponential of each number; float32 stays float32. 0 below -708."""
    return _each("exp", x)


@overload
def exp2(x: float) -> float: ...
@overload
def exp2(x: F32) -> F32: ...
@overload
def exp2(x: F64) -> F64: ...
def exp2(x: AnyArray | float) -> AnyArray | float:
    """Two to the power of each number; float32 stays float32. 0 below -1021."""
    return _each("exp2", x)


@overload
def log(x: float) -> float: ...
@overload
def log(x: F32) -> F32: ...
@overload
def log(x: F64) -> F64: ...
def log(x: AnyArray | float) -> AnyArray | float:
    """Natural logarithm of each number; float32 stays float32. Minus infinity at 0, NaN below."""
    return _each("log", x)


@overload
def log1p(x: float) -> float: ...
@overload
def log1p(x: F32) -> F32: ...
@overload
def log1p(x: F64) -> F64: ...
def log1p(x: AnyArray | float) -> AnyArray | float:
    """Natural logarithm of one plus each number; float32 stays float32."""
    return _each("log1p", x)


@overload
def tanh(x: float) -> float: ...
@overload
def tanh(x: F32) -> F32: ...
@overload
def tanh(x: F64) -> F64: ...
def tanh(x: AnyArray | float) -> AnyArray | float:
    """Hyperbolic tangent of each number; float32 stays float32."""
    return _each("tanh", x)


def _each(name: str, x: AnyArray | float) -> AnyArray | float:
    given = np.ascontiguousarray(x)
    narrow = given.dtype == np.float32
    given = given if narrow else given.astype(np.float64, copy=False)
    found = np.empty_like(given)
    getattr(compiled, f"{name}_f" if narrow else name)(given, found)
    return found.reshape(np.shape(x)) if isinstance(x, np.ndarray) else float(found.item())


def decay(half_life: float) -> float:
    """Share that is left after a step of what halves in *half_life* steps."""
    return exp2(-1.0 / half_life)


def total(x: AnyArray, axis: int = -1) -> AnyArray:
    """Sums along an axis, float32 in float32 and anything else in float64."""
    given = np.ascontiguousarray(np.moveaxis(x, axis, -1))
    narrow = given.dtype == np.float32
    given = given if narrow else given.astype(np.float64, copy=False)
    sums = np.zeros(given.shape[:-1], dtype=given.dtype)
    (compiled.sum_rows_f if narrow else compiled.sum_rows)(given, sums, given.shape[-1])
    return sums


def mean(x: AnyArray, axis: int = -1) -> AnyArray:
    """Means along an axis, float32 in float32 and anything else in float64."""
    sums = total(x, axis)
    return sums / sums.dtype.type(x.shape[axis])


def product(a: F64, b: F64) -> F64:
    """Product of matrices (n, k) and (k, m), each sum from its first term to its last."""
    found = np.empty((a.shape[0], b.shape[1]))
    compiled.product(np.ascontiguousarray(a, dtype=np.float64), np.ascontiguousarray(b, dtype=np.float64), found, *a.shape, b.shape[1])
    return found


def ewma(values: F64, half_life: float, *, adjust: bool = True) -> F64:
    """Exponentially weighted mean of *values* (T, A), NaN left out.

    *adjust* divides by the weights there are, so that the first values do not count for more than the later ones; without it the result
    is the recursion y[t] = (1 - alpha) y[t-1] + alpha x[t] from y[0] = x[0].
    """
    given = np.ascontiguousarray(values, dtype=np.float64)
    means = np.empty_like(given)
    compiled.ewma(given, means, *given.shape, int(adjust), decay(half_life))
    return means


def normal_quantiles(probability: F64) -> F64:
    """Quantiles of the standard normal distribution at probabilities within (0, 1) (Wichura, 1988, doi:10.2307/2347330)."""
    given = np.ascontiguousarray(probability, dtype=np.float64)
    found = np.empty_like(given)
    compiled.normal_quantiles(given, found)
    return found


def solve(matrix: F64, right: F64, least: float = 1e-18) -> F64:
    """Solutions x (n, k) of S x = y, for rows y of *right* (n, k) and a symmetric positive definite *matrix* S (k, k), by Cholesky's
    factors; a pivot below *least* is taken for it."""
    found = np.array(right, dtype=np.float64, order="C")
    compiled.solve(np.array(matrix, dtype=np.float64, order="C"), found, *found.shape, least)
    return found
