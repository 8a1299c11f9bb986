"""Forms that stand for an agent's data while the agent does nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Final

BELIEFS: Final = "beliefs"
HISTORY: Final = "history"
CACHE: Final = "cache"
SHARED: Final = "shared parameters"


class LeanForm(ABC):
    """Stands for an array or a list between two steps, and lends it out in its own form for a step.

    Between the two it and what it lent are one: what is written through either is in both.

    Attributes:
        category: of the data, for reports.
    """

    __slots__ = ()
    category: ClassVar[str]

    @abstractmethod
    def lend(self) -> object:
        """The data in the form in which the agent held it: an ndarray or a list."""

    @abstractmethod
    def lent(self, value: object) -> bool:
        """True where *value* is what was lent, itself."""

    @abstractmethod
    def take_back(self) -> bool:
        """Hold it lean again, and whether that is so: not while somebody else refers to what was lent, or where it is lean no more."""
