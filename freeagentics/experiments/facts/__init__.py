"""Stylised facts of price series: figures of bars, their intervals, and how they stand beside those of real bars."""

from freeagentics.experiments.facts.figures import FIGURES, Figure, Series, measure
from freeagentics.experiments.facts.observed import observed
from freeagentics.experiments.facts.real import SHIPPED, windows
from freeagentics.experiments.facts.verdicts import by_fact, judge

__all__ = ["FIGURES", "SHIPPED", "Figure", "Series", "by_fact", "judge", "measure", "observed", "windows"]
