"""Sensitivity: how much of what a measure does comes from which setting. It needs SALib (``freeagentics[sensitivity]``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from freeagentics.arrays import F64
from freeagentics.errors import BadInput, did_you_mean
from freeagentics.experiments.designs import Ranges, Settings, checked, scaled
from freeagentics.experiments.experiment import Experiment
from freeagentics.experiments.points import name_of

Method = Literal["sobol", "morris"]

Study = Callable[[Sequence[Mapping[str, object]]], Experiment]
"""A sweep with all but its points given: ``functools.partial(sweep, "quick", seeds=2)``, or one of `sweep_model`."""

_COLUMNS = {
    "sobol": {"S1": "first_order", "S1_conf": "first_order_half", "ST": "total", "ST_conf": "total_half"},
    "morris": {"mu": "mean", "mu_star": "mean_absolute", "mu_star_conf": "mean_absolute_half", "sigma": "deviation"},
}


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Indices of sensitivity, and the experiment that they are of.

    Attributes:
        frame: a row a setting, the most influential first. Of ``sobol``: ``first_order``, the share of the measure's variance that goes
            with the setting alone, and ``total``, that in which it has any part; of ``morris``: ``mean``, ``mean_absolute`` and
            ``deviation`` of what the measure changes as the setting moves, by its whole range. ``…_half`` is half the width of a 95 %
            interval.
        experiment: all runs.
    """

    frame: pl.DataFrame
    experiment: Experiment


def sensitivity(study: Study, ranges: Ranges, measure: str, *, method: Method = "morris", samples: int = 8, seed: int = 0) -> Sensitivity:
    """Run a study over a space of settings, and say how its measure, the mean over seeds, depends on each of them.

    ``sobol`` takes samples · (settings + 2) points (Saltelli et al., Computer Physics Communications 2010), ``morris``
    samples · (settings + 1) (Morris, Technometrics 1991; Campolongo et al. 2007): begin with morris, which finds out what does not matter
    for few runs.

    Args:
        study: a sweep that wants its points.
        ranges: the lowest and the highest value of each setting; both of whole numbers give whole numbers.
        measure: of the experiment.
        method: ``sobol`` or ``morris``.
        samples: of sobol a power of 2, for its sequence is balanced only then; of morris the trajectories.
        seed: of the design.

    Raises:
        BadInput: there is no such method or measure, a range has no width, SALib is not installed, or a point has no value: a run failed.

    Examples:
        >>> from functools import partial
        >>> from freeagentics.experiments import sensitivity, sweep
        >>> study = partial(sweep, "quick", seeds=1, steps=10, overrides={"agents.count": 5})
        >>> found = sensitivity(study, {"market.fee_bps": (0.0, 50.0), "memory.recall": (1, 12)}, "fees", samples=2)
        >>> found.frame["setting"][0]
        'market.fee_bps'
    """
    problem = {"num_vars": len(checked(ranges)), "names": list(ranges), "bounds": [[0.0, 1.0]] * len(ranges)}
    shares = _design(method, problem, samples, seed)
    points = scaled(shares, ranges)
    experiment = study(points)
    values = _values(experiment, points, measure)
    found = _analysed(method, problem, shares, values, seed)
    columns = {column: np.asarray(found[index], dtype=np.float64) for index, column in _COLUMNS[method].items()}
    order = "total" if method == "sobol" else "mean_absolute"
    return Sensitivity(pl.DataFrame({"setting": list(ranges), **columns}).sort(order, descending=True), experiment)


def _design(method: Method, problem: Mapping[str, Any], samples: int, seed: int) -> F64:
    """Shares of ranges, (points, settings)."""
    if method not in _COLUMNS:
        raise BadInput(f"method: {method!r}; {did_you_mean(method, _COLUMNS)}")
    if samples < 2 or (method == "sobol" and samples & (samples - 1)):
        raise BadInput(f"samples: {samples}; give {'a power of 2' if method == 'sobol' else 'at least 2'}")
    try:
        from SALib.sample import morris, sobol
    except ModuleNotFoundError as error:
        raise BadInput("sensitivity needs SALib; install freeagentics[sensitivity]") from error
    if method == "sobol":
        return np.asarray(sobol.sample(problem, samples, calc_second_order=False, seed=seed))
    return np.asarray(morris.sample(problem, samples, seed=seed))


def _values(experiment: Experiment, points: Sequence[Settings], measure: str) -> F64:
    """The measure at each point, its mean over seeds, (points,)."""
    if experiment.errors.height:
        first = experiment.errors.row(0, named=True)
        raise BadInput(f"{experiment.errors.height} runs failed, so points have no value; the first, {first['point']}: {first['error']}")
    known = [name for name in experiment.titles if name in experiment.frame.columns]
    if measure not in known:
        raise BadInput(f"no measure '{measure}'; {did_you_mean(measure, known)}")
    means = dict(experiment.frame.group_by("point").agg(pl.col(measure).mean()).rows())
    if unknown := [name for name, value in means.items() if value is None]:
        raise BadInput(f"{measure} is not defined at {unknown[0]}")
    return np.array([means[name_of(point)] for point in points])


def _analysed(method: Method, problem: Mapping[str, Any], shares: F64, values: F64, seed: int) -> Mapping[str, Any]:
    from SALib.analyze import morris, sobol

    if method == "sobol":
        found: Mapping[str, Any] = sobol.analyze(problem, values, calc_second_order=False, seed=seed)
        return found
    return morris.analyze(problem, shares, values, seed=seed)
