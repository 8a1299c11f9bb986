"""``freeagentics explain``: one decision of an agent with its causes and its outcome."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from freeagentics.amounts import price, quantity
from freeagentics.cli.options import AllowPlugins
from freeagentics.clock import HOUR_MS, duration, iso
from freeagentics.errors import BadInput, in_command

if TYPE_CHECKING:
    from freeagentics.replay.explanation import Alternative, AppliedPattern, Explanation, HeardSignal, Link, RecalledMemory, Trade

IDLE = ("wait", "hold")
"""Actions without an order."""

LISTED = 20
"""Decisions that are listed to choose from."""

USD = ("close", "equity")
"""Names of numbers that are prices or money."""


def explain_command(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="The run.")],
    agent: Annotated[str | None, typer.Option("--agent", metavar="ID", help="Which agent, e.g. trade-executor-0003.")] = None,
    step: Annotated[
        int | None, typer.Option("--step", metavar="N", min=1, help="Which step; without one, decisions to choose from are listed.")
    ] = None,
    action: Annotated[
        str | None, typer.Option("--action", metavar="NAME", help="List decisions of this action; by default those with orders.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    allow_plugins: AllowPlugins = False,
) -> None:
    """Explain a decision: sources read, beliefs, valid signals, recalled memories, orders, outcome, and the chain of decisions."""
    from freeagentics.cli.streams import plain_console
    from freeagentics.replay import explain

    if agent is None or step is None:
        if step is not None:
            raise BadInput(f"--step {step}: give --agent too; freeagentics explain {in_command(run_dir)} lists decisions to choose from")
        list_decisions(run_dir, agent, action, json=json)
        return
    explanation = explain(run_dir, agent, step, allow_plugins=allow_plugins)
    if json:
        typer.echo(explanation.model_dump_json(indent=2))
        return
    console = plain_console()
    for line in _lines(explanation):
        # Headings stand at the margin.
        console.print(line, style=None if line.startswith(" ") else "bold")


def list_decisions(run_dir: Path, agent: str | None, action: str | None, *, json: bool) -> None:
    """List the last decisions of a run, or of one agent: those with orders, or those of one action. Raises BadInput where there is no such
    agent or action."""
    from freeagentics.cli.streams import plain_console
    from freeagentics.records import RunRecord
    from freeagentics.records.last_decisions import last_decisions

    shown = last_decisions(RunRecord(run_dir), LISTED, agent, action)
    if json:
        typer.echo(shown.write_json())
        return
    console = plain_console()
    for row in shown.iter_rows(named=True):
        console.print(f"step {row['step']:>6}  {row['agent']:28}  {row['action']:10} {row['value']:+10.4f}  {row['symbol']}")
    what = f"decisions of action {action}" if action else "decisions with orders"
    if not len(shown):
        console.print(f"there are no {what}{f' of {agent}' if agent else ''}; give --action to list others")
        return
    last = shown.row(-1, named=True)
    console.print(f"the last {what}; explain one:", style="bold")
    console.print(f"  freeagentics explain {in_command(run_dir)} --agent {last['agent']} --step {last['step']}")


def _lines(explanation: Explanation) -> Iterator[str]:
    when = f"step {explanation.step} ({iso(explanation.timestamp)})"
    yield f"{explanation.agent}, desk {explanation.desk}, {when}, asset {explanation.symbol}"
    yield from _section("Decision", [_decision(explanation), *_trades(explanation.trades)])
    if explanation.events:
        yield from _section("Events", [f"step {event.step}: {event.text}" for event in explanation.events])
    yield from _section("Reasoning", [_numbers(explanation.reasoning)])
    yield from _section("Learned weights", [_numbers(explanation.weights)])
    paid = f" ({explanation.paid / 100:.2f} USD)" if explanation.paid else ""
    yield from _section(f"Sources read: {', '.join(explanation.sources) or 'none'}{paid}", [_numbers(explanation.saw)])
    yield from _section("Account of the desk at the close", [_numbers(explanation.books)])
    changes = [f"{name} {explanation.belief_before[name]:.3f} to {after:.3f}" for name, after in explanation.belief_after.items()]
    yield from _section("Regime probabilities, before and after this bar", [", ".join(changes)])
    yield from _section("Valid signals", [_signal(signal, explanation) for signal in explanation.signals] or ["none"])
    recalled = [_memory(memory, explanation) for memory in explanation.memories]
    more = f", the {len(recalled)} most relevant of {explanation.recalled}" if explanation.recalled > len(recalled) else ""
    yield from _section(f"Recalled memories (weight {explanation.memory_weight:.2f}{more})", recalled or ["none with a known outcome"])
    if explanation.patterns:
        yield from _section("Applied patterns", [_pattern(pattern, explanation) for pattern in explanation.patterns])
    yield from _section("Outcome", [_outcome(explanation)])
    yield from _section("Preceding decisions", [_link(link) for link in explanation.above] or ["none"])
    yield from _section("Subsequent decisions", _below(explanation))


def _section(title: str, lines: list[str]) -> Iterator[str]:
    yield ""
    yield title
    yield from (f"  {line}" for line in lines)


def _decision(explanation: Explanation) -> str:
    action = f"{explanation.action} (value {explanation.value:+.4g}, confidence {explanation.confidence:.2f})"
    return f"{action}; {explanation.decision_type}, id {explanation.decision_id}"


def _trades(trades: tuple[Trade, ...]) -> Iterator[str]:
    for trade in trades:
        side = "buy" if trade.quantity > 0 else "sell"
        ordered = f"ordered to {side} {quantity(abs(trade.quantity))} {trade.symbol}{_terms(trade)}"
        if trade.price is None:
            yield f"{ordered}; not filled"
        else:
            filled = f"{quantity(abs(trade.filled))} filled at {price(trade.price)} USD{_past(trade)}, fee {trade.fee:,.2f} USD"
            rest = "" if trade.filled == trade.quantity else "; the rest lapsed" if trade.bars == 1 else "; the rest was not"
            yield f"{ordered}; {filled}{rest}"
            yield from _impact(trade)


def _terms(trade: Trade) -> str:
    limit = "" if trade.limit is None else f" at {price(trade.limit)} USD or better"
    return limit if trade.bars == 1 else f"{limit}, for {trade.bars:,} bars"


def _impact(trade: Trade) -> Iterator[str]:
    if trade.close is not None and trade.close_without is not None:
        moved = 1e4 * (trade.close / trade.close_without - 1)
        yield f"its bar closed at {price(trade.close)} USD; without the order at {price(trade.close_without)} ({moved:+.2f} bp)"


def _past(trade: Trade) -> str:
    if trade.bound is None or trade.price is None:
        return ""
    return f" (moved by impact past the {'high' if trade.price > trade.bound else 'low'} of its bar, {price(trade.bound)} USD)"


def _numbers(values: dict[str, float]) -> str:
    return ", ".join(f"{name} {price(value) if name in USD else _number(value)}" for name, value in values.items())


def _number(value: float) -> str:
    # Plus nothing, or a weight below zero of what says nothing would read -0.
    return f"{value + 0.0:,.4g}" if abs(value) < 1000 else f"{value:,.2f}"


def _signal(signal: HeardSignal, explanation: Explanation) -> str:
    from freeagentics.agents.signal_kinds import SignalKind, signal_text

    text = signal_text(SignalKind[signal.kind], signal.data)
    age = "just now" if signal.age == 0 else f"{duration(round(signal.age_hours * HOUR_MS))} ago"
    led = ", named as a cause" if signal.named else ""
    head = f"{signal.kind} ({text}) from {signal.source} {age} (no. {signal.number}, confidence {signal.confidence:.2f}{led})"
    return f"{head}; without it: {_alternative(signal.without, explanation)}"


def _memory(memory: RecalledMemory, explanation: Explanation) -> str:
    head = f"step {memory.step}, {memory.age} steps ago, relevance {memory.relevance:.2f}"
    outcome = f"result {memory.result:+.2f} sd, reward {memory.reward:+.3f}"
    return f"{head}: {outcome}; {_kept(memory)}; without it: {_alternative(memory.without, explanation)}"


def _pattern(pattern: AppliedPattern, explanation: Explanation) -> str:
    return f"{pattern.pattern}: {pattern.contribution:+.2f} sd; without it: {_alternative(pattern.without, explanation)}"


def _kept(memory: RecalledMemory) -> str:
    if memory.decoding_error is None or memory.largest_error is None:
        return "forgotten since: the journal keeps nothing of it"
    decoded = f"decoded within {memory.decoding_error:.2%} of range (largest {memory.largest_error:.2%})"
    if memory.kept_bytes < memory.code_bytes:
        return f"{decoded}, from the {memory.kept_bytes} of {memory.code_bytes} bytes that are kept"
    return decoded


def _alternative(other: Alternative, explanation: Explanation) -> str:
    if other.same:
        return "the same"
    return f"{other.action} {other.value:+.4g}" if other.action != explanation.action else f"still {other.action}, but {other.value:+.4g}"


def _outcome(explanation: Explanation) -> str:
    outcome = explanation.outcome
    if outcome.reward is None and outcome.bars_passed == outcome.horizon:
        return f"over {outcome.horizon} bars: result {outcome.result:+.2f} sd; no reward, as the agent had left or was rolled back"
    if outcome.reward is None:
        return f"not yet known: result {outcome.result:+.2f} sd after {outcome.bars_passed} of {outcome.horizon} bars"
    return f"over {outcome.horizon} bars: result {outcome.result:+.2f} sd, reward {outcome.reward:+.3f}"


def _below(explanation: Explanation) -> list[str]:
    """Subsequent decisions; those without an order are counted."""
    acted = [_link(link) for link in explanation.below if link.action not in IDLE]
    waited = len(explanation.below) - len(acted)
    return acted + ([f"and {waited} decisions to {' or '.join(IDLE)}"] if waited else []) or ["none"]


def _link(link: Link) -> str:
    return f"step {link.step}: {link.agent} {link.action} ({link.value:+.4g}, confidence {link.confidence:.2f}), {link.decision_type}"
