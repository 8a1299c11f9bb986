"""Progress of a run on a terminal: steps per second, equity, footprint."""

from __future__ import annotations

import psutil
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from freeagentics.cli.terminal import plain_console
from freeagentics.clock import wall_clock
from freeagentics.model import MarketModel

MB = 1024 * 1024


class RunProgress:
    """Watches a run: says which sources are off, and on a terminal draws a bar. Everything goes to standard error.

    Use it as a context manager; the instance is a watcher for `freeagentics.model.run`.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._console = plain_console(stderr=True, soft_wrap=False)
        self._quiet = quiet
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]:.0f} steps/s  equity {task.fields[equity]:,.0f} USD  {task.fields[rss]:.0f} MB"),
            TextColumn("{task.fields[lag]}", markup=False),
            TimeRemainingColumn(compact=True),
        )
        shown = self._console.is_terminal and not quiet
        self._bar = Progress(*columns, console=self._console, disable=not shown, transient=True)
        self._task = self._bar.add_task("", start=False, rate=0.0, equity=0.0, rss=0.0, lag="")
        self._process = psutil.Process()
        self._began, self._first = wall_clock(), 0

    def __enter__(self) -> RunProgress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, model: MarketModel) -> None:
        """See the model before its first step and after each."""
        if model.figures is None:
            self._greet(model)
        elif not self._bar.disable:
            rate = (model.steps - self._first) / max(wall_clock() - self._began, 1e-9)
            rss = self._process.memory_info().rss / MB
            self._bar.update(self._task, completed=model.steps, rate=rate, equity=model.figures.equity, rss=rss)

    def see_lag(self, steps: int) -> None:
        """See how many steps the stores are behind."""
        self._bar.update(self._task, lag=f"stores {steps:,} steps behind" if steps else "")

    def _greet(self, model: MarketModel) -> None:
        for name, reason in model.market.off.items():
            if not self._quiet:
                self._console.print(f"source {name} is off: {reason}")
        self._began, self._first = wall_clock(), model.steps
        self._bar.update(self._task, description=model.scenario.name, total=model.scenario.steps, completed=model.steps)
        self._bar.start_task(self._task)
