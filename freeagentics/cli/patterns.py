"""``freeagentics patterns``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from freeagentics.evaluation.run_patterns import RunPattern, RunPatterns
    from freeagentics.services.pattern_trial import Estimate, Finding

_HEADS = ("condition", "higher", "95 % interval", "elsewhere", "mean", "95 % interval", "events", "p", "last third", "fate")


def patterns_command(
    name: Annotated[str, typer.Argument(metavar="RUN_DIR|SCENARIO", help="A run on record, or a scenario whose market is looked at.")],
    horizon: Annotated[int, typer.Option("--horizon", min=1, help="Steps after which the price is looked at.")] = 8,
    steps: Annotated[int | None, typer.Option("--steps", min=1, help="Steps of a scenario's market, instead of its own.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed of a scenario's market, instead of its own.")] = None,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Write those that stood their trial, for `run --patterns FILE`.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print all that was tried as one JSON object, and nothing else there.")] = False,
) -> None:
    """Find conditions that foretell a rise in the first two thirds of a run, and tell their fate in the last."""
    from freeagentics.evaluation.market_evidence import market_evidence
    from freeagentics.evaluation.run_patterns import patterns_of

    evidence = market_evidence(_frame(name, steps, seed), horizon)
    found = patterns_of(evidence)
    if save is not None:
        from freeagentics.scenario.patterns_file import write_patterns

        write_patterns(save, {one.finding.condition: _told(one) for one in found.patterns})
    if json:
        import json as encoder

        typer.echo(encoder.dumps(_plain(found), indent=2))
    else:
        _print(found, len(evidence))


def _frame(name: str, steps: int | None, seed: int | None) -> Any:
    from freeagentics.errors import BadInput
    from freeagentics.evaluation.market_evidence import market_frame, run_frame
    from freeagentics.records import RunRecord
    from freeagentics.scenario.files import load_scenario, stated, with_changes

    if Path(name).is_dir():
        if steps is not None or seed is not None:
            raise BadInput(f"{name} is a run: its steps and its seed are what they are")
        return run_frame(RunRecord(name))
    return market_frame(with_changes(load_scenario(name), stated({"steps": steps, "seed": seed})))


def _print(found: RunPatterns, rows: int) -> None:
    from freeagentics.cli.columns import aligned
    from freeagentics.cli.streams import plain_console

    console = plain_console()
    if found.patterns:
        lines = [(str(one.finding.condition), *_cells(one.finding.estimate), *_fate(one)) for one in found.patterns]
        for line in aligned([_HEADS, *lines]):
            console.print(line)
    tried = len(found.patterns) + len(found.refused)
    console.print(f"{len(found.patterns)} of {tried} conditions stood their trial; {rows:,} rows")


def _told(pattern: RunPattern) -> str:
    rate, base, later = pattern.finding.estimate.rate, pattern.finding.estimate.base, pattern.later.rate
    found = f"higher in {rate.successes} of {rate.trials}, {base.successes} of {base.trials} elsewhere"
    return f"{pattern.finding.condition}: {found}; in the last third {later.successes} of {later.trials}, {pattern.fate}"


def _cells(estimate: Estimate) -> tuple[str, ...]:
    return (
        f"{estimate.rate.rate:.0%}",
        f"{estimate.rate.low:.0%} to {estimate.rate.high:.0%}",
        f"{estimate.base.rate:.0%}",
        f"{estimate.size:+.2%}",
        f"{estimate.size_low:+.2%} to {estimate.size_high:+.2%}",
        str(estimate.rate.trials),
        f"{estimate.p_value:.1g}",
    )


def _fate(pattern: RunPattern) -> tuple[str, str]:
    return f"{pattern.later.rate.rate:.0%} of {pattern.later.rate.trials}", str(pattern.fate)


def _plain(found: RunPatterns) -> dict[str, Any]:
    patterns = [_tried(one.finding) | {"later": one.later.to_data(), "fate": str(one.fate)} for one in found.patterns]
    return {"patterns": patterns, "refused": [_tried(one) for one in found.refused]}


def _tried(finding: Finding) -> dict[str, Any]:
    figures = finding.estimate.to_data() | {"p_value": finding.estimate.p_value, "allowed": finding.allowed}
    return {"condition": str(finding.condition)} | figures
