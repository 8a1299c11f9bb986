"""A graph of roles: who told whom how often, and how much of it decided something."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from freeagentics.arrays import I64
from freeagentics.report.charts.figure import BLUE, MUTED, PAPER, TEXT, new_figure
from freeagentics.report.formatting import count, humanize, percent

FAINTEST = 0.35
_THINNEST, _THICKEST = 1.0, 6.0
_ASIDE = 0.12
"""How far an arc's ends stand from the middle of a role, in gaps between roles: those told, from those that tell."""
_EDGE = 0.24
"""From the middle of a role's box to its edge."""
_BOX = {"boxstyle": "round,pad=0.4", "facecolor": PAPER, "edgecolor": MUTED}
_ON_PAPER = {"boxstyle": "square,pad=0.1", "facecolor": PAPER, "edgecolor": "none"}


def draw_signal_flow(team: tuple[str, ...], delivered: I64, named: I64) -> Figure:
    """Arcs from the roles of a *team* that told to those that were told, above where it went down the list of roles, below otherwise.

    Args:
        delivered: signals from role to role, (R, R).
        named: those that a decision of the recipients named as a cause, (R, R).
    """
    cells = [(int(sender), int(recipient)) for sender, recipient in np.argwhere(delivered)]
    above, below = (max((_rise(*cell) for cell in cells if _forwards(*cell) == way), default=0.0) for way in (True, False))
    figure = new_figure(0.55 + 0.62 * (above + below), left=0.01, right=0.99, bottom=0.02)
    axes = figure.add_subplot()
    axes.axis("off")
    axes.set_xlim(-0.5, len(team) - 0.5)
    axes.set_ylim(-below - 0.42, above + 0.42)
    most = delivered.max()
    for sender, recipient in cells:
        told, heeded = int(delivered[sender, recipient]), int(named[sender, recipient])
        _arc(axes, sender, recipient, told / most, heeded / told)
        _label(axes, sender, recipient, f"{count(told)} ({percent(heeded / told, 0)})")
    for place, role in enumerate(team):
        axes.text(place, 0, humanize(role), ha="center", va="center", color=TEXT, bbox=_BOX)
    return figure


def _forwards(sender: int, recipient: int) -> bool:
    return recipient > sender


def _rise(sender: int, recipient: int) -> float:
    return 0.6 + 0.55 * abs(recipient - sender)


def _arc(axes: Axes, sender: int, recipient: int, often: float, heeded: float) -> None:
    way = 1 if _forwards(sender, recipient) else -1
    start, end = (sender + _ASIDE, way * _EDGE), (recipient - _ASIDE, way * _EDGE)
    # A cubic curve rises to three quarters of its handles.
    top = way * (_EDGE + (_rise(sender, recipient) - _EDGE) / 0.75)
    curve = Path([start, (start[0], top), (end[0], top), end], [Path.MOVETO, *[Path.CURVE4] * 3])
    colour, width = to_rgba(BLUE, FAINTEST + (1 - FAINTEST) * heeded), _THINNEST + (_THICKEST - _THINNEST) * often**0.5
    axes.add_patch(PathPatch(curve, fill=False, edgecolor=colour, linewidth=width))
    axes.plot(*end, marker="v" if way > 0 else "^", markersize=6 + width, markeredgewidth=0, color=colour[:3])


def _label(axes: Axes, sender: int, recipient: int, text: str) -> None:
    way = 1 if _forwards(sender, recipient) else -1
    axes.text((sender + recipient) / 2, way * (_rise(sender, recipient) + 0.22), text, ha="center", va="center", color=TEXT, bbox=_ON_PAPER)
