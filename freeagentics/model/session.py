"""A session: one process carrying a run to its end, measuring as it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from freeagentics.clock import wall_clock
from freeagentics.errors import Interrupted, JournalFailed
from freeagentics.journal import Journal, Kind
from freeagentics.model.agent_names import AgentNames
from freeagentics.model.frames import write_agent_frame, write_model_frame
from freeagentics.model.market_model import MarketModel
from freeagentics.model.projection import Projector
from freeagentics.model.run_directory import RunDirectory
from freeagentics.model.run_record import FootprintSummary, RunRecord, Summary
from freeagentics.runtime import CollectionMeter, PeakMeter, bill
from freeagentics.stores import Store

KB, MB = 1024, 1024 * 1024

Watcher = Callable[[MarketModel], None]
"""Called once before the first step, when the model's `figures` are None, and after every step."""


@dataclass(frozen=True, slots=True)
class Observers:
    """Who looks on: *watch* sees the model; once *should_stop* says yes, the run takes a checkpoint and raises Interrupted."""

    watch: Watcher | None = None
    should_stop: Callable[[], bool] | None = None

    def see(self, model: MarketModel) -> None:
        """Show the model as it is now."""
        if self.watch is not None:
            self.watch(model)

    def stopping(self) -> bool:
        """Whether to stop."""
        return self.should_stop is not None and self.should_stop()


class Session:
    """Steps a model to the end of its scenario, then writes summary and frames, and feeds the store.

    Args:
        directory, journal: where the run is recorded; the model's writer writes to this journal.
        store: where memories and decisions are projected, or None.
    """

    def __init__(self, directory: RunDirectory, journal: Journal, model: MarketModel, store: Store | None, observers: Observers) -> None:
        self._directory = directory
        self._journal = journal
        self._model = model
        self._store = store
        self._observers = observers
        self._footprint = PeakMeter()
        self._collections = CollectionMeter()

    def carry_out(self) -> RunRecord:
        """To the end. Raises Interrupted where it was asked to stop, RunFailed where the run could not go on."""
        first, began = self._model.steps, wall_clock()
        self._footprint.start()
        self._collections.start()
        try:
            self._step_to_the_end()
        except JournalFailed as error:
            raise JournalFailed(f"{error}; {self._directory.how_to_go_on}") from error
        finally:
            self._collections.stop()
            self._footprint.stop()
        summary = self._summary(wall_clock() - began, self._model.steps - first)
        names = AgentNames(self._journal, self._model.scenario)
        with self._directory.writing("its frames and summary"):
            write_model_frame(self._journal, self._directory.model_frame)
            write_agent_frame(self._journal, names, self._directory.agent_frame)
            self._directory.write_summary(summary.model_dump_json(indent=2))
        if self._store is not None:
            Projector(self._journal, self._store, names).catch_up()
        return RunRecord(self._directory.path)

    def _step_to_the_end(self) -> None:
        model, settings = self._model, self._model.scenario
        self._observers.see(model)
        while model.steps < settings.steps:
            stopping = self._observers.stopping()
            step = model.steps + 1
            model.checkpoint_due = stopping or step == settings.steps or step % settings.run.checkpoint_every == 0
            model.step()
            self._observers.see(model)
            if stopping and model.steps < settings.steps:
                model.writer.flush()
                raise Interrupted(f"stopped after step {model.steps}; {self._directory.how_to_go_on}")
        model.writer.flush()

    def _summary(self, wall: float, steps: int) -> Summary:
        model, tally = self._model, self._journal.tally
        count = len(model.population)
        memories, memory_bytes = tally(Kind.MEMORIES)
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
            gc_overhead=round(self._collections.seconds / wall, 6),
            footprint=self._footprints(count),
            memories=memories,
            bytes_per_memory=round(memory_bytes / max(memories, 1), 2),
            decisions=tally(Kind.DECISIONS)[0],
            signals=tally(Kind.SIGNALS)[0],
            orders=tally(Kind.ORDERS)[0],
            fills=tally(Kind.FILLS)[0],
            trajectory_sha256=model.trajectory_sha256,
            run_dir=str(self._directory.path),
        )

    def _footprints(self, agents: int) -> FootprintSummary:
        model = self._model
        parts = [model.population, model.board, model.books, model.ledger, model.market.accounts, list(model.agents)]
        billed = bill(parts, excluding=[model])
        return FootprintSummary(
            rss_start_mb=round(self._footprint.start_mb, 2),
            rss_peak_mb=round(self._footprint.peak_mb, 2),
            per_agent_kb=round(billed.total / agents / KB, 3),
            billed_mb=round(billed.total / MB, 3),
        )
