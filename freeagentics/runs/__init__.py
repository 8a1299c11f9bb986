"""Runs: fresh, resumed, or forked, carried to their end and measured."""

from freeagentics.runs.run import fork, resume, run
from freeagentics.runs.session import Observers

__all__ = ["Observers", "fork", "resume", "run"]
