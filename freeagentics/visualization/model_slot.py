"""The slot of the one model that a page shows."""

from __future__ import annotations

from typing import Protocol


class Closable(Protocol):
    """An owner of threads that must be closed."""

    def close(self) -> None:
        """End the threads."""


class ModelSlot:
    """Holds the model of a page, and closes the one that it replaces.

    Solara's Reset builds a new model and forgets the old one, whose threads would live as long as the server. Every page has a slot of
    its own, so that no model in another tab is closed.
    """

    def __init__(self) -> None:
        self._model: Closable | None = None

    def replace(self, model: Closable) -> None:
        """Hold this model from now on."""
        before, self._model = self._model, model
        if before is not None:
            before.close()

    def close(self) -> None:
        """Close the model, if there is one: the page was left."""
        before, self._model = self._model, None
        if before is not None:
            before.close()
