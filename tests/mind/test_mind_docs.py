from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "minds.md"


def test_the_guide_to_minds_runs_and_prints_what_it_says() -> None:
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL):
        exec(block, names)
    assert names["beliefs"].sum() == 2
    assert names["beliefs"].memory_usage() < 0.002
    assert names["chosen"][0, 1] > 0.99
    assert names["value"][0, 1] - names["value"][0, 0] == pytest.approx(0.37, abs=0.005)
    assert names["heard"][0].tolist() == pytest.approx([0, 0, 0.9, 0.1], abs=1e-5)
    assert len(names["history"]) == 1000
    assert names["history"].get_compression_ratio() > 5
    assert names["agent"].belief_grid.sum() == pytest.approx(1, abs=1e-5)
