"""The states of a run: those that its journal holds, and the versions of them that were saved in a store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Self

from freeagentics import __version__
from freeagentics.agents.row_state import take_row
from freeagentics.arrays import AnyArray
from freeagentics.errors import BadInput, BadStore, CorruptRecord, did_you_mean
from freeagentics.journal import Journal
from freeagentics.records.lineage import Lineage
from freeagentics.records.roster import Roster
from freeagentics.records.run_directory import RunDirectory
from freeagentics.replay.restore import committed, state_at
from freeagentics.scenario.plain import whole
from freeagentics.services import AgentState, AuditEntry, StateManager, StateType
from freeagentics.stores import open_store
from freeagentics.stores.sqlite import SqliteStore
from freeagentics.stores.urls import public_url

Parts = Mapping[str, Mapping[str, AnyArray]]


class RunStates:
    """Reads states of a run's agents, and of the whole run, at any step on record, and saves them as versions. A context manager.

    A step with a checkpoint is read from it; any other is computed again from the checkpoint before, which runs the run's code.

    Args:
        path: the run directory.
        store: URL of the store of saved versions; by default they are in ``states.db`` in the run directory.
        by: who saves, for the audit trail; by default the user who runs this process.
        allow_plugins: run also plugins that this user has not run before.

    Raises:
        BadRunDirectory: no run directory, or nothing is on record.
        BadStore, StoreUnavailable: the store cannot be opened.
    """

    def __init__(self, path: str | Path, *, store: str = "", by: str | None = None, allow_plugins: bool = False) -> None:
        self.directory = RunDirectory.open(Path(path))
        self._url, self._by, self._allow_plugins = store, by, allow_plugins
        self._manager: StateManager | None = None
        self._lineage: Lineage | None = None
        with ExitStack() as stack:
            self.journal = stack.enter_context(Journal(self.directory.journal))
            self.roster = Roster(self.journal)
            self.run = str(self.journal.metadata()["run"])
            self._open = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def at(self, agent: str | None, step: int) -> AgentState:
        """The state of an agent, or with None of the whole run, at the end of a step.

        Raises:
            BadInput: there is no such agent, or it had left. BadScenario: the step is not on record.
            RunFailed: a step comes out differently than it is on record. UntrustedPlugin: a plugin must be run, and may not.
            CorruptRecord: a checkpoint is damaged.
        """
        step = whole("step", step)
        timestamp = committed(self.journal, step).timestamp
        if agent is not None:
            number, part = self.seat(agent, step)
            return self.of(number, step, self.parts(step, part)[part])
        arrays = {f"{part}/{name}": array for part, held in self.parts(step).items() for name, array in held.items()}
        scenario = self._read().at(step)
        return AgentState(
            agent_id=None,
            state_type=StateType.CHECKPOINT,
            agent_version=__version__,
            current_cycle=step,
            last_updated=timestamp,
            configuration={"scenario": scenario.name, "seed": scenario.seed},
            arrays=arrays,
        )

    def of(self, number: int, step: int, arrays: Mapping[str, AnyArray]) -> AgentState:
        """The state of an agent by its number, in these arrays of its cohort at the end of a step on record."""
        seat = self.roster.seats[number]
        return AgentState(
            agent_id=self.roster.ids[number],
            state_type=StateType.CHECKPOINT,
            agent_version=__version__,
            current_cycle=step,
            last_updated=committed(self.journal, step).timestamp,
            configuration={"role": self.roster.roles[number], "desk": int(seat["desk"])},
            arrays=take_row(arrays, int(seat["row"]), step, self.history(number, step)),
        )

    def seat(self, agent: str, step: int) -> tuple[int, str]:
        """The number of an agent, and the part of a checkpoint that its cohort is. Raises BadInput where it is not there at that step."""
        if agent not in self.roster.ids:
            raise BadInput(f"no agent '{agent}' in {self.directory.path}; {did_you_mean(agent, self.roster.ids)}")
        number = self.roster.ids.index(agent)
        left = self.roster.left(self.journal, step).get(number, step + 1)
        if left <= step:
            raise BadInput(f"{agent} left before step {left}, so it has no state at step {step}")
        return number, f"cohort-{self.roster.seats['cohort'][number]}"

    def history(self, number: int, step: int) -> int:
        """Records that the history of an agent holds at most."""
        return self._read().at(step).memory_of(int(self.roster.seats["desk"][number])).history

    def parts(self, step: int, part: str | None = None) -> Parts:
        """The checkpoint of a step, of all parts or of one, computed again where there is none. Raises what `at` raises."""
        if found := self.journal.checkpoint(step, part):
            return found
        lineage = self.directory.load_lineage(allow_plugins=self._allow_plugins)
        return state_at(lineage.at(step), self.journal, step)[1]

    def checkpoints(self, agent: str | None) -> Iterator[AgentState]:
        """The states at all steps that have a checkpoint and the agent, in rising order, each as it is asked for."""
        steps = self.journal.checkpoint_steps()
        if agent is not None:
            number, _ = self.seat(agent, 0)
            left = self.roster.left(self.journal, max(steps, default=0)).get(number)
            steps = [step for step in steps if left is None or step < left]
        return (self.at(agent, step) for step in steps)

    def saved(self, agent: str | None) -> list[AuditEntry]:
        """The audit entries of the saved versions that can be loaded, oldest first."""
        if agent is not None:
            self.seat(agent, 0)
        return self.manager.history(agent) if self._is_there() else []

    def version(self, agent: str | None, version: int) -> AgentState:
        """A saved version. Raises BadInput where there is none of that number, CorruptRecord where it is damaged."""
        if agent is not None:
            self.seat(agent, 0)
        if not self._is_there():
            raise BadInput(f"{self.directory.path}: no version of a state was saved yet; save one with: freeagentics state save")
        return self.manager.load(agent, version)

    def save(
        self, agent: str | None, step: int | None = None, *, state_type: StateType = StateType.CHECKPOINT, reason: str = ""
    ) -> AgentState:
        """Save the state at a step, by default the last, as a version. Raises what `at` and `StateManager.save` raise."""
        found = self.at(agent, self.last if step is None else step)
        (newest,) = self.manager.newest([agent])
        state = replace(found, state_type=state_type, version=newest.version if newest else 0)
        return self.manager.save(state, reason=reason)

    def audit(self, agent: str | None, *, known: str = "") -> list[AuditEntry]:
        """The audit trail of an agent's saved versions, or with None that of the whole run's, checked as `StateManager.audit` does."""
        if agent is not None:
            self.seat(agent, 0)
        return self.manager.audit(agent, known=known) if self._is_there() else []

    def audit_all(self, *, known: str = "") -> list[AuditEntry]:
        """The audit trails of the run and of all its agents, by the time of their entries; one of them must have the entry that is *known*.

        Raises CorruptRecord.
        """
        trails = [self.manager.audit(owner) for owner in self._owners()] if self._is_there() else []
        entries = sorted((entry for trail in trails for entry in trail), key=lambda entry: entry.at)
        if known and known not in {entry.sha256 for entry in entries}:
            raise CorruptRecord(f"{self.directory.path}: no audit trail has an entry of the hash {known}")
        return entries

    @property
    def last(self) -> int:
        """The last step on record."""
        commit = self.journal.commit_record()
        assert commit is not None, "a run with a roster has a step"
        return commit.step

    @property
    def manager(self) -> StateManager:
        """The manager of saved versions; it makes ``states.db`` where that is the store, and not there yet."""
        if self._manager is None:
            store = open_store(self._url, self.run) if self._url else SqliteStore(self.directory.states, self.run)
            self._manager = StateManager(self._open.enter_context(store), by=self._by)
        return self._manager

    def _is_there(self) -> bool:
        """Answer whether there may be saved versions, and make no file to look into. Raises BadStore where the store lacks this run."""
        if not self._url:
            return self.directory.states.is_file()
        if not self._owners():
            raise BadStore(f"{public_url(self._url)} has no states of run {self.run}; save one there with: freeagentics state save --store")
        return True

    def _owners(self) -> list[str | None]:
        """The run, and those of its agents, that have saved versions."""
        owners: list[str | None] = [None, *self.roster.ids]
        return [owner for owner, newest in zip(owners, self.manager.newest(owners), strict=True) if newest]

    def _read(self) -> Lineage:
        if self._lineage is None:
            self._lineage = self.directory.read_lineage()
        return self._lineage
