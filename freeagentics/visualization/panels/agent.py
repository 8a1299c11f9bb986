"""The agent panel: beliefs, the last decision with its reasoning, and valid signals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

import solara

from freeagentics.visualization.agent_snapshot import AgentSnapshot, CurrentSignal, LastDecision
from freeagentics.visualization.panels.grid import GridPanel


@solara.component
def AgentPanel(snapshot: AgentSnapshot, names: list[str], pick: Callable[[str], None]) -> None:
    """Show one agent; *pick* is called with the id of another."""

    def picked(name: str | None) -> None:
        if name:
            pick(name)

    # The items of a long list are drawn as it is scrolled: a plain select would draw thousands at once.
    solara.v.Autocomplete(
        label="Agent", items=names, v_model=snapshot.agent, on_v_model=picked, dense=True, hide_details=True, class_="show-agent"
    )
    solara.HTML(unsafe_innerHTML="".join(_beliefs(snapshot)))
    GridPanel(snapshot.grid)
    solara.HTML(unsafe_innerHTML="".join((*_decision(snapshot.decision), *_signals(snapshot.signals))))


def _beliefs(snapshot: AgentSnapshot) -> Iterable[str]:
    yield f"<h4>Desk {snapshot.desk} · regime probabilities</h4>"
    for name, share in snapshot.beliefs.items():
        bar = f"<i style='width: {share:.1%}'></i>"
        yield f"<div class='show-belief'><span>{escape(name)}</span><b>{bar}</b><span>{share:.0%}</span></div>"


def _decision(decision: LastDecision | None) -> Iterable[str]:
    if decision is None:
        yield "<h4>No decision yet</h4>"
        return
    yield f"<h4>Decision at step {decision.step}: {escape(decision.action.replace('-', ' '))}</h4>"
    memories = ", ".join(map(str, decision.memories))
    yield _table(
        ("asset", decision.symbol),
        ("value", f"{decision.value:+.4g}"),
        ("confidence", f"{decision.confidence:.0%}"),
        *((name.replace("_", " "), f"{number:.4g}") for name, number in decision.reasoning.items()),
        ("parent decision", decision.parent or "none"),
        ("recalled memories", f"steps {memories} (weight {decision.memory_weight:.2f})" if memories else "none with a known outcome"),
    )


def _signals(signals: tuple[CurrentSignal, ...]) -> Iterable[str]:
    yield f"<h4>{'Valid signals' if signals else 'No valid signal'}</h4>"
    yield _table(*((signal.kind, f"{signal.text} ({signal.source}, step {signal.step})") for signal in signals))


def _table(*rows: tuple[str, str]) -> str:
    body = "".join(f"<tr><td>{escape(name)}</td><td>{escape(text)}</td></tr>" for name, text in rows)
    return f"<table class='show-table show-pairs'>{body}</table>"
