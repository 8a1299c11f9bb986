"""The signals panel: a table of the latest signals."""

from __future__ import annotations

from html import escape

import solara

from freeagentics.visualization.signal_text import SignalText

_HEAD = ("step", "kind", "content", "sender", "severity", "confidence")


@solara.component
def SignalsPanel(signals: tuple[SignalText, ...]) -> None:
    """Draw signals, newest first."""
    head = "".join(f"<th>{name}</th>" for name in _HEAD)
    rows = "".join(_row(signal) for signal in signals)
    table = f"<table class='show-table'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    solara.HTML(unsafe_innerHTML=table if signals else "No signal yet.", classes=["show-scroll"])


def _row(signal: SignalText) -> str:
    cells = (signal.step, signal.kind, signal.text, signal.source, signal.severity, f"{signal.confidence:.0%}")
    return f"<tr class='show-{escape(signal.severity)}'>{''.join(f'<td>{escape(str(cell))}</td>' for cell in cells)}</tr>"
