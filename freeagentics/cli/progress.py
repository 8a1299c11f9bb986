"""Progress of a command, on standard error."""

from __future__ import annotations

from datetime import timedelta

from rich.progress import BarColumn, ProgressColumn, Task, TextColumn
from rich.progress import Progress as Bars
from rich.text import Text

from freeagentics.cli.streams import plain_console


class Progress:
    """A bar on a terminal for each task, one after the other, which is gone at the end; elsewhere one line at the beginning.

    Use it as a context manager, and print to standard output only outside of it; the instance is a `ProgressCallback`.

    Args:
        line: printed where there is no terminal.
        quiet: show nothing.
    """

    def __init__(self, line: str = "", *, quiet: bool = False) -> None:
        self._console = plain_console(stderr=True, soft_wrap=False)
        self._quiet = quiet
        self._line = line
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[parts]}"),
            TextColumn("{task.fields[note]}", markup=False),
            _Time(),
        )
        # Standard output stays what it is: what is printed there may go elsewhere.
        self._bars = Bars(*columns, console=self._console, disable=not self.drawn, transient=True, redirect_stdout=False)
        self._task = self._bars.add_task("", visible=False, parts="", note="")
        self._what = ""

    @property
    def drawn(self) -> bool:
        """True if bars are drawn."""
        return self._console.is_terminal and not self._quiet

    def __enter__(self) -> Progress:
        self._bars.start()
        if self._line and not self.drawn:
            self.say(self._line)
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def __call__(self, what: str, done: int, of: int, note: str = "") -> None:
        """Show that *done* of *of* parts are done; *of* is 0 where the number is not known."""
        new, self._what = what != self._what, what
        if new:
            self._bars.reset(self._task, description=what, visible=True)
        self._bars.update(self._task, completed=done, total=of or None, parts=f"{done:,}/{of:,}" if of else "", note=note, refresh=new)

    def say(self, line: str) -> None:
        """Print a line that stays."""
        if not self._quiet:
            self._console.print(line)


class _Time(ProgressColumn):
    """The remaining time where it can be estimated; until then, the elapsed time."""

    def render(self, task: Task) -> Text:
        left, passed = task.time_remaining, task.elapsed or 0
        seconds, word = (passed, "") if left is None or task.finished else (left, " left")
        return Text(f"{timedelta(seconds=int(seconds))}{word}")
