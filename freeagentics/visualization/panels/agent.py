"""One agent: what it believes, what it did last and from what, what it has heard."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

import solara

from freeagentics.visualization.agent_snapshot import AgentSnapshot, CurrentSignal, Decided
from freeagentics.visualization.panels.grid import GridPanel


@solara.component
def AgentPanel(mind: AgentSnapshot, names: list[str], pick: Callable[[str], None]) -> None:
    """Shows one agent's mind; *pick* is called with the id of another."""

    def picked(name: str | None) -> None:
        if name:
            pick(name)

    # The items of a long list are drawn as it is scrolled: a plain select would draw thousands at once.
    solara.v.Autocomplete(
        label="Agent", items=names, v_model=mind.agent, on_v_model=picked, dense=True, hide_details=True, class_="show-agent"
    )
    solara.HTML(unsafe_innerHTML="".join(_beliefs(mind)))
    GridPanel(mind.grid)
    solara.HTML(unsafe_innerHTML="".join((*_decision(mind.decided), *_heard(mind.heard))))


def _beliefs(mind: AgentSnapshot) -> Iterable[str]:
    yield f"<h4>Desk {mind.desk} · believes the market to be</h4>"
    for name, share in mind.beliefs.items():
        bar = f"<i style='width: {share:.1%}'></i>"
        yield f"<div class='show-belief'><span>{escape(name)}</span><b>{bar}</b><span>{share:.0%}</span></div>"


def _decision(decided: Decided | None) -> Iterable[str]:
    if decided is None:
        yield "<h4>Has not decided anything yet</h4>"
        return
    yield f"<h4>At step {decided.step} it chose to {escape(decided.action.replace('-', ' '))}</h4>"
    memories = ", ".join(map(str, decided.memories))
    yield _table(
        ("asset", decided.symbol),
        ("value", f"{decided.value:+.4g}"),
        ("confidence", f"{decided.confidence:.0%}"),
        *((name.replace("_", " "), f"{number:.4g}") for name, number in decided.reasoning.items()),
        ("follows from", decided.parent or "no other decision"),
        ("remembered", f"steps {memories} (weight {decided.memory_weight:.2f})" if memories else "nothing whose outcome is known"),
    )


def _heard(heard: tuple[CurrentSignal, ...]) -> Iterable[str]:
    yield f"<h4>{'Valid signals' if heard else 'No valid signal'}</h4>"
    yield _table(*((ear.kind, f"{ear.says} ({ear.source}, step {ear.step})") for ear in heard))


def _table(*rows: tuple[str, str]) -> str:
    body = "".join(f"<tr><td>{escape(name)}</td><td>{escape(text)}</td></tr>" for name, text in rows)
    return f"<table class='show-table show-pairs'>{body}</table>"
