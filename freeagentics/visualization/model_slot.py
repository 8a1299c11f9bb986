"""The stage: the one model that a page shows."""

from __future__ import annotations

from typing import Protocol


class Closable(Protocol):
    """What owns threads until it is closed."""

    def close(self) -> None:
        """End the threads."""


class ModelSlot:
    """Holds the model on show; who enters closes the one before.

    Solara's Reset builds a new model and forgets the old one, whose threads would live as long as the server. Every page has a stage of
    its own, so that nobody closes the model in another tab.
    """

    def __init__(self) -> None:
        self._model: Closable | None = None

    def enter(self, model: Closable) -> None:
        """Show this model from now on."""
        before, self._model = self._model, model
        if before is not None:
            before.close()

    def close(self) -> None:
        """Close what is on show, if anything is: the page was left."""
        before, self._model = self._model, None
        if before is not None:
            before.close()
