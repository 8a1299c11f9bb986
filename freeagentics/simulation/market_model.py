"""The model: a Mesa model in which cohorts of agents trade on a market, remember, and are recorded."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import mesa

from freeagentics import kernels
from freeagentics.agents import SIGNAL_KINDS, Cohort, DeskBooks, Outcomes, Population, TradingAgent, View
from freeagentics.agents.cohort import CohortPages, StepContext
from freeagentics.agents.decision import CohortOutput
from freeagentics.arrays import AnyArray
from freeagentics.clock import HOUR_MS, wall_clock
from freeagentics.journal import JournalWriter, Kind, StepCommit
from freeagentics.market import CENTS, Observation, ObservationBuffer, Orders
from freeagentics.memory import open_book_codec
from freeagentics.records.names import Names
from freeagentics.records.step_metrics import StepMetrics
from freeagentics.runtime import Engine, SerialEngine, resident_mb
from freeagentics.scenario.files import load_scenario, runnable, stated, with_changes
from freeagentics.scenario.market_setup import open_market
from freeagentics.scenario.plain import whole
from freeagentics.scenario.scenario import Scenario
from freeagentics.signals import Board, Inbox
from freeagentics.simulation.attendance import Attendance
from freeagentics.simulation.cohort_runner import runner_on
from freeagentics.simulation.cohort_setup import desk_groups, silent_desks
from freeagentics.simulation.desk_ledger import DeskLedger
from freeagentics.simulation.hooks import call_hook
from freeagentics.simulation.outcomes import OutcomeWindow
from freeagentics.simulation.probe import Probe
from freeagentics.simulation.rumours import rumours
from freeagentics.simulation.seeds import SeedLike, seeded
from freeagentics.simulation.step_pages import StepPages

Checkpoint = dict[str, dict[str, AnyArray]]

PACKED_FROM = 100_000
"""Agents from which on checkpoints are packed cohort by cohort as they are taken, not by the journal's thread."""


class MarketModel(mesa.Model):
    """Hosts a scenario's population on its market.

    Args:
        scenario: a `Scenario`, or the name or path of one.
        agents, steps: instead of the scenario's own.
        seed, rng: either, as Mesa's runners give them: instead of the scenario's own. Without them the iterations of `mesa.batch_run` take
            the scenario's seed and those after it.
        engine: who runs the cohorts of a phase; serial by default.
        observations: a file to make, in which other processes may read what the market showed last; see `ObservationBuffer`.
        probes: who looks on; see `Probe`.

    Attributes:
        scenario: as it is run, seed included.
        steps: bars so far.
        running: whether the scenario has steps left; by hand a model may be stepped on to the last of its bars.
        market, board, population, attendance: the parts.
        observations: the last ones.
        registration_s: wall time that building the population took.
        rss_before_mb: resident set before that.
        metrics: the last step's `StepMetrics`; all of them are in `datacollector`.
        checkpoint_due: set it before a step to have the step carry a checkpoint.

    Agents of a desk that is bankrupt leave before the next step.

    A model owns threads: close it, or use it as a context manager.
    """

    # Hides the property that Mesa has by this name from 3.5 on, which writes into the scenario that it is given.
    scenario: Scenario = cast(Scenario, None)

    def __init__(
        self,
        scenario: Scenario | str = "btc-replay",
        *,
        agents: int | None = None,
        steps: int | None = None,
        seed: SeedLike | None = None,
        rng: SeedLike | None = None,
        engine: Engine | None = None,
        observations: str | Path | None = None,
        probes: Iterable[Probe] = (),
    ) -> None:
        given = runnable(scenario) if isinstance(scenario, Scenario) else load_scenario(scenario)
        changes = stated({"agents.count": agents, "steps": steps})
        resolved = seeded(with_changes(given, changes) if changes else given, seed, rng, self)
        # Mesa 4 knows no seed=, and no version minds rng=. Nothing here draws from what it makes of it.
        super().__init__(rng=resolved.seed)
        self.scenario = resolved
        self.steps = 0
        self.probes = tuple(probes)
        self._started = False
        # The market and its ring first, and the population before the writer: they may refuse, and what was opened before would stay open.
        self.market = open_market(self.scenario)
        self.observations = ObservationBuffer(self.market.columns, len(self.market.symbols), path=observations)
        self.rss_before_mb = resident_mb()
        self.engine = engine or SerialEngine()
        self._runner = runner_on(self.engine)
        began = wall_clock()
        who = self.scenario.agents
        groups = desk_groups(self.scenario, self.market)
        self.population = Population(who.counts(), who.desks, groups, self.scenario.registry)
        self._silent = silent_desks(self.scenario)
        self._phases = self.population.phases()
        self.writer = JournalWriter(None)
        # Mesa's runners close no model: the thread ends with the model then.
        weakref.finalize(self, self.writer.close).atexit = False
        assets = len(self.market.symbols)
        self.board = Board(SIGNAL_KINDS, self.population.directory, assets=assets)
        self.ledger = DeskLedger(self.market.accounts)
        self.book_codec = open_book_codec(self.scenario.memory.codec, self.market.columns, self.scenario.memory.files)
        self.pending_outcomes = OutcomeWindow(self.scenario.memory.horizon, assets)
        self.checkpoint_due = False
        self.metrics: StepMetrics | None = None
        self.datacollector = mesa.DataCollector(model_reporters={name: _metric(name) for name in StepMetrics.__slots__})
        self.attendance = Attendance(self, self.population)
        self.attendance.seat()
        self.registration_s = wall_clock() - began

    @property
    def names(self) -> Names:
        """Names that its numbers stand for."""
        scenario = self.scenario
        return Names.of(
            self.market, [scenario.registry.role(name) for name in scenario.agents.team], scenario.market.left_out, scenario.patterns
        )

    def deregister_agent(self, agent: mesa.Agent) -> None:
        """Let an agent leave, as its `remove` does: from the next step on it is not there.

        Raises:
            RuntimeError: in the middle of a step.
        """
        self.attendance.check(agent)
        super().deregister_agent(agent)
        self.attendance.leave(agent)

    def record_to(self, writer: JournalWriter) -> None:
        """Record the steps to come with *writer*; without it only their chained hash is kept."""
        self.writer.close()
        self.writer = writer

    def step(self) -> None:
        """One bar: fills and observation, outcomes, each phase decides and is applied, all learn, the step is committed.

        Raises:
            EndOfBars: none is left. `run_model` ends before that, with the scenario's last step.
        """
        for _ in self.step_by_phases():
            pass

    def step_by_phases(self) -> Iterator[list[tuple[Cohort, View]]]:
        """One step as a generator that yields before each phase decides: its cohorts, each with what it sees.

        It is for who drives agents from outside; a step that is not run through to its end is lost with its model.
        """
        # Mesa 4 does not count steps, and the others count those for which no bar is left.
        self.steps = self.market.step
        if not self._started:
            self._begin()
            call_hook(self.probes, Probe.started, self)
        if self.market.accounts.margin:
            self.attendance.dismiss_desks(self.market.accounts.bankrupt())
        observation = self.observations.write(self.market.advance())
        self.steps = observation.step
        outcomes = self.pending_outcomes.due(observation.step, self.market.close(observation.step), observation.column("price.volatility"))
        pages, first_signal = StepPages(), self.board.published
        pages.left(self.attendance.begin(observation.step))
        pages.happened(self.market.happened)
        pages.opened(observation, self.market.fills)
        self._spread_rumours(observation, pages)
        books = self._shared(self.ledger.close(observation.step, observation.prices, self.market.fills), observation, pages)
        # Before anybody orders: what stood before, and is not filled.
        standing = self.market.orders
        for phase in self._phases:
            views = [self._view(cohort, observation, books, outcomes, standing) for cohort in phase]
            yield list(zip(phase, views, strict=True))
            for cohort, view, action in zip(phase, views, self._decide(phase, views), strict=True):
                self._apply(cohort, view.inbox, action, observation, pages)
            self.board.deliver()
        for cohort, remembered in zip(self.population.cohorts, self._learn(outcomes), strict=True):
            pages.learned(cohort, remembered)
        self.board.expire(observation.timestamp)
        commit = self._commit(observation, books, pages, first_signal)
        self.attendance.end()
        if self.steps >= self.scenario.steps:
            self.running = False
        call_hook(self.probes, Probe.committed, self, commit)

    def _begin(self) -> None:
        """Have the runner take the cohorts, and go on with what it leaves in their place."""
        self._started = True
        self._runner.begin(self.population)
        self._phases = self.population.phases()
        self.attendance.follow()

    def _spread_rumours(self, observation: Observation, pages: StepPages) -> None:
        """Put what rumours say on the board before anybody decides."""
        settings = self.scenario.signals
        told = rumours(self.market.events, observation, self.population.directory, max(round(settings.ttl_hours * HOUR_MS), 1))
        if len(told) and settings.enabled:
            self.board.publish(told, step=observation.step, timestamp=observation.timestamp)
            self.board.deliver()
            pages.signals.append(told)

    def _decide(self, phase: Sequence[Cohort], views: Sequence[View]) -> list[CohortOutput]:
        """Have the cohorts of a phase decide, on the engine."""
        for cohort, view in zip(phase, views, strict=True):
            call_hook(self.probes, Probe.decides, cohort, view)
        outputs = self._runner.decide(phase, views)
        for cohort, view, output in zip(phase, views, outputs, strict=True):
            call_hook(self.probes, Probe.decided, cohort, view, output)
        return outputs

    def _learn(self, outcomes: Outcomes | None) -> list[CohortPages]:
        """Have all cohorts learn and remember, on the engine."""
        cohorts = self.population.cohorts
        # For probes alone: otherwise what a cohort has in mind is let go when it has learned, not when all have.
        contexts = [cast(StepContext, cohort.step_context) for cohort in cohorts if self.probes]
        for cohort, context in zip(cohorts, contexts, strict=False):
            call_hook(self.probes, Probe.learns, cohort, context)
        learned = self._runner.learn(cohorts, outcomes)
        for cohort, context, pages in zip(cohorts, contexts, learned, strict=False):
            call_hook(self.probes, Probe.learned, cohort, context, pages)
        return learned

    def _shared(self, books: DeskBooks, observation: Observation, pages: StepPages) -> DeskBooks:
        """Books as memories of this step will share them: coded once, not again in every memory."""
        if self.book_codec is None:
            return books
        codes, shared = self.book_codec.encode(books.features, observation.values)
        pages.booked(codes, self.book_codec.version)
        return replace(books, shared=shared)

    def _view(self, cohort: Cohort, observation: Observation, books: DeskBooks, outcomes: Outcomes | None, standing: Orders) -> View:
        inbox = self.board.inbox(cohort.number, observation.timestamp)
        return View(observation, inbox, books, self.market.fills, outcomes, standing)

    def _apply(self, cohort: Cohort, inbox: Inbox, actions: CohortOutput, observation: Observation, pages: StepPages) -> None:
        """Apply what a cohort asked for, in cohort order and in one thread."""
        if self._silent.any():
            actions = replace(actions, signals=actions.signals.where(~self._silent[actions.signals.desk]))
        self.board.publish(actions.signals, step=observation.step, timestamp=observation.timestamp)
        self.market.accounts.charge(actions.charge_desk, actions.charge_cents)
        accepted = self.market.submit(actions.orders)
        pages.acted(cohort, actions, accepted, self.board.process(inbox, cohort.number, step=observation.step))

    def _commit(self, observation: Observation, books: DeskBooks, pages: StepPages, first_signal: int) -> StepCommit:
        # Not the books' equity: since they were closed, agents have paid for what they read.
        equity = self.market.accounts.equity(observation.prices)
        self.metrics = self._metrics(observation, books, float(kernels.mean(equity) / CENTS), pages)
        if observation.step == 1:
            pages.shared(Kind.AGENTS, self.population.seats())
            pages.shared(Kind.NAMES, self.names.records())
        pages.shared(Kind.FIGURES, self.metrics.record())
        closed = pages.closed(self.market.accounts, equity, first_signal)
        self.datacollector.collect(self)
        checkpoint = self._to_write() if self.checkpoint_due else None
        self.checkpoint_due = False
        commit = StepCommit(observation.step, observation.timestamp, closed, checkpoint)
        self.writer.put(commit)
        return commit

    def _metrics(self, observation: Observation, books: DeskBooks, equity: float, pages: StepPages) -> StepMetrics:
        accounts, fills = self.market.accounts, self.market.fills
        return StepMetrics(
            timestamp=observation.timestamp,
            price=float(observation.prices[0] / self.market.units.price[0]),
            basket=float(kernels.mean(self.market.close(observation.step) / self.market.close(1))),
            equity=equity,
            exposure=float(kernels.mean(books.feature("exposure"))),
            drawdown=float(kernels.mean(books.feature("drawdown"))),
            signals=sum(len(batch) for batch in pages.signals),
            orders=sum(len(batch) for batch in pages.orders),
            fills=len(fills),
            traded=float(fills.notional.sum() / CENTS),
            costs=float(kernels.mean(accounts.fees + accounts.data_costs) / CENTS),
        )

    def hibernate(self) -> None:
        """From now on cohorts hibernate whenever they are not at work. It takes time and saves RAM; no value changes."""
        self._runner.hibernating = True
        for cohort in self.population.cohorts:
            cohort.hibernate()

    def checkpoint(self) -> Checkpoint:
        """Copies of all that a later step depends on, by part."""
        found = self._shared_parts()
        for cohort in self.population.cohorts:
            found[_part(cohort)] = cohort.checkpoint()
            if self._runner.hibernating:
                cohort.hibernate()
        return found

    def _shared_parts(self) -> Checkpoint:
        return {
            "market": self.market.state(),
            "board": self.board.state(),
            "ledger": self.ledger.state(),
            "pending_outcomes": self.pending_outcomes.state(),
        }

    def _to_write(self) -> Mapping[str, Mapping[str, AnyArray] | bytes]:
        """Parts of a checkpoint for the journal; of a large population cohorts are packed at once, for a copy of all is as large again."""
        cohorts = self.population.cohorts
        if len(self.population) < PACKED_FROM:
            return self.checkpoint()
        return {**self._shared_parts(), **dict(zip(map(_part, cohorts), self._runner.pack(cohorts), strict=True))}

    def restore(self, step: int, checkpoint: Mapping[str, Mapping[str, AnyArray]]) -> None:
        """Become what `checkpoint` copied at the end of *step*. Raises KeyError, ValueError or CorruptRecord where it is of another
        population."""
        self.market.load(checkpoint["market"])
        for cohort in self.population.cohorts:
            cohort.load(checkpoint[_part(cohort)])
        # Before the board, which asks the directory who is there.
        self.population.take_stock()
        self.board.load(dict(checkpoint["board"]))
        self.ledger.load(checkpoint["ledger"])
        self.pending_outcomes.load(checkpoint["pending_outcomes"])
        self.attendance.seat()
        self.steps = whole("step", step)
        self.running = self.steps < self.scenario.steps

    def agent(self, name: str) -> TradingAgent:
        """An agent by its name, e.g. ``market-hunter-0007``. Raises KeyError where there is none, or it has left."""
        for agent in self.agents:
            if isinstance(agent, TradingAgent) and agent.name == name:
                return agent
        raise KeyError(name)

    @property
    def trajectory_sha256(self) -> str:
        """The chained hash of all steps so far, in hexadecimal."""
        self.writer.flush()
        return self.writer.sha256.hex()

    def close(self) -> None:
        """End the threads and let go of agents. Raises what went wrong in the writer, if anything did."""
        self.running = False
        self.engine.close()
        self.observations.close()
        self.attendance.dismiss()
        self.remove_all_agents()
        self.writer.close()

    def __enter__(self) -> MarketModel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _part(cohort: Cohort) -> str:
    """The name of a cohort among the parts of a checkpoint."""
    return f"cohort-{cohort.number}"


def _metric(name: str) -> object:
    def report(model: MarketModel) -> object:
        return getattr(model.metrics, name)

    return report
