"""Running steps of a journal again: to go on from them, and to explain them."""

from freeagentics.replay.explain import explain
from freeagentics.replay.explanation import Explanation

__all__ = ["Explanation", "explain"]
