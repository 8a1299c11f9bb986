from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from freeagentics.market import load_bars

GUIDE = Path(__file__).parents[2] / "docs" / "writing-a-source.md"


def test_the_guide_to_writing_a_source_runs_and_its_source_does_not_look_ahead() -> None:
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", GUIDE.read_text(), flags=re.DOTALL):
        exec(block, names)
    assert names["observation"].column("range.place").shape == (1,)
    assert {source.name: source.cost_cents for source in names["market"].sources} == {"price": 0, "range": 2}
    source, bars = names["RangeSource"](), load_bars("btcusdt-1h")
    assert np.array_equal(source.compute(bars.head(100), None), source.compute(bars, None)[:100], equal_nan=True)
