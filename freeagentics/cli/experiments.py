"""``freeagentics ablate``, ``sweep`` and ``compare``."""

from __future__ import annotations

import hashlib
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from freeagentics import __version__
from freeagentics.cli.interrupts import InterruptHint
from freeagentics.cli.options import AllowPlugins, Open, Patterns, scenario_completion
from freeagentics.errors import BadInput, RunFailed, in_command

if TYPE_CHECKING:
    from freeagentics.experiments import Experiment

Name = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="Name of a scenario, or path of a TOML file.", autocompletion=scenario_completion)
]
Seeds = Annotated[int, typer.Option("--seeds", metavar="N", min=1, help="Seeds to run each point with, from the scenario's own on.")]
Steps = Annotated[int | None, typer.Option("--steps", metavar="N", min=1, help="Steps to run, instead of the scenario's.")]
Jobs = Annotated[int, typer.Option("--jobs", metavar="N", min=0, help="Runs at once; 0 takes one per core.")]
Engine = Annotated[
    str,
    typer.Option("--engine", metavar="processes|ray[://HOST:PORT]", help="Who makes the runs: this machine's processes, or Ray's workers."),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Directory for runs, frames and page; by default one under runs/ for these options."),
]
Margins = Annotated[
    list[str] | None,
    typer.Option("--margin", metavar="MEASURE=X", help="Test whether a mean difference is within X, as good as none; may be given again."),
]
WalkForward = Annotated[
    bool, typer.Option("--walk-forward", help="On replayed bars, have each seed begin at another bar, spread evenly over all of them.")
]
Json = Annotated[bool, typer.Option("--json", help="Print all runs and differences as one JSON object, and nothing else there.")]


def ablate_command(
    scenario: Name,
    without: Annotated[
        str,
        typer.Option("--without", metavar="NAME[,NAME]", help="Leave out memory, signals, patterns, a source, a role; several with +."),
    ],
    seeds: Seeds = 10,
    steps: Steps = None,
    jobs: Jobs = 0,
    engine: Engine = "processes",
    patterns: Patterns = None,
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change one setting of all runs.")] = None,
    out: Out = None,
    margins: Margins = None,
    walk_forward: WalkForward = False,
    json: Json = False,
    allow_plugins: AllowPlugins = False,
) -> None:
    """Run a scenario complete and with parts left out, with the same seeds, and compare."""
    given = [str(patterns)] if patterns else []
    directory = out or default_directory("ablate", scenario, [without, seeds, steps, walk_forward, *given, *(settings or [])])

    def start() -> Callable[..., Experiment]:
        from freeagentics.experiments import ablate
        from freeagentics.scenario import parse_override
        from freeagentics.scenario.patterns_file import read_patterns

        overrides = (read_patterns(patterns) if patterns else {}) | dict(map(parse_override, settings or []))
        common = partial(ablate, seeds=seeds, steps=steps, walk_forward=walk_forward, allow_plugins=allow_plugins)
        return partial(common, scenario, without, overrides=overrides)

    _carry_out(start, directory, engine, jobs, margins, json=json)


def sweep_command(
    scenario: Name,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=A,B,…", help="Values of one setting; may be given again.")
    ] = None,
    ranges: Annotated[
        list[str] | None, typer.Option("--range", metavar="KEY=LOW,HIGH", help="Range of one setting, for --samples; may be given again.")
    ] = None,
    samples: Annotated[int, typer.Option("--samples", metavar="N", min=1, help="Points of a Latin hypercube over the ranges.")] = 10,
    points: Annotated[
        Path | None,
        typer.Option("--points", metavar="FILE", help="A .csv, .parquet or .json file, a point a row, columns named by keys."),
    ] = None,
    seeds: Seeds = 10,
    steps: Steps = None,
    jobs: Jobs = 0,
    engine: Engine = "processes",
    out: Out = None,
    margins: Margins = None,
    walk_forward: WalkForward = False,
    json: Json = False,
    allow_plugins: AllowPlugins = False,
) -> None:
    """Run a scenario at many settings, with the same seeds, and compare each with the first: all combinations of values, points of a Latin
    hypercube, or those of a file."""
    if sum(map(bool, (settings, ranges, points))) != 1:
        raise BadInput("sweep: give values with --set, or ranges with --range, or a file with --points")
    directory = out or default_directory("sweep", scenario, [seeds, steps, walk_forward, settings, ranges, samples, points])

    def start() -> Callable[..., Experiment]:
        from freeagentics.experiments import latin_hypercube, read_points, sweep
        from freeagentics.scenario.files import parse_values

        if points is not None:
            chosen: Any = read_points(points)
        elif ranges:
            chosen = latin_hypercube(dict(map(_range, ranges)), samples)
        else:
            chosen = dict(map(parse_values, settings or []))
        return partial(sweep, scenario, chosen, seeds=seeds, steps=steps, walk_forward=walk_forward, allow_plugins=allow_plugins)

    _carry_out(start, directory, engine, jobs, margins, json=json)


def compare_command(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN_DIR…", help="Runs, paired by seed where their settings differ.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Directory to write frames and page into.")] = None,
    margins: Margins = None,
    json: Json = False,
    open_page: Open = False,
) -> None:
    """Compare runs on record, each with the first."""
    if open_page and out is None:
        raise BadInput("--open shows the page that --out DIR asks for; give that too, or freeagentics report RUN_DIR…")
    page = compare_runs(runs, out, margins, json=json)
    if open_page and page is not None:
        from freeagentics.cli.afterwards import show_page

        show_page(page)


def compare_runs(runs: Sequence[Path], out: Path | None, margins: Sequence[str] | None = None, *, json: bool = False) -> Path | None:
    """Compare runs on record, print that, and write frames and page into *out*; returns the path of the page."""
    from freeagentics.cli.progress import Progress
    from freeagentics.experiments import compare

    with Progress("reading runs", quiet=json) as progress:
        found = compare(*runs, margins=_margins(margins), progress=progress)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        found.save(out)
    return _show(found, out, json=json, runs=runs)


def _carry_out(
    start: Callable[[], Callable[..., Experiment]], out: Path, engine: str, jobs: int, margins: Sequence[str] | None, *, json: bool
) -> None:
    again = shlex.join(["freeagentics", *sys.argv[1:]])
    with InterruptHint(f"finished runs are kept in {in_command(out)}; go on with: {again}"):
        from freeagentics.cli.progress import Progress

        with Progress(f"running, results in {out}", quiet=json) as progress:
            progress("starting", 0, 0)
            at_once = jobs or (os.cpu_count() if engine == "processes" else None)
            found = start()(out=out, engine=engine, jobs=at_once, margins=_margins(margins), progress=progress)
        _show(found, out, json=json)


def _show(found: Experiment, out: Path | None, *, json: bool, runs: Sequence[Path] = ()) -> Path | None:
    """Show an experiment, and write its page, whose path it returns. Raises RunFailed where none of its runs came to its end."""
    from freeagentics.cli.experiment_tables import print_experiment
    from freeagentics.records import RunRecord
    from freeagentics.report.experiment import save_experiment_page

    page = None if out is None else save_experiment_page(found, out / "report.html", list(map(RunRecord, runs)))
    if json:
        import json as encoder

        typer.echo(encoder.dumps(found.to_json(), indent=2))
    else:
        print_experiment(found, page)
    if found.errors.height == found.frame.height:
        raise RunFailed(f"no run came to its end; the first failed with: {found.errors['error'][0]}")
    return page


def _range(text: str) -> tuple[str, tuple[float, float]]:
    from freeagentics.scenario.files import parse_values

    key, values = parse_values(text)
    match values:
        case [int() | float() as low, int() | float() as high]:
            return key, (low, high)
    raise BadInput(f"--range {text}: give key=lowest,highest, e.g. --range market.fee_bps=0.0,20.0")


def _margins(given: Sequence[str] | None) -> dict[str, float]:
    margins = {}
    for text in given or ():
        name, _, value = text.partition("=")
        try:
            margins[name.strip()] = float(value)
        except ValueError:
            raise BadInput(f"--margin {text}: give measure=number, e.g. --margin return=0.002") from None
    return margins


def default_directory(command: str, scenario: str, options: Sequence[object]) -> Path:
    """A directory that the same options lead to again, so that the same command goes on."""
    digest = hashlib.sha256(repr([__version__, command, scenario, options]).encode()).hexdigest()
    return Path("runs") / f"{command}-{Path(scenario).stem}-{digest[:12]}"
