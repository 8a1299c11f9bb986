"""Attribution of what desks traded and earned to the faculties that moved their views."""

from __future__ import annotations

import numpy as np

from freeagentics.agents.context import neutral_exposures
from freeagentics.agents.decision import reasons_by_name
from freeagentics.agents.roles.forecaster import MEMORIES
from freeagentics.agents.roles.portfolio_optimizer import ADVISERS, PortfolioOptimizer
from freeagentics.arrays import F64, I64, AnyArray
from freeagentics.market import CENTS
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.contributions import by_source
from freeagentics.report.aggregates.scan import StepData
from freeagentics.report.aggregates.source_usage import SourceUsage
from freeagentics.scenario.scenario import Scenario


class Attribution:
    """Gains, fees and turnover of the desks by the part of their views that they followed; D desks, P parts, A assets.

    A desk without a view holds its neutral weights, within its limit. What it holds beside them is its active position: its gain from close
    to close, fills at their own price, and the fees and value of all fills are attributed to the parts of the view on that asset that point
    the way of the active position (of the larger one, before or after the fills), in proportion to their sizes. The view is what the
    optimizer heard, weighed as it did, and its own memories; where it has none any more, the last one counts for the horizon that it was
    for. What no part points to goes to none. This tells which words were followed and what came of it; what a desk would have done without
    them only a run without them tells.

    Attributes:
        parts: number of a role, and a source, ``belief`` or ``memories``, P.
        gains: USD, before fees, (D, P + 1); the last is of no part.
        fees: USD, likewise.
        turnover: USD, likewise.
    """

    def __init__(self, context: RunContext, usages: tuple[SourceUsage, ...]) -> None:
        self._context = context
        self._optimizers = context.team.index(PortfolioOptimizer.role) if PortfolioOptimizer.role in context.team else -1
        told = [(usage.role, name) for usage in usages for name in ("belief", *usage.sources, "memories")]
        self.parts = (*told, (self._optimizers, "memories"))
        self._of_part = {usage.role: self._matrix(usage) for usage in usages}
        desks, assets, parts = context.desks, len(context.symbols), len(self.parts)
        self.gains, self.fees, self.turnover = (np.zeros((desks, parts + 1)) for _ in range(3))
        self._heard = np.zeros((len(ADVISERS), desks, parts, assets))
        self._expires = np.full((len(ADVISERS), desks), -1, dtype=np.int64)
        self._view, self._since = np.zeros((desks, parts, assets)), np.zeros((desks, assets), dtype=np.int64)
        began = context.record.lineage.at(1)
        self._neutral = np.concatenate([neutral_exposures(began.seed, span, count) for span, count in _spans(began)])
        self._active, self._prices = np.zeros((desks, assets)), np.zeros(assets)

    @property
    def possible(self) -> bool:
        """True where desks have an optimizer, whose views they follow."""
        return bool((self._context.role == self._optimizers).any())

    def _matrix(self, usage: SourceUsage) -> F64:
        """Parts that the faculties of a role belong to, (C, P)."""
        names = self._context.names.of_role(self._context.team[usage.role]).weights
        mine = by_source(names, usage.sources)
        whole = [[name in part for name in names] for part in (("belief",), MEMORIES)]
        matrix = np.zeros((len(names), len(self.parts)))
        first = self.parts.index((usage.role, "belief"))
        matrix[:, first : first + mine.shape[1] + 2] = np.column_stack([whole[0], mine, whole[1]])
        return matrix

    def update(self, data: StepData) -> None:
        """Take in one step."""
        if not self.possible:
            return
        if data.step > 1:
            self._settle(data)
        if data.signals is not None:
            for place, kind in enumerate(ADVISERS):
                self._hear(place, data.signals[data.signals["kind"] == kind], data.contributions)
        decisions = data.decisions[self._context.role[data.decisions["agent"]] == self._optimizers]
        self._look(data, decisions)
        self._hold(data, decisions)

    def _settle(self, data: StepData) -> None:
        """Gains of the bar that this step closes, and its fills."""
        units, active = self._context.units, self._active
        gain, fee, value, change = active * (data.prices - self._prices), *(np.zeros_like(active) for _ in range(3))
        if (fills := data.fills) is not None:
            at = (fills["desk"], fills["asset"])
            quantity, price = fills["quantity"] / units.quantity[fills["asset"]], fills["price"] / units.price[fills["asset"]]
            for into, numbers in (
                (gain, quantity * (data.prices[fills["asset"]] - price)),
                (fee, fills["fee"] / CENTS),
                (value, fills["notional"] / CENTS),
                (change, quantity),
            ):
                np.add.at(into, at, numbers)
        after = active + change
        share = self._shares(np.where(np.abs(active) >= np.abs(after), active, after))
        for total, numbers in ((self.gains, gain), (self.fees, fee), (self.turnover, value)):
            of_parts = (share * numbers[:, None]).sum(axis=2)
            total[:, :-1] += of_parts
            total[:, -1] += numbers.sum(axis=1) - of_parts.sum(axis=1)

    def _shares(self, active: F64) -> F64:
        """Shares of the parts in active positions (D, A): (D, P, A), of which those of an asset sum to one, or to none."""
        pull = np.maximum(self._view * np.sign(active)[:, None], 0)
        return np.asarray(pull / np.maximum(pull.sum(axis=1, keepdims=True), 1e-12))

    def _hear(self, place: int, signals: AnyArray, contributions: list[AnyArray]) -> None:
        """Forecasts that were told, with the contributions of the step in which they were."""
        told = np.zeros((len(signals), *self._heard.shape[2:]))
        for page in contributions:
            matrix = self._of_part[int(self._context.role[page["agent"][0]])]
            row = np.full(len(self._context.role), -1)
            row[page["agent"]] = np.arange(len(page))
            at = row[signals["source"]]
            told[at >= 0] = np.einsum("nca,cp->npa", page["contribution"][at[at >= 0]], matrix)
        self._heard[place, signals["desk"]] = told
        self._expires[place, signals["desk"]] = signals["expires"]

    def _look(self, data: StepData, decisions: AnyArray) -> None:
        """The view of each desk's optimizer, by parts."""
        trust = np.zeros(self._expires.shape)
        for page in data.weights:
            if self._context.role[page["agent"][0]] == self._optimizers:
                trust[:, self._desk(page)] = page["weight"][:, : len(ADVISERS)].T
        trust *= self._expires > data.timestamp
        view = np.einsum("kd,kdpa->dpa", trust, self._heard)
        reasons = self._reasons(decisions)
        view[self._desk(decisions), -1, decisions["asset"]] += reasons["expected_return"] - reasons["before_memories"]
        has_one = view.any(axis=1)
        self._since = np.where(has_one, data.step, self._since)
        kept = has_one | (data.step - self._since < self._context.horizon)
        self._view = np.where(has_one[:, None], view, np.where(kept[:, None], self._view, 0))

    def _hold(self, data: StepData, decisions: AnyArray) -> None:
        """Active positions at the close: what is held beside the neutral weights within the limit."""
        exposure = self._neutral.copy()
        desk = self._desk(decisions)
        exposure[desk] = np.minimum(exposure[desk], self._reasons(decisions)["limit"])
        usual = (exposure * data.accounts["equity"] / CENTS)[:, None] / len(data.prices) / data.prices
        self._active, self._prices = data.accounts["position"] / self._context.units.quantity - usual, data.prices

    def _desk(self, records: AnyArray) -> I64:
        return np.asarray(self._context.names.seats["desk"][records["agent"]], dtype=np.int64)

    def _reasons(self, decisions: AnyArray) -> dict[str, AnyArray]:
        return reasons_by_name(self._context.names.of_role(PortfolioOptimizer.role).reasoning, decisions["reason"])

    def of(self, role: int, name: str) -> tuple[F64, F64, F64]:
        """Gains, fees and turnover, USD, (D,), that were attributed to a part."""
        place = self.parts.index((role, name))
        return self.gains[:, place], self.fees[:, place], self.turnover[:, place]


def _spans(scenario: Scenario) -> list[tuple[tuple[float, float], int]]:
    """Ranges of exposure without a view, and of how many desks each is, in their order."""
    common = scenario.agents.exposure
    return [(group.exposure or common, group.count) for group in scenario.desks] or [(common, scenario.agents.desks)]
