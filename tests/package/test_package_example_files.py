"""Examples that take long by themselves run in small."""

from __future__ import annotations

import runpy
import warnings
from pathlib import Path

import pytest
from mesa.examples.advanced.sugarscape_g1mt import model as sugarscape

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_traders_of_sugarscape_without_memory_are_mesas_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """And with it they remember, and go other ways."""
    # The example puts its traders in their place.
    monkeypatch.setattr(sugarscape, "Trader", sugarscape.Trader)
    warnings.simplefilter("ignore")

    def places(made: object) -> list[tuple[int, ...]]:
        for _ in range(6):
            made.step()  # type: ignore[attr-defined]
        return [(agent.sugar, agent.spice, *agent.cell.coordinate) for agent in made.agents]  # type: ignore[attr-defined]

    mesas_own = places(sugarscape.SugarscapeG1mt(seed=1))
    example = runpy.run_path(str(EXAMPLES / "sugarscape_memory.py"))
    assert places(example["RememberingSugarscape"](memory=False, seed=1)) == mesas_own
    remembering = example["RememberingSugarscape"](memory=True, seed=1)
    assert places(remembering) != mesas_own
    assert remembering.memory.recall(remembering.agents[0], k=1)


def test_a_search_with_optuna_finds_the_same_again() -> None:
    optuna = pytest.importorskip("optuna")
    warnings.simplefilter("ignore")
    example = runpy.run_path(str(EXAMPLES / "tune_with_optuna.py"))
    first, again = (example["main"](trials=2, seeds=1, steps=10) for _ in range(2))
    assert isinstance(first, optuna.Study)
    assert first.best_params == again.best_params
    assert set(first.best_params) == {"memory.recall", "roles.market-hunter.threshold"}
