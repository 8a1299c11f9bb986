"""Elementary functions and sums over arrays, as numpy has them, but with the same bits on every machine."""

from __future__ import annotations

import math
from typing import overload

import numpy as np

from freeagentics.arrays import F32, F64, I64, AnyArray, contiguous
from freeagentics.kernels.library import compiled


@overload
def exp(x: float) -> float: ...
@overload
def exp(x: AnyArray) -> AnyArray: ...
def exp(x: AnyArray | float) -> AnyArray | float:
    """Exponential of each number; float32 stays float32. 0 below -708."""
    return _each("exp", x)


@overload
def exp2(x: float) -> float: ...
@overload
def exp2(x: AnyArray) -> AnyArray: ...
def exp2(x: AnyArray | float) -> AnyArray | float:
    """Two to the power of each number; float32 stays float32. 0 below -1021."""
    return _each("exp2", x)


@overload
def log(x: float) -> float: ...
@overload
def log(x: AnyArray) -> AnyArray: ...
def log(x: AnyArray | float) -> AnyArray | float:
    """Natural logarithm of each number; float32 stays float32. Minus infinity at 0, NaN below."""
    return _each("log", x)


@overload
def log1p(x: float) -> float: ...
@overload
def log1p(x: AnyArray) -> AnyArray: ...
def log1p(x: AnyArray | float) -> AnyArray | float:
    """Natural logarithm of one plus each number; float32 stays float32. Minus infinity at -1, NaN below."""
    return _each("log1p", x)


@overload
def tanh(x: float) -> float: ...
@overload
def tanh(x: AnyArray) -> AnyArray: ...
def tanh(x: AnyArray | float) -> AnyArray | float:
    """Hyperbolic tangent of each number; float32 stays float32."""
    return _each("tanh", x)


def _each(name: str, x: AnyArray | float) -> AnyArray | float:
    given, narrow = _numbers(x)
    found = np.empty_like(given)
    getattr(compiled, f"{name}_f" if narrow else name)(given, found)
    return found.reshape(np.shape(x)) if isinstance(x, np.ndarray) else float(found.item())


def _numbers(x: AnyArray | float) -> tuple[AnyArray, bool]:
    """The array as kernels take it, contiguous in float32 or float64, and whether it is in float32."""
    given = contiguous(x)
    narrow = given.dtype.char == "f"
    return given if narrow else given.astype(np.float64, copy=False), narrow


def decay(half_life: float) -> float:
    """Share that is left after a step of what halves in *half_life* steps."""
    return exp2(-1.0 / half_life)


def total(x: AnyArray, axis: int = -1) -> AnyArray:
    """Sums along an axis, float32 in float32 and anything else in float64."""
    given, narrow = _numbers(x)
    place = axis % given.ndim
    sums = np.empty(given.shape[:place] + given.shape[place + 1 :], dtype=given.dtype)
    if place == given.ndim - 1:
        (compiled.sum_rows_f if narrow else compiled.sum_rows)(given, sums, given.shape[-1])
    else:
        (compiled.sum_middle_f if narrow else compiled.sum_middle)(given, sums, given.shape[place], math.prod(given.shape[place + 1 :]))
    return sums


def mean(x: AnyArray, axis: int = -1) -> AnyArray:
    """Means along an axis, float32 in float32 and anything else in float64."""
    sums = total(x, axis)
    return sums / sums.dtype.type(x.shape[axis])


def pick(x: F32, column: I64) -> F32:
    """The number of each row of *x* (n, m) that stands in its column (n,), (n,)."""
    found = np.empty(len(column), dtype=np.float32)
    compiled.pick(contiguous(x), column, found)
    return found


def product(a: AnyArray, b: AnyArray) -> AnyArray:
    """Product of matrices (n, k) and (k, m), each sum from its first term to its last; in float32 where both are."""
    (left, narrow), (right, also) = _numbers(a), _numbers(b)
    if narrow != also:
        left, right, narrow = left.astype(np.float64, copy=False), right.astype(np.float64, copy=False), False
    found = np.empty((left.shape[0], right.shape[1]), dtype=left.dtype)
    (compiled.product_f if narrow else compiled.product)(left, right, found, *left.shape, right.shape[1])
    return found


def ewma(values: F64, half_life: float, *, adjust: bool = True) -> F64:
    """Exponentially weighted mean of *values* (T, A), NaN left out.

    *adjust* divides by the weights there are, so that the first values do not count for more than the later ones; without it the result
    is the recursion y[t] = (1 - alpha) y[t-1] + alpha x[t] from y[0] = x[0].
    """
    given = contiguous(values, dtype=np.float64)
    means = np.empty_like(given)
    compiled.ewma(given, means, *given.shape, int(adjust), decay(half_life))
    return means


def normal_quantiles(probability: F64) -> F64:
    """Quantiles of the standard normal distribution at probabilities, infinite at 0 and 1 (Wichura, 1988, doi:10.2307/2347330)."""
    given = contiguous(probability, dtype=np.float64)
    found = np.empty_like(given)
    compiled.normal_quantiles(given, found)
    return found


def solve(matrix: F64, right: AnyArray, least: float = 1e-18) -> F64:
    """Solutions x (n, k) of S x = y, for rows y of *right* (n, k) and a symmetric positive definite *matrix* S (k, k), by Cholesky's
    factors; a pivot below *least* is taken for it."""
    found = np.array(right, dtype=np.float64, order="C")
    compiled.solve(np.array(matrix, dtype=np.float64, order="C"), found, *found.shape, least)
    return found
