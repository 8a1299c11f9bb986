"""The compiled library: kernels by name."""

from __future__ import annotations

import os
from types import SimpleNamespace

BASELINE = os.environ.get("FREEAGENTICS_KERNELS") == "baseline"

try:
    from freeagentics.kernels import _compiled
except ImportError as error:
    raise ImportError(
        "freeagentics/kernels: no compiled kernels beside the sources; `pip install .` (or `make install`) compiles them"
    ) from error

compiled = SimpleNamespace(**_compiled.table(BASELINE))
"""Kernels by name, as ``c/kernels.c`` lists them: functions of contiguous arrays and numbers that fill some of the arrays.

They raise TypeError for an array of another type or layout, and ValueError for one with too few items.
"""

variant = "avx2" if _compiled.wide() and not BASELINE else "baseline"
"""Which of the two builds runs here; both compute the same bits."""
