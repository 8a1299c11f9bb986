"""The compiled library: kernels by name."""

from __future__ import annotations

import os
from types import SimpleNamespace

try:
    from freeagentics.kernels import _compiled
except ImportError as error:
    raise ImportError(
        "freeagentics/kernels: no compiled kernels beside the sources; `pip install .` (or `make install`) compiles them"
    ) from error

compiled = SimpleNamespace(**_compiled.table(os.environ.get("FREEAGENTICS_KERNELS") == "baseline"))
"""Kernels by name, as ``c/kernels.c`` lists them: functions of contiguous arrays and numbers that fill some of the arrays.

They raise TypeError for an array of another type or layout, and ValueError for one with too few items.
"""
