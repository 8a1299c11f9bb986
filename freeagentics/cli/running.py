"""Execution of a run from the command line: watched while it steps, stopped on request, and summarised at its end."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import psutil
import typer

from freeagentics.agents import BUILT_IN
from freeagentics.amounts import money
from freeagentics.cli import interrupts
from freeagentics.cli.afterwards import follow_up, show_page
from freeagentics.cli.progress import Progress
from freeagentics.cli.summary import print_result, print_summary, store_line
from freeagentics.clock import wall_clock
from freeagentics.errors import Interrupted
from freeagentics.records import RunRecord
from freeagentics.simulation import MarketModel, Probe, StepCommit

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Completed:
    """A run that has ended.

    Attributes:
        record: of the run.
        stopped: it was asked to stop during its last step.
    """

    record: RunRecord
    stopped: bool


def execute(start: Callable[..., RunRecord], progress: Progress, *, metrics: str | None = None, name: str = "") -> Completed:
    """Run *start*, which takes probes, show its progress, and publish its *metrics*, under *name*, where they are to go anywhere."""
    watch = RunWatch(progress)
    with _published(metrics, name, progress) as more, _graceful_stop(watch):
        return Completed(start(probes=[watch, *more]), watch.stopping())


@contextmanager
def _published(target: str | None, name: str, progress: Progress) -> Iterator[list[Probe]]:
    if target is None:
        yield []
        return
    from freeagentics.metrics.run_metrics import RunMetrics
    from freeagentics.metrics.target import publish

    metrics = RunMetrics()
    with publish(metrics, target, name) as where:
        progress.say(f"metrics at {where}")
        yield [metrics]


def summarize(completed: Completed, *, json: bool, quiet: bool, report: bool, open_report: bool = False) -> None:
    """Show the summary and then, if *report*, audit and write the report: the summary stands even where that fails. Last come the result,
    in three figures, and what to do next."""
    if json:
        _show_json(completed.record)
    elif not quiet:
        print_summary(completed.record)
    if report:
        page = follow_up(completed.record, quiet=json or quiet, stopped=completed.stopped)
        if open_report:
            show_page(page)
    if not (json or quiet):
        print_result(completed.record)


class RunWatch(Probe):
    """Progress of a run: prints sources that are off and notes on the bars, and shows steps per second, equity, RAM and the lag of its
    stores.

    Attributes:
        stepping: whether it has steps left.
        asked: whether it was asked to stop.
    """

    def __init__(self, progress: Progress) -> None:
        self.stepping = self.asked = False
        self._progress = progress
        self._process = psutil.Process()
        self._began, self._first, self._lag = wall_clock(), 0, 0

    def started(self, model: MarketModel) -> None:
        """Print sources that are off, notes on the bars, and roles of one's own that nobody plays."""
        off = [f"source {name} is off: {reason}" for name, reason in model.market.off.items()]
        team, own = model.scenario.agents.team, set(model.scenario.registry.roles).difference(BUILT_IN)
        idle = [f"role {name} is in no team, so no agent has it; name it in [agents.team]" for name in sorted(own.difference(team))]
        for note in (*off, *model.market.notes, *idle):
            self._progress.say(note)
        self._began, self._first = wall_clock(), model.steps
        self._show(model)

    def committed(self, model: MarketModel, commit: StepCommit) -> None:
        """Show the progress."""
        self._show(model)

    def stopping(self) -> bool:
        """Answer whether it was asked to stop."""
        return self.asked

    def lagging(self, steps: int) -> None:
        """Note how many steps the stores are behind."""
        self._lag = steps

    def progressed(self, what: str, done: int, of: int) -> None:
        """Show what is done after the last step."""
        self._progress(what, done, of)

    def _show(self, model: MarketModel) -> None:
        self.stepping = model.steps < model.scenario.steps
        if self._progress.drawn:
            self._progress(model.scenario.name, model.steps, model.scenario.steps, self._note(model))

    def _note(self, model: MarketModel) -> str:
        rate = (model.steps - self._first) / max(wall_clock() - self._began, 1e-9)
        equity = [f"equity {money(model.metrics.equity)} USD"] if model.metrics else []
        behind = [f"stores {self._lag:,} steps behind"] if self._lag else []
        return "  ".join([f"{rate:.0f} steps/s", *equity, f"{self._process.memory_info().rss / MB:.0f} MB", *behind])


@contextmanager
def _graceful_stop(watch: RunWatch) -> Iterator[None]:
    """Let a first Ctrl-C (or SIGTERM) end the current step and take a checkpoint; a second one, and one at other times, ends the run."""

    def ask(number: int, frame: FrameType | None) -> None:
        if watch.asked or not watch.stepping:
            interrupts.interrupt(number, frame)
        watch.asked = True

    before = {number: signal.signal(number, ask) for number in interrupts.NUMBERS}
    try:
        yield
    except KeyboardInterrupt as error:
        # Where there is a run directory yet, its session has noted how to go on.
        if notes := getattr(error, "__notes__", ()):
            raise Interrupted(notes[0]) from None
        raise
    finally:
        if not interrupts.stopped():
            for number, handler in before.items():
                signal.signal(number, handler)


def _show_json(record: RunRecord) -> None:
    typer.echo(record.directory.summary.read_text(encoding="utf-8"), nl=False)
    for store in record.summary.stores:
        if store.lag_steps:
            typer.echo(f"store: {store_line(store, record.summary.run_dir)}", err=True)
