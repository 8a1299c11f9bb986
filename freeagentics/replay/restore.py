"""Going back: a model brought to where its journal has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from freeagentics.errors import BadRunDirectory, BadScenario, CorruptRecord
from freeagentics.journal import SHARED, CommitRecord, Consolidate, Journal, JournalWriter, Kind
from freeagentics.kernels import fingerprint
from freeagentics.scenario.scenario import Scenario
from freeagentics.simulation.market_model import Checkpoint, MarketModel
from freeagentics.simulation.probe import Probe


def restore(model: MarketModel, journal: Journal, step: int, consolidate: Consolidate | None = None) -> None:
    """Bring a fresh model to the last checkpoint at or before *step*; what it records from there is compared with the journal,
    and written, and with it what *consolidate* does, where the journal ends.

    Raises BadRunDirectory where the checkpoint is of another scenario, or this machine computes otherwise than the one that wrote it.
    """
    _same_arithmetic(journal)
    found = journal.checkpoint_before(step)
    if found is not None:
        try:
            model.restore(found, journal.checkpoint(found))
        except (KeyError, ValueError, CorruptRecord) as error:
            raise BadRunDirectory(f"{journal.path}: the checkpoint of step {found} is not of this scenario: {error}") from error
    model.attendance.leaving = _departures(journal, (found or 0) + 1)
    start = journal.commit_record(found) if found is not None else None
    model.record_to(JournalWriter(journal, start, consolidate))


def _same_arithmetic(journal: Journal) -> None:
    """Check that numbers come out here as they did where the run was made, before a step is computed in vain."""
    there, here = journal.metadata().get("arithmetic"), fingerprint()
    if there != here:
        raise BadRunDirectory(
            f"{journal.path}: numbers come out otherwise here (arithmetic {here}) than where the run was made (arithmetic {there}), so its "
            "steps cannot be computed again; use the version of freeagentics that made it"
        )


def _departures(journal: Journal, first: int) -> dict[int, list[int]]:
    """Agents that left before a step, by steps from *first* on."""
    last = journal.commit_record()
    pages = {step: journal.read(step, Kind.DEPARTURES, SHARED) for step in range(first, last.step + 1 if last else first)}
    return {step: page["agent"].tolist() for step, page in pages.items() if page is not None}


def committed(journal: Journal, step: int) -> CommitRecord:
    """The commit of a step. Raises BadScenario where it was not committed."""
    commit, last = journal.commit_record(step), journal.commit_record()
    if commit is None:
        raise BadScenario(f"step {step}: this run has steps 1 to {last.step if last else 0}")
    return commit


def state_at(scenario: Scenario, journal: Journal, step: int) -> tuple[CommitRecord, Checkpoint]:
    """The commit of a committed step and the state at its end, computed again from the checkpoint before it.

    Raises BadScenario where the step was not committed, RunFailed where it comes out differently than it is on record.
    """
    with model_at(scenario, journal, step) as model:
        return committed(journal, step), model.checkpoint()


@contextmanager
def model_at(
    scenario: Scenario, journal: Journal, step: int, *, since: int | None = None, probes: Iterable[Probe] = ()
) -> Iterator[MarketModel]:
    """The model at the end of a committed step, computed again from the last checkpoint at or before it, or at or before step *since*,
    while *probes* look on.

    Raises BadScenario where the step was not committed, RunFailed where a step comes out differently than it is on record.
    """
    committed(journal, step)
    with MarketModel(scenario, probes=probes) as model:
        restore(model, journal, step if since is None else since)
        while model.steps < step:
            model.step()
        model.writer.flush()
        yield model
