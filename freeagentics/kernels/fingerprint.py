"""The fingerprint of a machine's arithmetic: a hash over what kernels and numpy give for fixed numbers."""

from __future__ import annotations

import hashlib
from functools import cache

import numpy as np

from freeagentics.kernels.numbers import exp, log, normal_quantiles, solve, tanh, total


@cache
def fingerprint() -> str:
    """Hash of what this machine computes; two that differ in it would take a run on different courses."""
    x = np.arange(1, 4097, dtype=np.float64) / 512
    narrow = x.astype(np.float32)
    near = np.subtract.outer(x[:8], x[:8])
    found = [
        exp(-x),
        log(x),
        tanh(x - 4),
        exp(-narrow),
        normal_quantiles(x / 9),
        total(narrow.reshape(64, 64)),
        total(x.reshape(64, 64)),
        solve(exp(-(near * near)) + np.eye(8), x[:16].reshape(2, 8)),
        np.sqrt(x) / (x + 1) * narrow,
        np.cumsum(1 / x),
        np.random.Generator(np.random.Philox(key=np.array([1, 2], dtype=np.uint64))).random(64),
    ]
    digest = hashlib.sha256()
    for array in found:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]
