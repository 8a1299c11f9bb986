"""The registry of valid inputs of kernels, which the files ``*_inputs.py`` fill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from draws import Draws

from freeagentics.arrays import F32, AnyArray

Argument = AnyArray | int | float
Draw = Callable[[Draws], list[Argument]]


@dataclass(frozen=True)
class KernelInputs:
    """Inputs of a kernel.

    Attributes:
        draw: the arguments of a call, drawn anew.
        sizing: places, from 0 on, of arrays that say by their number of items how much there is to do, so that none is too short.
    """

    draw: Draw
    sizing: frozenset[int]


INPUTS: dict[str, KernelInputs] = {}
"""By the kernel's name."""


def inputs_of(*kernels: str, sizing: tuple[int, ...]) -> Callable[[Draw], Draw]:
    """Declare a function that draws inputs of these *kernels*."""

    def declared(draw: Draw) -> Draw:
        INPUTS.update(dict.fromkeys(kernels, KernelInputs(draw, frozenset(sizing))))
        return draw

    return declared


def narrowed(draw: Draw) -> Draw:
    """The same inputs with arrays in float32."""
    return lambda draws: [value.astype(np.float32) if isinstance(value, np.ndarray) else value for value in draw(draws)]


def zeros(*shape: int) -> F32:
    return np.zeros(shape, dtype=np.float32)
