"""Kernels: compiled inner loops that compute the same bits on every machine.

What decides goes through them: sums in a written order, elementary functions of their own, no contraction. numpy keeps what it gives alike
everywhere: additions, multiplications, divisions, square roots and comparisons of single numbers.

Sources are in ``c/``: a kernel is a plain loop over agents that takes and fills arrays, allocates nothing and lets go of the interpreter's
lock. They are compiled when the package is installed, once for any processor of its kind and once for AVX2; which one runs is chosen when
this room is imported, and changes no bit. ``FREEAGENTICS_KERNELS=baseline`` in the environment takes the first.
"""

from freeagentics.kernels.fingerprint import fingerprint
from freeagentics.kernels.library import compiled
from freeagentics.kernels.numbers import (
    decay,
    ewma,
    exp,
    exp2,
    log,
    log1p,
    mean,
    normal_quantiles,
    pick,
    product,
    solve,
    tanh,
    total,
)

__all__ = [
    "compiled",
    "decay",
    "ewma",
    "exp",
    "exp2",
    "fingerprint",
    "log",
    "log1p",
    "mean",
    "normal_quantiles",
    "pick",
    "product",
    "solve",
    "tanh",
    "total",
]
