"""``freeagentics run`` and ``freeagentics fork``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from freeagentics.cli.options import AllowPlugins, Open, Patterns, scenario_completion
from freeagentics.errors import BadInput

if TYPE_CHECKING:
    from freeagentics.cli.progress import Progress
    from freeagentics.records import RunRecord

Scenario = Annotated[
    str | None,
    typer.Argument(
        metavar="[SCENARIO]", help="Name of a scenario, or path of a TOML file; by default btc-replay.", autocompletion=scenario_completion
    ),
]
Steps = Annotated[int | None, typer.Option("--steps", metavar="N", min=1, help="Steps to run, instead of the scenario's.")]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change one setting; may be given again.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Run directory to make; by default a fresh one under runs/.")]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object on standard output, and nothing else there.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress, no notes, no summary.")]
NoReport = Annotated[bool, typer.Option("--no-report", help="Write no report.html when the run ends.")]


def run_command(
    scenario: Scenario = None,
    agents: Annotated[int | None, typer.Option("--agents", metavar="N", min=1, help="Agents in all, instead of the scenario's.")] = None,
    steps: Steps = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", min=0, help="Seed of everything random, instead of the scenario's.")
    ] = None,
    workers: Annotated[
        str | None,
        typer.Option("--workers", metavar="N|auto", help="Threads, or workers of Ray; by default auto: what pays, up to one per core."),
    ] = None,
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="threads|serial|ray[://HOST:PORT]", help="Who runs the cohorts; by default threads.")
    ] = None,
    store: Annotated[str | None, typer.Option("--store", metavar="URL", help="Durable store for memories, decisions and signals.")] = None,
    out: Out = None,
    bars: Annotated[
        Path | None,
        typer.Option("--bars", metavar="FILE", help="Replay your own bars, of any kind that `freeagentics bars` reads."),
    ] = None,
    zone: Annotated[
        str | None, typer.Option("--tz", metavar="ZONE", help="Time zone of times in --bars that tell none; otherwise UTC.")
    ] = None,
    memories_from: Annotated[
        str | None,
        typer.Option("--memories-from", metavar="RUN_DIR[:STEP]", help="Agents begin with what the best of that run had learned."),
    ] = None,
    patterns: Patterns = None,
    settings: Settings = None,
    checkpoint_every: Annotated[
        int | None, typer.Option("--checkpoint-every", metavar="N", min=1, help="Steps between checkpoints; by default 100.")
    ] = None,
    memory_limit: Annotated[
        int | None, typer.Option("--memory-limit", metavar="MB", min=1, help="RAM to stay under: near it agents hibernate between uses.")
    ] = None,
    metrics: Annotated[
        str | None,
        typer.Option(
            "--metrics", metavar="PORT|HOST:PORT|URL", help="Serve metrics to Prometheus, or send them to cloudwatch://REGION/NAMESPACE."
        ),
    ] = None,
    resume_dir: Annotated[Path | None, typer.Option("--resume", metavar="RUN_DIR", help="Go on with a stopped run.")] = None,
    json: Json = False,
    quiet: Quiet = False,
    no_report: NoReport = False,
    open_report: Open = False,
    allow_plugins: AllowPlugins = False,
) -> None:
    """Run a scenario, or go on with a run that was stopped."""
    if resume_dir is not None and any(option is not None for option in (scenario, out, memories_from, patterns)):
        raise BadInput("--resume goes on with scenario and directory of that run; give no scenario, --out, --patterns or --memories-from")
    if zone is not None and bars is None:
        raise BadInput("--tz is for times in a file of --bars; give that too")
    given: dict[str, object] = {"agents.count": agents, "seed": seed, "run.workers": _workers(workers), "run.engine": engine}
    given |= {"store.durable": store, "run.checkpoint_every": checkpoint_every, "run.memory_limit_mb": memory_limit}
    with startup_progress(quiet=json or quiet) as progress:
        from freeagentics.cli.bars import lines
        from freeagentics.cli.running import execute, summarize
        from freeagentics.market import read_bars
        from freeagentics.runs import resume, run
        from freeagentics.scenario import parse_override
        from freeagentics.scenario.files import load_scenario, stated
        from freeagentics.scenario.market_setup import own_bars, steps_that_fit
        from freeagentics.scenario.patterns_file import read_patterns

        # Of one's own bars even what they have not: a scenario may begin at a time that is not in them.
        overrides = stated(given) | (own_bars(bars, zone) if bars else {}) | (read_patterns(patterns) if patterns else {})
        overrides |= dict(map(parse_override, settings or []))
        if resume_dir is not None:
            start = partial(resume, resume_dir, steps=steps, overrides=overrides, allow_plugins=allow_plugins)
        else:
            name = "btc-replay" if scenario is None else scenario
            if bars and load_scenario(name, allow_plugins=allow_plugins).market.kind != "replay":
                progress.say(
                    f"{name} makes a market of its own: only its agents and their settings are taken, prices are those of {bars.name}"
                )
            for line in lines(read_bars(bars, zone=zone)[1]) if bars else ():
                progress.say(line)
            if bars and steps is None:
                steps = steps_that_fit(name, overrides, allow_plugins=allow_plugins)
            start = partial(run, name, steps=steps, overrides=overrides, out=out, memories_from=memories_from, allow_plugins=allow_plugins)
        completed = execute(start, progress, metrics=metrics, name=str(resume_dir or scenario or "btc-replay"))
    summarize(completed, json=json, quiet=quiet, report=not no_report, open_report=open_report)


def fork_command(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="The run to begin from.")],
    at: Annotated[int, typer.Option("--at", metavar="STEP", min=1, help="Last step that both runs share.")],
    settings: Settings = None,
    steps: Steps = None,
    out: Out = None,
    json: Json = False,
    quiet: Quiet = False,
    no_report: NoReport = False,
    open_report: Open = False,
    allow_plugins: AllowPlugins = False,
) -> None:
    """Begin a run of its own from a step of another, with other settings."""

    def prepare() -> Fork:
        from freeagentics.runs import fork

        return Fork(
            partial(fork, run_dir, at, steps=steps, out=out, allow_plugins=allow_plugins), "forked from", f"{run_dir}, after step {at}"
        )

    carry_out_fork(prepare, settings, json=json, quiet=quiet, report=not no_report, open_report=open_report)


@dataclass(frozen=True, slots=True)
class Fork:
    """A fork that is to be run: *start* takes what else a run takes, and a line says whence it came."""

    start: Callable[..., RunRecord]
    name: str
    whence: str


def carry_out_fork(
    prepare: Callable[[], Fork], settings: list[str] | None, *, json: bool, quiet: bool, report: bool, open_report: bool
) -> None:
    """Prepare a fork, run it with the *settings* changed, summarise it, and say whence it came."""
    with startup_progress(quiet=json or quiet) as progress:
        from freeagentics.cli.running import execute, summarize
        from freeagentics.cli.summary import print_line
        from freeagentics.scenario import parse_override

        made = prepare()
        completed = execute(partial(made.start, overrides=dict(map(parse_override, settings or []))), progress)
    summarize(completed, json=json, quiet=quiet, report=report, open_report=open_report)
    if not (json or quiet):
        print_line(made.name, made.whence)


@contextmanager
def startup_progress(*, quiet: bool) -> Iterator[Progress]:
    """Progress that begins before the imports of a run, which take a second or two."""
    from freeagentics.cli.progress import Progress

    with Progress(quiet=quiet) as progress:
        progress("starting", 0, 0)
        yield progress


def _workers(text: str | None) -> int | None:
    if text is None or text == "auto":
        return None if text is None else 0
    if not text.isdigit() or int(text) < 1:
        raise BadInput(f"--workers {text}: give a number of threads from 1 on, or auto")
    return int(text)
