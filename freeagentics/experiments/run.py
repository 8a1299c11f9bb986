"""Experiments from a call: an ablation, a sweep, or a comparison of runs on record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from freeagentics.errors import BadInput
from freeagentics.experiments.directory import ExperimentDirectory
from freeagentics.experiments.experiment import Experiment, check_margins, differences_of, frame_of
from freeagentics.experiments.plan import Plan
from freeagentics.experiments.points import Contrast, Point, ablations, swept
from freeagentics.experiments.recorded import recorded
from freeagentics.experiments.single_run import Row
from freeagentics.experiments.workers import check_workers, rows_of
from freeagentics.progress import ProgressCallback, no_progress
from freeagentics.scenario.files import load_scenario, runnable, stated, with_changes
from freeagentics.scenario.market_setup import walk_forward_starts
from freeagentics.scenario.scenario import Scenario


def ablate(
    scenario: str | Path | Scenario,
    without: str | Iterable[str],
    *,
    seeds: int | Sequence[int] = 10,
    steps: int | None = None,
    overrides: Mapping[str, object] | None = None,
    out: str | Path | None = None,
    jobs: int | None = None,
    engine: str = "processes",
    margins: Mapping[str, float] | None = None,
    walk_forward: bool = False,
    allow_plugins: bool = False,
    progress: ProgressCallback = no_progress,
) -> Experiment:
    """Run a scenario complete and with parts of it left out, with the same seeds, and compare.

    Args:
        scenario: a name, a path of a TOML file, or a `Scenario`.
        without: what to leave out: ``memory``, ``signals``, sources and roles, as a list or separated by commas; each makes a point of its
            own, several joined by ``+`` make one together.
        seeds: how many, from the scenario's own on; or which.
        steps: instead of the scenario's own.
        overrides: further values by dotted key.
        out: a directory to keep finished runs in: the same call with it goes on where it was stopped or killed. Without, nothing is kept.
        jobs: runs at once; None takes one here, with Ray as many as there are cores. More than one process import the calling script
            again: guard it with ``if __name__ == "__main__":``.
        engine: who makes the runs: ``processes`` of this machine, ``ray``, or ``ray://ADDRESS`` of a cluster.
        margins: by measure, the largest mean difference that is as good as none; they are tested for equivalence.
        walk_forward: on replayed bars, have each seed begin at another bar, spread evenly over all that leave room for the steps: intervals
            then say how much differs from time to time, not only from agents to agents.
        allow_plugins: of a scenario in a run directory, run also plugins that this user has not run before.
        progress: called with how many runs are done.

    Raises:
        BadInput: what was asked for cannot be run, or another experiment is in *out*; nothing is run.
        RunFailed: a process was ended from outside, workers of Ray were lost again and again, or nothing can be written. A run that fails
            is a row with an error instead.

    Examples:
        >>> from freeagentics import ablate
        >>> found = ablate("quick", "memory", seeds=2, steps=20, overrides={"agents.count": 5})
        >>> found.frame.select("point", "memory.enabled", "seed").rows()
        [('complete', True, 7), ('without memory', False, 7), ('complete', True, 8), ('without memory', False, 8)]
        >>> found.differences.filter(measure="return").select("contrast", "seeds").rows()
        [('memory', 2)]
    """
    base = _base(scenario, steps, overrides, allow_plugins)
    names = without.split(",") if isinstance(without, str) else without
    points, contrasts = ablations(base, [name.strip() for name in names])
    plan = _plan(base, points, contrasts, seeds, walk_forward)
    return _run(f"{base.name}: what is left out", plan, out, engine, jobs, margins, progress)


def sweep(
    scenario: str | Path | Scenario,
    settings: Mapping[str, Sequence[object]] | Sequence[Mapping[str, object]],
    *,
    seeds: int | Sequence[int] = 10,
    steps: int | None = None,
    overrides: Mapping[str, object] | None = None,
    out: str | Path | None = None,
    jobs: int | None = None,
    engine: str = "processes",
    margins: Mapping[str, float] | None = None,
    walk_forward: bool = False,
    allow_plugins: bool = False,
    progress: ProgressCallback = no_progress,
) -> Experiment:
    """Run a scenario with all combinations of some settings, with the same seeds, and compare each with the first.

    Args and errors are those of `ablate`; *settings* are values by dotted key, or a list of points, e.g. of `latin_hypercube`, each a
    table of keys.

    Examples:
        >>> from freeagentics import sweep
        >>> found = sweep("quick", {"market.fee_bps": [0, 20]}, seeds=2, steps=20, overrides={"agents.count": 5})
        >>> found.frame["point"].to_list()
        ['market.fee_bps=0', 'market.fee_bps=20', 'market.fee_bps=0', 'market.fee_bps=20']
    """
    base = _base(scenario, steps, overrides, allow_plugins)
    points, contrasts = swept(settings)
    keys = dict.fromkeys(key for point in points for key in point.settings)
    plan = _plan(base, points, contrasts, seeds, walk_forward)
    return _run(f"{base.name}: {', '.join(keys)}", plan, out, engine, jobs, margins, progress)


def compare(*runs: str | Path, margins: Mapping[str, float] | None = None, progress: ProgressCallback = no_progress) -> Experiment:
    """Compare runs on record, by their settings: those that share settings are of one point, those of other points are paired by seed.

    Args:
        runs: run directories, of as many steps each. Their plugins are not run.
        margins: by measure, the largest mean difference that is as good as none.
        progress: called with how many runs are read.

    Raises:
        BadInput: fewer than two runs, two of the same settings and seed, or of different length.
        BadRunDirectory: one of them is no run directory, or its run has not ended.

    Examples:
        >>> from freeagentics import compare, run
        >>> for fee in (0, 20):
        ...     made = run("quick", agents=5, steps=20, overrides={"market.fee_bps": fee}, out=f"runs/fee-{fee}")
        >>> compare("runs/fee-0", "runs/fee-20").frame["market.fee_bps"].to_list()
        [0.0, 20.0]
    """
    rows, contrasts = recorded(runs, progress)
    return _experiment(f"{len(rows)} runs", rows, contrasts, margins)


def _base(scenario: str | Path | Scenario, steps: int | None, overrides: Mapping[str, object] | None, allow_plugins: bool) -> Scenario:
    changes = stated({"steps": steps}) | dict(overrides or {})
    if isinstance(scenario, Scenario):
        return with_changes(runnable(scenario, allow_plugins=allow_plugins), changes)
    return load_scenario(scenario, changes, allow_plugins=allow_plugins)


def _plan(
    scenario: Scenario, points: Sequence[Point], contrasts: Sequence[Contrast], seeds: int | Sequence[int], walk_forward: bool
) -> Plan:
    chosen = _seeds(scenario, seeds)
    return Plan(scenario, points, contrasts, chosen, walk_forward_starts(scenario, len(chosen)) if walk_forward else ())


def _seeds(scenario: Scenario, seeds: int | Sequence[int]) -> list[int]:
    chosen = list(range(scenario.seed, scenario.seed + seeds)) if isinstance(seeds, int) else list(dict.fromkeys(seeds))
    if not chosen:
        raise BadInput("give at least one seed")
    return chosen


def _run(
    title: str,
    plan: Plan,
    out: str | Path | None,
    engine: str,
    jobs: int | None,
    margins: Mapping[str, float] | None,
    progress: ProgressCallback,
) -> Experiment:
    check_workers(engine, jobs)
    check_margins(margins or {})
    directory = ExperimentDirectory(Path(out), plan.described()) if out is not None else None
    made = _rows(plan, directory, engine, jobs, progress)
    rows = [
        {
            "point": run.point.name,
            **plan.settings(run.point),
            "seed": run.seed,
            **plan.stretch(run.seed),
            "steps": plan.scenario.steps,
            **made[run.key],
        }
        for run in plan.runs
    ]
    experiment = _experiment(title, rows, plan.contrasts, margins, directory.path if directory else None)
    if directory:
        experiment.save(directory.path)
    return experiment


def _rows(plan: Plan, directory: ExperimentDirectory | None, engine: str, jobs: int | None, progress: ProgressCallback) -> dict[str, Row]:
    """Rows of all runs by key: those that were finished before, and all others as they end."""
    made = {run.key: row for run in plan.runs if directory and (row := directory.row(run.key)) is not None}
    missing = {run.key: run.toml for run in plan.runs if run.key not in made}
    progress("runs", len(made), len(plan.runs))
    for key, row in rows_of(missing, engine, jobs) if missing else ():
        made[key] = row
        if directory:
            directory.finish(key, row)
        progress("runs", len(made), len(plan.runs))
    return made


def _experiment(
    title: str,
    rows: Sequence[Row],
    contrasts: Sequence[Contrast],
    margins: Mapping[str, float] | None,
    directory: Path | None = None,
) -> Experiment:
    frame = frame_of(rows)
    return Experiment(title, frame, differences_of(frame, contrasts, margins or {}), directory)
