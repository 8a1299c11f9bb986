"""Experiments with any Mesa model: runs with and without a part of it, or over a space of its keywords, seed by seed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from freeagentics.errors import BadInput, FreeagenticsError
from freeagentics.experiments.experiment import Experiment, check_margins, differences_of, frame_of
from freeagentics.experiments.points import COMPLETE, Contrast, swept
from freeagentics.experiments.single_run import Row
from freeagentics.progress import ProgressCallback, no_progress

Measures = Mapping[str, str | Callable[[Any], float]]
"""Measures by title: the name of an attribute of the model, or a function of the model at its end."""


def ablate_model(
    model: Callable[..., Any],
    without: str | Iterable[str],
    measures: Measures,
    *,
    seeds: int | Sequence[int] = 20,
    steps: int = 100,
    settings: Mapping[str, object] | None = None,
    margins: Mapping[str, float] | None = None,
    progress: ProgressCallback = no_progress,
) -> Experiment:
    """Run a Mesa model complete and with parts of it switched off, with the same seeds, and compare.

    Args:
        model: a class of models, or a function that makes one; called with ``seed=`` and keywords.
        without: keywords that are switched off, e.g. ``memory``, as a list or separated by commas: each makes a point of its own, at which
            it is False, where it is True otherwise.
        measures: what is measured when the steps are over.
        seeds: how many, from 1 on; or which.
        steps: of each run, or fewer where ``model.running`` becomes false.
        settings: further keywords of all models.
        margins: by measure, the largest mean difference that is as good as none.
        progress: called with how many runs are done.

    Raises:
        BadInput: nothing is left out, measured or run. A run that fails is a row with an error instead.

    Examples:
        >>> import mesa
        >>> from freeagentics import ablate_model
        >>> class Coin(mesa.Model):
        ...     def __init__(self, luck=True, seed=None):
        ...         super().__init__(rng=seed)
        ...         self.luck, self.heads = luck, 0
        ...     def step(self):
        ...         self.heads += self.random.random() < (0.7 if self.luck else 0.5)
        >>> found = ablate_model(Coin, "luck", {"heads": "heads"}, seeds=5, steps=100)
        >>> found.differences.select("contrast", "seeds").rows()
        [('luck', 5)]
        >>> found.differences["mean"].item() > 10
        True
    """
    names = [name.strip() for name in (without.split(",") if isinstance(without, str) else without)]
    switches = {COMPLETE: dict.fromkeys(names, True)} | {f"without {name}": {one: one != name for one in names} for name in names}
    points = {point: {**(settings or {}), **parts} for point, parts in switches.items()} if names else {}
    contrasts = [Contrast(name, COMPLETE, f"without {name}") for name in names]
    return _compared(f"{_name(model)}: what is left out", model, points, contrasts, measures, seeds, steps, margins, progress)


def sweep_model(
    model: Callable[..., Any],
    settings: Mapping[str, Sequence[object]] | Sequence[Mapping[str, object]],
    measures: Measures,
    *,
    seeds: int | Sequence[int] = 10,
    steps: int = 100,
    margins: Mapping[str, float] | None = None,
    progress: ProgressCallback = no_progress,
) -> Experiment:
    """Run a Mesa model with all combinations of some keywords, with the same seeds, and compare each with the first.

    Args and errors are those of `ablate_model`; *settings* are values by keyword, or a list of points, e.g. of `latin_hypercube`, each a
    table of keywords.
    """
    points, contrasts = swept(settings)
    names = f"{_name(model)}: {', '.join(dict.fromkeys(key for point in points for key in point.settings))}"
    return _compared(names, model, {point.name: point.settings for point in points}, contrasts, measures, seeds, steps, margins, progress)


def _name(model: Callable[..., Any]) -> str:
    return str(getattr(model, "__name__", "model"))


def _compared(
    title: str,
    model: Callable[..., Any],
    points: Mapping[str, Mapping[str, object]],
    contrasts: Sequence[Contrast],
    measures: Measures,
    seeds: int | Sequence[int],
    steps: int,
    margins: Mapping[str, float] | None,
    progress: ProgressCallback,
) -> Experiment:
    """The experiment of a model at these keywords by point. Raises BadInput."""
    chosen = list(range(1, seeds + 1)) if isinstance(seeds, int) else list(dict.fromkeys(seeds))
    if not (points and measures and chosen and steps >= 1):
        raise BadInput("give something to leave out or to vary, a measure, a seed and a step at least")
    check_margins(margins or {}, list(measures))
    frame = frame_of(list(_rows(model, points, measures, chosen, steps, progress)), list(measures))
    differences = differences_of(frame, contrasts, margins or {}, list(measures))
    return Experiment(title, frame, differences, titles={name: name for name in measures})


def _rows(
    model: Callable[..., Any],
    points: Mapping[str, Mapping[str, object]],
    measures: Measures,
    seeds: Sequence[int],
    steps: int,
    progress: ProgressCallback,
) -> Iterator[Row]:
    """A row of each run, seed by seed."""
    for place, seed in enumerate(seeds):
        for point, keywords in points.items():
            made = _measured(model, {"seed": seed, **keywords}, measures, steps)
            yield {"point": point, **keywords, "seed": seed, "steps": steps, **made}
        progress("runs", (place + 1) * len(points), len(seeds) * len(points))


def _measured(model: Callable[..., Any], keywords: Mapping[str, object], measures: Measures, steps: int) -> Row:
    try:
        made = model(**keywords)
        for _ in range(steps):
            made.step()
            if not getattr(made, "running", True):
                break
        found = {name: float(getattr(made, of) if isinstance(of, str) else of(made)) for name, of in measures.items()}
    except FreeagenticsError as error:
        return {"error": str(error)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    return {**{name: value if math.isfinite(value) else None for name, value in found.items()}, "error": None}
