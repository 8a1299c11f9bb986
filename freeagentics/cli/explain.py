"""``freeagentics explain``: why an agent did what it did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from freeagentics.amounts import price, quantity
from freeagentics.cli.options import AllowPlugins
from freeagentics.clock import HOUR_MS, duration, iso

if TYPE_CHECKING:
    from freeagentics.replay.explanation import Alternative, Explanation, HeardSignal, Link, RecalledMemory, Trade

IDLE = ("wait", "hold")
"""Actions that ask for nothing."""

USD = ("close", "equity")
"""Numbers that are prices or money."""


def explain_command(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="The run.")],
    agent: Annotated[str, typer.Option("--agent", metavar="ID", help="Which agent, e.g. trade-executor-0003.")],
    step: Annotated[int, typer.Option("--step", metavar="N", min=1, help="Which step.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    allow_plugins: AllowPlugins = False,
) -> None:
    """Say what an agent saw, heard, believed and remembered at a step, what it did, and what came of it."""
    from freeagentics.cli.streams import plain_console
    from freeagentics.replay import explain

    explanation = explain(run_dir, agent, step, allow_plugins=allow_plugins)
    if json:
        typer.echo(explanation.model_dump_json(indent=2))
        return
    console = plain_console()
    for line in _lines(explanation):
        # Headings stand at the margin.
        console.print(line, style=None if line.startswith(" ") else "bold")


def _lines(told: Explanation) -> Iterator[str]:
    yield f"{told.agent}, desk {told.desk}, step {told.step} ({iso(told.timestamp)}), looking at {told.symbol}"
    yield from _section("It did", [_did(told), *_trades(told.trades)])
    yield from _section("It went by", [_numbers(told.reasoning)])
    paid = f", for {told.paid / 100:.2f} USD" if told.paid else ""
    yield from _section(f"It read {', '.join(told.sources) or 'nothing'}{paid}", [_numbers(told.saw)])
    yield from _section("Its desk stood at", [_numbers(told.books)])
    moved = [f"{name} {told.belief_before[name]:.3f} to {after:.3f}" for name, after in told.belief_after.items()]
    yield from _section("It believed, before and after this bar", [", ".join(moved)])
    yield from _section("It had heard", [_signal(signal, told) for signal in told.signals] or ["nothing that still counts"])
    recalled = [_memory(memory, told) for memory in told.memories]
    more = f", the {len(recalled)} most relevant of {told.recalled}" if told.recalled > len(recalled) else ""
    yield from _section(f"It remembered (weight {told.memory_weight:.2f}{more})", recalled or ["nothing whose outcome was known"])
    yield from _section("Came of it", [_outcome(told)])
    yield from _section("It followed from", [_link(link) for link in told.above] or ["no other decision"])
    yield from _section("From it followed", _below(told))


def _section(title: str, lines: list[str]) -> Iterator[str]:
    yield ""
    yield title
    yield from (f"  {line}" for line in lines)


def _did(told: Explanation) -> str:
    return f"{told.action} (value {told.value:+.4g}, confidence {told.confidence:.2f}); {told.decision_type}, id {told.decision_id}"


def _trades(trades: tuple[Trade, ...]) -> Iterator[str]:
    for trade in trades:
        side = "buy" if trade.quantity > 0 else "sell"
        if trade.price is None:
            yield f"ordered to {side} {quantity(abs(trade.quantity))} {trade.symbol}; not filled"
        else:
            filled = f"{quantity(abs(trade.filled))} filled at {price(trade.price)} USD{_past(trade)}, fee {trade.fee:,.2f} USD"
            rest = "" if trade.filled == trade.quantity else "; the rest lapsed"
            yield f"ordered to {side} {quantity(abs(trade.quantity))} {trade.symbol}; {filled}{rest}"


def _past(trade: Trade) -> str:
    if trade.bound is None or trade.price is None:
        return ""
    return f" (moved by impact past the {'high' if trade.price > trade.bound else 'low'} of its bar, {price(trade.bound)} USD)"


def _numbers(values: dict[str, float]) -> str:
    return ", ".join(f"{name} {price(value) if name in USD else _number(value)}" for name, value in values.items())


def _number(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.2f}"


def _signal(signal: HeardSignal, told: Explanation) -> str:
    from freeagentics.agents.signal_kinds import SignalKind, signal_text

    said = signal_text(SignalKind[signal.kind], signal.data)
    age = "just now" if signal.age == 0 else f"{duration(round(signal.age_hours * HOUR_MS))} ago"
    led = ", named as a cause" if signal.named else ""
    head = f"{signal.kind} ({said}) from {signal.source} {age} (no. {signal.number}, confidence {signal.confidence:.2f}{led})"
    return f"{head}; without it: {_alternative(signal.without, told)}"


def _memory(memory: RecalledMemory, told: Explanation) -> str:
    head = f"step {memory.step}, {memory.age} steps ago, relevance {memory.relevance:.2f}"
    then = f"the market then made {memory.result:+.2f} sd, it got {memory.reward:+.3f}"
    decoded = f"decoded within {memory.decoding_error:.2%} of range (largest {memory.largest_error:.2%})"
    return f"{head}: {then}; {decoded}; without it: {_alternative(memory.without, told)}"


def _alternative(other: Alternative, told: Explanation) -> str:
    if other.same:
        return "the same"
    return f"{other.action} {other.value:+.4g}" if other.action != told.action else f"still {other.action}, but {other.value:+.4g}"


def _outcome(told: Explanation) -> str:
    outcome = told.outcome
    if outcome.reward is None:
        return f"not yet known: after {outcome.bars_passed} of {outcome.horizon} bars the market made {outcome.result:+.2f} sd"
    return f"over {outcome.horizon} bars the market made {outcome.result:+.2f} sd; that was worth {outcome.reward:+.3f} to it"


def _below(told: Explanation) -> list[str]:
    """Decisions that followed; those that only waited are counted."""
    acted = [_link(link) for link in told.below if link.action not in IDLE]
    waited = len(told.below) - len(acted)
    return acted + ([f"and {waited} times it was decided to {' or '.join(IDLE)}"] if waited else []) or ["no other decision"]


def _link(link: Link) -> str:
    return f"step {link.step}: {link.agent} {link.action} ({link.value:+.4g}, confidence {link.confidence:.2f}), {link.decision_type}"
