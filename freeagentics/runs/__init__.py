"""Runs: fresh, resumed, or forked, carried to their end and measured."""

from freeagentics.runs.run import fork, resume, run

__all__ = ["fork", "resume", "run"]
