"""The tour runs from top to bottom, in a kernel, which is a running event loop."""

from __future__ import annotations

import asyncio
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from freeagentics import OptimizedThreadPoolManager, run

TOUR = Path(__file__).parents[2] / "docs" / "tour.ipynb"


# ipykernel and its client warn of event loops and sockets of their own.
@pytest.mark.filterwarnings("ignore")
def test_the_tour_runs_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TOUR.parents[1]))
    tour = nbformat.read(TOUR, as_version=4)  # type: ignore[no-untyped-call]
    assert not any(cell.get("outputs") for cell in tour.cells), "the tour is kept without what it printed"
    NotebookClient(tour, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [output for cell in tour.cells for output in cell.get("outputs", ())]
    assert "whale-pump, seed 3" in shown[0]["data"]["text/html"]
    assert any("image/png" in output.get("data", {}) for output in shown)
    assert (tmp_path / "runs" / "tour-dear" / "run.json").is_file()


def test_a_run_is_made_inside_a_running_event_loop(tmp_path: Path) -> None:
    async def main() -> int:
        return run("quick", agents=5, steps=12, out=tmp_path / "run").summary.steps

    assert asyncio.run(main()) == 12


def test_agents_that_await_are_stepped_inside_a_running_event_loop() -> None:
    class Sleeper:
        awake = 0

        async def step(self) -> None:
            await asyncio.sleep(0)
            self.awake += 1

    async def main() -> list[int]:
        sleepers = [Sleeper() for _ in range(3)]
        with OptimizedThreadPoolManager() as manager:
            for place, sleeper in enumerate(sleepers):
                manager.register_agent(f"sleeper-{place}", sleeper)
            manager.step_all_agents({})
        return [sleeper.awake for sleeper in sleepers]

    assert asyncio.run(main()) == [1, 1, 1]
