"""Sight: what a policy that drives a desk sees, as one vector a desk, and within which bounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from freeagentics.agents.cohort import Situation
from freeagentics.arrays import F32, between
from freeagentics.env.driven_executor import DrivenExecutor
from freeagentics.errors import BadInput, did_you_mean
from freeagentics.market import Market
from freeagentics.memory import FEATURES

_SEEN = [place for place, feature in enumerate(FEATURES) if feature.group != "action"]
"""Features of the situation; those of the action are not known before it."""

_DESK = ("weight", "told", "forecast")
"""Columns that a desk knows of each asset: what it holds, what its optimizer told, and what its advisers forecast."""

_LARGEST = 100.0
"""Bound of the columns of sources, which have none of their own."""


class Sight:
    """The columns of an observation: the 40 features of the desk's situation, as its executor knows it, in the bounds of `FEATURES`; then
    for each asset its ``weight`` in the desk's equity, the ``told`` target weight, the ``forecast`` of its advisers in standard deviations,
    and the columns of the source ``price`` and of the sources that it *reads*.

    Args:
        market: the market.
        reads: names of sources beside ``price``; a desk pays for them in every step.

    Attributes:
        columns: names of the F columns; those of an asset begin with its symbol.
        low, high: bounds, float32 (F,); what lies outside is clipped.
        cost: cents that a desk pays a step for what it reads.

    Raises:
        BadInput: it reads a source that the market has not.
    """

    def __init__(self, market: Market, reads: Sequence[str]) -> None:
        sources = {source.name: source for source in market.sources}
        for name in reads:
            if name not in sources:
                raise BadInput(f"reads: no source '{name}' on this market; {did_you_mean(name, sources)}")
        read = [name for name in sources if name == "price" or name in reads]
        self.cost = sum(sources[name].cost_cents for name in read)
        self._shown = [place for place, column in enumerate(market.columns) if column.partition(".")[0] in read]
        of_asset = (*_DESK, *(market.columns[place] for place in self._shown))
        self.columns = (*(FEATURES[place].name for place in _SEEN), *(f"{symbol}.{name}" for symbol in market.symbols for name in of_asset))
        spans = [(FEATURES[place].low, FEATURES[place].high) for place in _SEEN]
        spans += ([(0, 1), (0, 1)] + [(-_LARGEST, _LARGEST)] * (len(of_asset) - 2)) * len(market.symbols)
        self.low, self.high = np.array(spans, dtype=np.float32).T

    def see(self, cohort: DrivenExecutor, situation: Situation) -> F32:
        """Observations of a cohort's driven rows, (n, F)."""
        rows, view = np.flatnonzero(cohort.driven), situation.view
        desk = [view.books.weight[cohort.desk], cohort.told(view.observation.timestamp), cohort.forecast]
        shown = np.broadcast_to(view.observation.values[:, self._shown], (len(rows), *view.observation.values[:, self._shown].shape))
        of_asset = np.concatenate([np.stack(desk, axis=2)[rows], shown], axis=2)
        seen = np.concatenate([situation.states[rows][:, _SEEN], of_asset.reshape(len(rows), -1)], axis=1)
        return between(self.low, seen, self.high)
