"""Elementary functions to 50 digits, and how far from them a float64 is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np

from freeagentics.arrays import F64

DIGITS = mpmath.MPContext()
DIGITS.dps = 50

Exact = Callable[[Any], Any]


def normal_quantile(probability: Any) -> Any:
    """The standard normal distribution's quantile at a probability in (0, 1), by Halley's steps from where the logarithm puts it."""
    if probability > 0.5:
        return -normal_quantile(1 - probability)
    x = -DIGITS.sqrt(-2 * DIGITS.log(2 * probability))
    for _ in range(60):
        step = (DIGITS.ncdf(x) - probability) / DIGITS.npdf(x)
        x -= step / (1 + x * step / 2)
        if abs(step) < DIGITS.mpf(10) ** -40:
            return x
    raise ArithmeticError(f"no quantile found at {probability}")


EXACT: dict[str, Exact] = {
    "exp": DIGITS.exp,
    "exp2": lambda x: DIGITS.power(2, x),
    "log": DIGITS.log,
    "log1p": DIGITS.log1p,
    "tanh": DIGITS.tanh,
    "normal_quantiles": normal_quantile,
}


def errors(name: str, x: F64, found: F64) -> tuple[F64, F64]:
    """Errors of what a function was *found* to be at *x*: absolute ones, and in units of the last place of what is right."""
    exact = [EXACT[name](DIGITS.mpf(value)) for value in x.tolist()]
    apart = [abs(DIGITS.mpf(value) - right) for value, right in zip(found.tolist(), exact, strict=True)]
    places = [float(error / _last_place(right)) for error, right in zip(apart, exact, strict=True)]
    return np.array([float(error) for error in apart]), np.array(places)


def _last_place(exact: Any) -> Any:
    return DIGITS.ldexp(1, max(int(DIGITS.frexp(exact)[1]) - 53, -1074))
