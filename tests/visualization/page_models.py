"""Small models on show."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from freeagentics.simulation import MarketModel
from freeagentics.visualization.model_slot import ModelSlot
from freeagentics.visualization.page_model import PageModel


@contextmanager
def shown(scenario: str | Path, *, steps: int = 0, agents: int | None = None) -> Iterator[PageModel]:
    """A model on show after some steps, closed in the end."""
    slot = ModelSlot()
    model = PageModel(str(scenario), agents=agents, slot=slot)
    try:
        for _ in range(steps):
            model.step()
        yield model
    finally:
        slot.close()


def writers() -> int:
    """Threads of models that are not closed."""
    return sum(thread.name == "freeagentics-journal" for thread in threading.enumerate())


def models() -> int:
    """Market models that are still in memory."""
    gc.collect()
    # By type: asking a lazy stand-in of another library for its class may import or warn.
    return sum(issubclass(type(thing), MarketModel) for thing in gc.get_objects())


def scenario_file(folder: Path, *, steps: int, team: str = "", bars: str = 'kind = "synthetic"') -> Path:
    """A scenario of ten agents, in a file."""
    path = folder / "small.toml"
    path.write_text(f'name = "small"\nsteps = {steps}\n[agents]\ncount = 10\n{team}\n[market]\n{bars}\n')
    return path
