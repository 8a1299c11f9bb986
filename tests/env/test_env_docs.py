"""The page on environments does what it shows, and the example learns."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SNIPPETS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "environments.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("code", SNIPPETS, ids=range(len(SNIPPETS)))
def test_a_snippet_runs(code: str) -> None:
    exec(code, {})


def test_the_example_trains_a_policy_and_holds_it_against_others(capsys: pytest.CaptureFixture[str]) -> None:
    """A few bars are too few to learn from: what is learned is measured by the example itself."""
    example = runpy.run_path(str(ROOT / "examples" / "train_trader.py"))
    policy = example["train"](2, 12)
    found = example["compare"](policy, 2, 12)
    assert {name: len(returns) for name, (returns, _) in found.items()} == {"trained": 2, "random": 2, "all in": 2}
    assert found["all in"][1] == 1
    assert "rollout   2" in capsys.readouterr().out
