"""Probes of the tests."""

from __future__ import annotations

from collections.abc import Callable

from freeagentics import MarketModel, Probe
from freeagentics.journal import StepCommit


class Watch(Probe):
    """Calls functions: one with the model before its first step and after each, one to ask whether to stop."""

    def __init__(self, watch: Callable[[MarketModel], object] | None = None, *, stopping: Callable[[], bool] | None = None) -> None:
        self._watch, self._stopping = watch or (lambda model: None), stopping or (lambda: False)

    def started(self, model: MarketModel) -> None:
        self._watch(model)

    def committed(self, model: MarketModel, commit: StepCommit) -> None:
        self._watch(model)

    def stopping(self) -> bool:
        return self._stopping()
