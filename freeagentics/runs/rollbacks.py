"""Rollbacks in a run: a fork in which some agents go on from an earlier state of theirs.

Nothing that is on record changes: the fork shares all steps up to the one that it begins after, and its checkpoint there has the earlier
states in it. Its journal says which, and of which steps; so the checkpoint can be made again from the steps before it, and compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple

import numpy as np

from freeagentics.agents.row_state import RECORDS, put_row
from freeagentics.arrays import AnyArray
from freeagentics.errors import BadScenario, CorruptRecord
from freeagentics.journal import Journal
from freeagentics.records.run_directory import RunDirectory
from freeagentics.replay.restore import model_at
from freeagentics.runs.run_states import RunStates
from freeagentics.scenario.plain import whole
from freeagentics.services import AgentState, StateManager, StateType
from freeagentics.services.state_content import content_sha256
from freeagentics.simulation.market_model import Checkpoint
from freeagentics.stores.sqlite import SqliteStore

_ABOUT = "rollbacks"


@dataclass(frozen=True, slots=True)
class Rollback:
    """One agent that goes on from an earlier state.

    Attributes:
        agent: its id.
        to: the step whose state it goes on from.
        at: the step after which it does.
        content_sha256: of that state.
    """

    agent: str
    to: int
    at: int
    content_sha256: str


class RolledBack(NamedTuple):
    """A rollback with the state that the agent had, and the one that it goes on from."""

    rollback: Rollback
    had: AgentState
    back: AgentState


def recorded_rollbacks(journal: Journal) -> list[Rollback]:
    """The rollbacks of a run and of those that it was forked from, in the order in which they were done. Raises CorruptRecord."""
    try:
        return [Rollback(**row) for row in journal.metadata().get(_ABOUT, ())]
    except TypeError as error:
        raise CorruptRecord(f"{journal.path}: its list of rollbacks is damaged: {error}") from error


def rollbacks_metadata(journal: Journal, at: int, new: Sequence[RolledBack]) -> dict[str, object]:
    """Metadata of a fork after step *at* of a run."""
    return {_ABOUT: [asdict(one) for one in (*recorded_rollbacks(journal), *(one.rollback for one in new)) if one.at <= at]}


def roll_back(states: RunStates, at: int, checkpoint: Checkpoint, wanted: Mapping[str, int]) -> tuple[Checkpoint, list[RolledBack]]:
    """The checkpoint of step *at* with the states that agents had at earlier steps, and the rollbacks that this is.

    Args:
        states: of the run.
        at: the step.
        checkpoint: of its end.
        wanted: step by agent.

    Raises:
        BadInput: no such agent, or it has left. BadScenario: a step that is not before *at*, or not on record.
        RunFailed, UntrustedPlugin, CorruptRecord: as `RunStates.at` does.
    """
    done = []
    for agent, step in wanted.items():
        number, part = states.seat(agent, at)
        to = whole("the step to go back to", step)
        if not 1 <= to < at:
            raise BadScenario(f"{agent} cannot go back to step {to}: the fork begins after step {at}, so give a step from 1 to {at - 1}")
        earlier, had = states.at(agent, to), states.of(number, at, checkpoint[part])
        arrays, history = dict(earlier.arrays), states.history(number, at)
        # A history that may hold fewer records now than it did.
        arrays[RECORDS] = arrays[RECORDS][-history:]
        row = int(states.roster.seats["row"][number])
        checkpoint = {**checkpoint, part: put_row(checkpoint[part], row, at, history, arrays)}
        back = replace(earlier, arrays=arrays)
        done.append(RolledBack(Rollback(agent, to, at, content_sha256(back.parts())), had, back))
    return checkpoint, done


def audit_rollbacks(directory: RunDirectory, run: str, parent: str, done: Sequence[RolledBack], by: str | None) -> None:
    """Begin the audit trails of a fork of run *parent*: of each agent the state that it had, as a backup, and the one it went back to."""
    if not done:
        return
    with SqliteStore(directory.states, run) as store:
        manager = StateManager(store, by=by)
        for rollback, had, back in done:
            reason = f"rollback after step {rollback.at} of run {parent}"
            backup = manager.save(replace(had, state_type=StateType.BACKUP), reason=f"before the {reason}")
            earlier = replace(back, version=backup.version, state_type=StateType.CURRENT)
            manager.save(earlier, reason=reason, restored=f"step {rollback.to}")


def check_rollbacks(states: RunStates, *, replay: bool = False, allow_plugins: bool = False) -> list[Rollback]:
    """Check that the checkpoints of a fork hold the states that its rollbacks say; returns the rollbacks.

    Args:
        states: of the fork.
        replay: make those checkpoints again from the steps before them, and compare all that is in them.
        allow_plugins: for that run also plugins that this user has not run before.

    Raises:
        CorruptRecord: a checkpoint is another.
        RunFailed, UntrustedPlugin: the steps before it cannot be computed again.
    """
    done = recorded_rollbacks(states.journal)
    for one in {(rolled.agent, rolled.at): rolled for rolled in done}.values():
        found = content_sha256(states.at(one.agent, one.at).parts())
        if found != one.content_sha256:
            raise _other(states, one.at, f"{one.agent}'s state has the hash {found[:12]}, not {one.content_sha256[:12]}")
    for at in sorted({one.at for one in done}) if replay else ():
        lineage = states.directory.load_lineage(allow_plugins=allow_plugins)
        with model_at(lineage.at(at), states.journal, at, since=at - 1) as model:
            again = model.checkpoint()
        wanted = [{one.agent: one.to} for one in done if one.at == at]
        for step_by_agent in wanted:
            again, _ = roll_back(states, at, again, step_by_agent)
        _compare(states, at, again)
    return done


def _compare(states: RunStates, at: int, again: Checkpoint) -> None:
    found = states.parts(at)
    left = states.roster.left(states.journal, at)
    for number, agent in enumerate(states.roster.ids):
        part = f"cohort-{states.roster.seats['cohort'][number]}"
        if left.get(number, at + 1) > at and _hash(states, number, at, again[part]) != _hash(states, number, at, found[part]):
            raise _other(states, at, f"{agent}'s state is not the one that computing it again gives")
    for part, arrays in again.items():
        if not part.startswith("cohort-") and not _equal(arrays, found[part]):
            raise _other(states, at, f"its {part} is not the one that computing it again gives")


def _hash(states: RunStates, number: int, at: int, arrays: Mapping[str, AnyArray]) -> str:
    return content_sha256(states.of(number, at, arrays).parts())


def _equal(one: Mapping[str, AnyArray], other: Mapping[str, AnyArray]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(array, other[name]) for name, array in one.items())


def _other(states: RunStates, at: int, said: str) -> CorruptRecord:
    return CorruptRecord(f"{states.journal.path}: the checkpoint of step {at} is not what its rollback made: {said}", step=at)
