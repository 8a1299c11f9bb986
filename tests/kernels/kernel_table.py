"""The table of kernels, as ``c/kernels.c`` writes it."""

from __future__ import annotations

import re
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "freeagentics" / "kernels" / "c"

SIGNATURES = dict(re.findall(r'\{"(\w+)", "(\w+)", \w+\}', (SOURCES / "kernels.c").read_text(encoding="utf-8")))
"""A letter for each argument, by kernel; ``c/table.h`` says what they mean."""


def filled_by(signature: str) -> list[int]:
    """Places, from 0 on, of arrays that the kernel may write."""
    return [place for place, letter in enumerate(signature) if letter.isupper()]
