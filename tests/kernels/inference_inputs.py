"""Valid inputs of kernels of inference.c."""

from __future__ import annotations

import numpy as np
from draws import Draws
from input_registry import Argument, inputs_of, zeros

FLOOR = 2.0**-52


@inputs_of("states_infer", sizing=(0, 1, 2, 7))
def _states_infer(draws: Draws) -> list[Argument]:
    rows, states, places = draws.one(1, 6), draws.one(1, 21), draws.whole(2, 5, draws.one(1, 4))
    first, after = draws.one(0, 2), draws.one(0, 2)
    strides = np.cumprod([1, *places[:0:-1]])[::-1].astype(np.int64)
    seen = np.stack([draws.whole(-1, size - 1, rows) for size in (*[2] * first, *places.tolist(), *[2] * after)], axis=1)
    likelihood = draws.some(draws.narrow(0, 1, int(places.prod()), states), 0.2, FLOOR)
    prior = draws.some(draws.narrow(0, 1, rows, states), 0.2)
    return [likelihood, strides, seen, first, seen.shape[1], states, FLOOR, prior]


@inputs_of("policies_weigh", sizing=(9, 10))
def _policies_weigh(draws: Draws) -> list[Argument]:
    rows, states, actions, horizon, outcomes = draws.one(1, 6), draws.one(1, 21), draws.one(1, 4), draws.one(1, 4), draws.one(1, 6)
    policies, prefixes = actions**horizon, sum(actions**length for length in range(1, horizon + 1))
    matrix = np.hstack([draws.narrow(-3, 1, states, policies), draws.some(draws.narrow(0, 1, states, outcomes * prefixes), 0.2)])
    habit = draws.some(draws.narrow(-2, 0, rows, policies), 0.1, -np.inf) if draws.one(0, 2) else zeros(0)
    given: list[Argument] = [matrix, draws.narrow(0, 1, rows, states), habit, 16.0, actions, horizon, outcomes, states, FLOOR]
    return [*given, zeros(matrix.shape[1]), zeros(rows, policies), zeros(rows, policies)]
