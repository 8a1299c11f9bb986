"""The report: one self-contained page about a run, and its figures as tables."""

from freeagentics.report.report import save_report

__all__ = ["save_report"]
