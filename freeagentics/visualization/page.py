"""The page for Solara: one visit for each browser that opens it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from freeagentics.visualization.observatory import Observatory
from freeagentics.visualization.server import shown
from freeagentics.visualization.visit import Visit


@solara.component
def Layout(children: list[Any]) -> Any:
    """Empty layout: the page draws its own frame. Solara looks for this name."""
    return solara.Div(children=children)


@solara.component
def Page() -> None:
    """The whole page. It is left, and all that it holds let go of, when its tab is closed."""
    solara.Title("freeagentics")
    with solara.Div() as frame:
        pass
    solara.use_effect(lambda: _open(solara.get_widget(frame)), [])


def _open(frame: Any) -> Callable[[], None]:
    """Put a visit's widget into the frame; gives what closes it."""
    widget = Observatory(lambda message: visit.ask(message))
    visit = Visit(shown(), widget.tell)
    frame.children = [widget]

    def close() -> None:
        visit.close()
        widget.close()

    return close
