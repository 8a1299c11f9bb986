"""A probe that asks a run to stop."""

from __future__ import annotations

from freeagentics import Probe


class StopAfter(Probe):
    """Asks to stop after so many steps."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def stopping(self) -> bool:
        self._left -= 1
        return self._left < 0
