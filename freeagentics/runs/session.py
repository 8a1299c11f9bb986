"""A session: one process that steps a model to the end of its run, measured."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from freeagentics.errors import Interrupted, JournalFailed
from freeagentics.journal import Journal, Kind
from freeagentics.progress import ProgressCallback, no_progress
from freeagentics.records.frames import write_agent_frame, write_model_frame
from freeagentics.records.roster import Roster
from freeagentics.records.run_directory import RunDirectory
from freeagentics.records.run_record import RunRecord, StoreSummary, Summary
from freeagentics.runs.resource_monitor import ResourceMonitor
from freeagentics.simulation.market_model import MarketModel
from freeagentics.sync.sync_workers import SyncWorkers

Watcher = Callable[[MarketModel], None]
"""Called once before the first step, when the model's `metrics` are None, and after every step."""


@dataclass(frozen=True, slots=True)
class Observers:
    """Observers of a run.

    Attributes:
        watch: sees the model.
        should_stop: once it says yes, the run takes a checkpoint and raises Interrupted.
        lag: called with the number of steps that the stores are behind the model.
        progress: called with the progress of work after the last step.
    """

    watch: Watcher | None = None
    should_stop: Callable[[], bool] | None = None
    lag: Callable[[int], None] | None = None
    progress: ProgressCallback = no_progress

    def update(self, model: MarketModel, lag: int) -> None:
        """Call the observers of the lag and of the model."""
        if self.lag is not None:
            self.lag(lag)
        if self.watch is not None:
            self.watch(model)

    def stopping(self) -> bool:
        """Ask whether to stop."""
        return self.should_stop is not None and self.should_stop()


class Session:
    """Steps a model to the end of its scenario, while its stores are fed, then writes summary and frames.

    Args:
        directory: where the run is recorded.
        journal: of the run; the model's writer writes to it.
        workers: of the stores that its records are projected into.
    """

    def __init__(self, directory: RunDirectory, journal: Journal, model: MarketModel, workers: SyncWorkers, observers: Observers) -> None:
        self._directory = directory
        self._journal = journal
        self._model = model
        self._workers = workers
        self._observers = observers
        self._monitor = ResourceMonitor(model, model.scenario.run.memory_limit_mb or None)

    def run(self) -> RunRecord:
        """Run to the end. Raises Interrupted where it was asked to stop, RunFailed where the run could not go on.

        A KeyboardInterrupt gets a note with the command that resumes the run.
        """
        try:
            # The writer ends before its journal is closed: what it still holds must find the file open.
            with closing(self._model.writer):
                return self._complete()
        except KeyboardInterrupt as error:
            error.add_note(self._directory.resume_hint)
            raise

    def _complete(self) -> RunRecord:
        first = self._model.steps
        try:
            with self._monitor:
                self._step_to_the_end()
        except JournalFailed as error:
            raise JournalFailed(f"{error}; {self._directory.resume_hint}") from error
        summary = self._summary(self._monitor.wall_s, self._model.steps - first, self._workers.finish(self._observers.progress))
        names = Roster(self._journal)
        self._observers.progress("writing the frames", 0, 0)
        with self._directory.writing("its frames and summary"):
            write_model_frame(self._journal, self._directory.model_frame)
            write_agent_frame(self._journal, names, self._directory.agent_frame)
            self._directory.write_summary(summary.model_dump_json(indent=2))
        return RunRecord(self._directory.path)

    def _step_to_the_end(self) -> None:
        model, settings = self._model, self._model.scenario
        self._workers.start(self._directory.journal)
        self._update()
        committed = self._journal.commit_record()
        ended = committed.step if committed else 0
        while model.steps < settings.steps:
            stopping = self._observers.stopping()
            step = model.steps + 1
            if model.steps == ended:
                # From the next step on they would tell of another run than the one that is there.
                self._directory.discard_ending()
            model.checkpoint_due = stopping or step == settings.steps or step % settings.run.checkpoint_every == 0
            model.step()
            self._monitor.after_step()
            self._update()
            if stopping and model.steps < settings.steps:
                model.writer.flush()
                raise Interrupted(f"stopped after step {model.steps}; {self._directory.resume_hint}")
        model.writer.flush()

    def _update(self) -> None:
        self._workers.committed(self._model.steps)
        self._observers.update(self._model, self._workers.lag)

    def _summary(self, wall: float, steps: int, stores: tuple[StoreSummary, ...]) -> Summary:
        model, totals = self._model, self._journal.totals
        count = len(model.population)
        memories, memory_bytes = totals(Kind.MEMORIES)
        memory_bytes += totals(Kind.BOOKS)[1]
        return Summary(
            scenario=model.scenario.name,
            seed=model.scenario.seed,
            agents=count,
            steps=model.steps,
            roles=model.scenario.agents.counts(),
            wall_s=round(wall, 4),
            agent_steps_per_s=round(count * steps / wall, 1),
            step_ms_per_agent=round(1000 * wall / max(count * steps, 1), 6),
            registration_ms_per_agent=round(1000 * model.registration_s / count, 6),
            gc_overhead=round(self._monitor.gc_overhead, 6),
            footprint=self._monitor.summary(),
            events=tuple(self._monitor.events),
            memories=memories,
            bytes_per_memory=round(memory_bytes / max(memories, 1), 2),
            decisions=totals(Kind.DECISIONS)[0],
            signals=totals(Kind.SIGNALS)[0],
            orders=totals(Kind.ORDERS)[0],
            fills=totals(Kind.FILLS)[0],
            stores=stores,
            trajectory_sha256=model.trajectory_sha256,
            run_dir=str(self._directory.path),
        )
