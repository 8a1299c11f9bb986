"""A session: one process that steps a model to the end of its run, measured."""

from __future__ import annotations

from contextlib import closing

from freeagentics.errors import Interrupted, JournalFailed, ProbeFailed, WorkerLost
from freeagentics.journal import Journal, Kind
from freeagentics.records.frames import write_agent_frame, write_model_frame
from freeagentics.records.memories import memory_totals
from freeagentics.records.roster import Roster
from freeagentics.records.run_directory import RunDirectory
from freeagentics.records.run_record import RunRecord, StoreSummary, Summary
from freeagentics.runs.resource_monitor import ResourceMonitor
from freeagentics.simulation.hooks import call_hook
from freeagentics.simulation.market_model import MarketModel
from freeagentics.simulation.probe import Probe
from freeagentics.sync.sync_workers import SyncWorkers


class Session:
    """Steps a model to the end of its scenario, while its stores are fed, then writes summary and frames.

    Args:
        directory: where the run is recorded.
        journal: of the run; the model's writer writes to it.
        model: with the probes that look on.
        workers: of the stores that its records are projected into.
    """

    def __init__(self, directory: RunDirectory, journal: Journal, model: MarketModel, workers: SyncWorkers) -> None:
        self._directory = directory
        self._journal = journal
        self._model = model
        self._workers = workers
        self._monitor = ResourceMonitor(model, model.scenario.run.memory_limit_mb or None)

    def run(self) -> RunRecord:
        """Run to the end. Raises Interrupted where it was asked to stop, RunFailed where the run could not go on.

        A KeyboardInterrupt gets a note with the command that resumes the run.
        """
        try:
            # The writer ends before its journal is closed: what it still holds must find the file open.
            with closing(self._model.writer):
                return self._complete()
        except WorkerLost as error:
            hint = self._directory.resume_hint
            raise WorkerLost(f"{error}; {hint}", run_dir=self._directory.path, step=self._model.steps) from error
        except KeyboardInterrupt as error:
            error.add_note(self._directory.resume_hint)
            raise

    def _complete(self) -> RunRecord:
        first = self._model.steps
        try:
            with self._monitor:
                self._step_on()
        except (JournalFailed, ProbeFailed) as error:
            raise type(error)(f"{error}; {self._directory.resume_hint}") from error
        summary = self._summary(self._monitor.wall_s, self._model.steps - first, self._workers.finish(self._progressed))
        names = Roster(self._journal)
        self._progressed("writing the frames", 0, 0)
        with self._directory.writing("its frames and summary"):
            write_model_frame(self._journal, self._directory.model_frame)
            write_agent_frame(self._journal, names, self._directory.agent_frame)
            self._directory.write_summary(summary.model_dump_json(indent=2))
        return RunRecord(self._directory.path)

    def _step_on(self) -> None:
        model, settings = self._model, self._model.scenario
        self._workers.start(self._directory.journal)
        self._committed()
        committed = self._journal.commit_record()
        ended = committed.step if committed else 0
        while model.steps < settings.steps:
            stopping = any(call_hook(model.probes, Probe.stopping))
            step = model.steps + 1
            if model.steps == ended:
                # From the next step on they would tell of another run than the one that is there.
                self._directory.discard_ending()
            model.checkpoint_due = stopping or step == settings.steps or step % settings.run.checkpoint_every == 0
            model.step()
            for alert in self._monitor.after_step():
                call_hook(model.probes, Probe.alerted, alert.kind)
            self._committed()
            if stopping and model.steps < settings.steps:
                model.writer.flush()
                raise Interrupted(f"stopped after step {model.steps}; {self._directory.resume_hint}")
        model.writer.flush()

    def _committed(self) -> None:
        """Let the stores have what there is."""
        self._workers.committed(self._model.steps)
        call_hook(self._model.probes, Probe.lagging, self._workers.lag)

    def _progressed(self, what: str, done: int, of: int) -> None:
        call_hook(self._model.probes, Probe.progressed, what, done, of)

    def _summary(self, wall: float, steps: int, stores: tuple[StoreSummary, ...]) -> Summary:
        model, totals = self._model, self._journal.totals
        count = len(model.population)
        memories, memory_bytes = memory_totals(self._journal)
        return Summary(
            scenario=model.scenario.name,
            seed=model.scenario.seed,
            agents=count,
            steps=model.steps,
            roles=model.scenario.present(),
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
