"""The terminal as commands write to it."""

from __future__ import annotations

from rich.console import Console


def plain_console(*, stderr: bool = False, soft_wrap: bool = True) -> Console:
    """A console that writes texts as they are: names in a run may look like rich's markup, or like its names of emoji."""
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=soft_wrap)
