"""uPlot 1.6.32, which draws charts in a browser, as npm has it; shipped, so that no page asks another machine for it. MIT licence.

https://github.com/leeoniya/uPlot
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

__all__ = ["chart_licence", "chart_script", "chart_style"]


def chart_script() -> str:
    """The script, whose one global is ``uPlot``. It holds no ``</script``, and may stand within a page as it is."""
    return _text("uPlot.iife.min.js")


def chart_style() -> str:
    """The style sheet that the script's charts need."""
    return _text("uPlot.min.css")


def chart_licence() -> str:
    """The licence, which has to go where a copy of the script goes."""
    return _text("LICENSE")


@cache
def _text(name: str) -> str:
    return files(__name__).joinpath("uplot", name).read_text(encoding="utf-8")
