"""Bars that are judged: those of a run on record, or of a scenario."""

from __future__ import annotations

from pathlib import Path

from freeagentics.errors import BadInput
from freeagentics.journal import Journal
from freeagentics.market import Bars
from freeagentics.progress import ProgressCallback, no_progress
from freeagentics.records.run_directory import RunDirectory
from freeagentics.scenario.files import load_scenario, stated, with_changes
from freeagentics.scenario.market_setup import open_market
from freeagentics.simulation import MarketModel


def observed(name: str | Path, *, steps: int | None = None, seed: int | None = None, progress: ProgressCallback = no_progress) -> Bars:
    """Bars that a run showed up to its last checkpoint, or that a scenario shows when it is run.

    Args:
        name: a run directory, or name or path of a scenario.
        steps, seed: of a scenario, instead of its own.
        progress: told of steps.

    Raises:
        BadInput: neither of them, or a run without a checkpoint.
    """
    if Path(name).is_dir():
        if steps is not None or seed is not None:
            raise BadInput(f"{name} is a run: its steps and its seed are what they are")
        return _recorded(Path(name))
    scenario = with_changes(load_scenario(name), stated({"steps": steps, "seed": seed}))
    with MarketModel(scenario) as model:
        while model.running:
            model.step()
            progress("trading", model.steps, scenario.steps)
        return model.market.shown()


def _recorded(path: Path) -> Bars:
    directory = RunDirectory.open(path)
    scenario = directory.load_scenario()
    market = open_market(scenario)
    with Journal(directory.journal) as journal:
        last = journal.commit_record()
        found = journal.checkpoint_before(last.step) if last else None
        if found is None:
            raise BadInput(f"{path}: its run has no checkpoint yet, so its bars are not on record")
        market.load(journal.checkpoint(found)["market"])
    return market.shown()
