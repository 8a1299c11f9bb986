"""Stylised facts of price series: figures of bars, their intervals, and how they stand beside those of real bars."""

from freeagentics.experiments.facts.figures import FIGURES, Figure, Series, measure

__all__ = ["FIGURES", "Figure", "Series", "measure"]
