"""Patterns of a run: what those that agents were given did to forecasts, and what its market says of them and of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from freeagentics.arrays import F64, AnyArray
from freeagentics.evaluation.market_evidence import market_evidence
from freeagentics.evaluation.run_patterns import RunPattern, estimated, patterns_of
from freeagentics.journal import Kind
from freeagentics.records.record_frames import RecordFrames
from freeagentics.visualization.forecasts import JUDGED, forecasts, judge
from freeagentics.visualization.plain import number
from freeagentics.visualization.run_view import RunView

if TYPE_CHECKING:
    from freeagentics.services.evidence import Evidence
    from freeagentics.services.pattern_trial import Estimate

USES = ("applied", *JUDGED)
"""Of each pattern: decisions whose forecast it moved, and what outcomes said of these."""


class PatternUse:
    """Counts what patterns that agents were given did to their forecasts.

    Args:
        names: of the patterns, P of them.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._counts = np.zeros((len(names), len(USES)))
        self._told: dict[int, list[tuple[int, AnyArray, F64, F64]]] = {}

    def decided(self, step: int, agent: AnyArray, parts: F64, faculties: tuple[str, ...], recalling: AnyArray) -> None:
        """Take in forecasts (n,): what *faculties* added to each, (n, C)."""
        after, _ = forecasts(parts, recalling)
        for place, name in enumerate(self._names):
            if name not in faculties or not (moved := parts[:, (column := faculties.index(name))] != 0).any():
                continue
            others = parts[moved]
            others[:, column] = 0
            self._told.setdefault(step, []).append((place, agent[moved], after[moved], forecasts(others, recalling)[0]))
            self._counts[place, 0] += moved.sum()

    def judged(self, step: int, result: F64) -> None:
        """Judge the forecasts of a step by the outcomes of all agents, NaN where there is none."""
        for place, agent, after, before in self._told.pop(step, []):
            self._counts[place, 1:] += judge(result[agent], after, before)

    def take(self) -> list[list[float]]:
        """`USES` of each pattern, (P, 6), since they were taken last."""
        counts, self._counts = self._counts, np.zeros_like(self._counts)
        return np.round(counts, 5).tolist()


def market_patterns(view: RunView) -> dict[str, object]:
    """Evidence of the run's market: of each pattern that agents were given, with those who heed and hear it, over the whole run; and of
    conditions that foretold a rise, found as a report finds them."""
    evidence = _evidence(view)
    found = patterns_of(evidence)
    conditions = {str(one.condition): one.condition for one in view.scenario.patterns}
    return {
        "step": view.last,
        "horizon": evidence.horizon,
        "given": [{"name": name, **_heard(view, name), **_figures(estimated(conditions[name], evidence))} for name in view.patterns],
        "found": [_found(one) for one in found.patterns],
        "tried": len(found.patterns) + len(found.refused),
    }


def _evidence(view: RunView) -> Evidence:
    horizon = view.scenario.memory.horizon
    figures = np.concatenate([records for _, _, records in view.journal.scan(Kind.FIGURES)])
    times = pl.DataFrame({"step": np.arange(1, len(figures) + 1), "timestamp": figures["timestamp"]})
    observed = RecordFrames(view.journal, view.names, horizon, last=len(figures)).observations()
    times = times.with_columns(pl.col("step").cast(observed.schema["step"]))
    return market_evidence(observed.join(times, on="step", how="left", maintain_order="left"), horizon)


def _heard(view: RunView, name: str) -> dict[str, int]:
    """Agents who heed a pattern, and those of them who gave it a weight after the last step."""
    names, hears = view.names, 0
    for _, _, records in view.journal.scan(Kind.WEIGHTS, first=view.last, last=view.last):
        role = names.role_of(int(records["agent"][0]))
        if name in role.patterns:
            hears += int((records["weight"][:, role.weights.index(name)] != 0).sum())
    return {"heeds": sum(name in names.of_role(role).patterns for role in names.roles), "hears": hears}


def _figures(estimate: Estimate | None) -> dict[str, object]:
    if estimate is None:
        return {"events": 0}
    rate = estimate.rate
    return {
        "events": rate.trials,
        "rate": number(rate.rate),
        "low": rate.low,
        "high": rate.high,
        "elsewhere": number(estimate.base.rate),
        "size": number(estimate.size),
        "p": estimate.p_value,
    }


def _found(one: RunPattern) -> dict[str, object]:
    later = one.later.rate
    last = {"later": number(later.rate), "later_events": later.trials, "fate": str(one.fate)}
    return {"name": str(one.finding.condition), **_figures(one.finding.estimate), **last}
