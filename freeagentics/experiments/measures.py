"""Measures of a run, taken while it steps or from its records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from freeagentics.arrays import F64, AnyArray
from freeagentics.clock import DAY_MS
from freeagentics.experiments.forecast_errors import FORECAST_MEASURES, FORECASTERS, ForecastErrors
from freeagentics.experiments.made_market import MadeMarket
from freeagentics.journal import Kind
from freeagentics.market import CENTS
from freeagentics.scenario.scenario import Scenario

YEAR_MS = 365.25 * DAY_MS

DESK_MEASURES = {
    "return": "Return",
    "excess_return": "Return over exposure-matched benchmark",
    "return_without_noise": "Return without price noise",
    "sharpe": "Sharpe ratio",
    "max_drawdown": "Maximum drawdown",
    "exposure": "Mean exposure",
    "turnover": "Turnover",
    "fees": "Fees",
    "source_costs": "Source costs",
}
"""Measures of the desks with their titles: means over desks, in shares of initial cash, but for drawdown and exposure, which are shares of
equity, and the Sharpe ratio, which is that of all desks together, a year. Noise is known in made markets alone."""

_FORECAST_TITLES = ("Squared error of forecasts", "Slope of result on forecast", "Coverage of a 95 % interval")

MARKET_MEASURES = {"perfect_return": "Return of a perfect trader of what is planted"}
"""Measures of the market with their titles."""

TITLES = (
    DESK_MEASURES
    | MARKET_MEASURES
    | {
        f"{name}.{role}": f"{title}, {role}"
        for name, title in zip(FORECAST_MEASURES, _FORECAST_TITLES, strict=True)
        for role in FORECASTERS
    }
)
"""All measures with their titles, in order."""

SHARES = frozenset(DESK_MEASURES | MARKET_MEASURES).difference({"sharpe", "turnover"}) | {f"coverage.{role}" for role in FORECASTERS}
"""Measures that are read best as per cent."""

MEASURED = (Kind.OBSERVATION, Kind.DECISIONS, Kind.FILLS, Kind.ACCOUNTS, Kind.OUTCOMES)
"""Kinds of pages that measures are taken from."""


class RunMeasures:
    """Sums over the steps of a run; D desks, A assets.

    Args:
        scenario: that the run began with.
        roles: of all agents, (N,).
        price_units: units of an asset's price in a USD, (A,).
    """

    def __init__(self, scenario: Scenario, roles: Sequence[str], price_units: AnyArray) -> None:
        desks = scenario.agents.desks
        self._cash = scenario.market.cash
        self._units = price_units
        self._first = np.ones(len(price_units))
        self._basket: list[float] = []
        self._began, self._ended, self.steps = 0, 0, 0
        self._equity, self._peak = np.full(desks, self._cash), np.full(desks, self._cash)
        self._returns, self._squares = 0.0, 0.0
        self._exposure, self._drawdown = np.zeros(desks), np.zeros(desks)
        self._traded, self._fees, self._data_costs = 0.0, np.zeros(desks), np.zeros(desks)
        self._forecasts = ForecastErrors(scenario.memory.horizon, roles)
        self._made = MadeMarket(scenario, price_units) if scenario.market.kind == "synthetic" else None

    def update(self, step: int, timestamp: int, records: Mapping[Kind, AnyArray]) -> None:
        """Take in a step: its time, ms, and its records of the kinds in `MEASURED`."""
        prices = records[Kind.OBSERVATION]["price"] / self._units
        if not self.steps:
            self._first, self._began = prices, timestamp
        self._basket.append(float((prices / self._first).mean()))
        self.steps, self._ended = self.steps + 1, timestamp
        self._take_accounts(records[Kind.ACCOUNTS])
        if self._made:
            self._made.update(prices, records.get(Kind.FILLS))
        if Kind.FILLS in records:
            self._traded += float(records[Kind.FILLS]["notional"].sum(dtype=np.float64) / CENTS)
        self._forecasts.decided(step, records[Kind.DECISIONS])
        if Kind.OUTCOMES in records:
            self._forecasts.judged(step, records[Kind.OUTCOMES])

    def _take_accounts(self, accounts: AnyArray) -> None:
        equity = accounts["equity"] / CENTS
        change = float(equity.mean() / max(self._equity.mean(), 1 / CENTS) - 1)
        self._returns += change
        self._squares += change**2
        self._exposure += 1 - accounts["cash"] / CENTS / np.maximum(equity, 1 / CENTS)
        self._equity, self._peak = equity, np.maximum(self._peak, equity)
        self._drawdown = np.maximum(self._drawdown, 1 - equity / self._peak)
        self._fees, self._data_costs = accounts["fees"] / CENTS, accounts["data_costs"] / CENTS

    def result(self) -> dict[str, float]:
        """All measures so far, by name; NaN where one is not defined."""
        exposure, gained = self._exposure / max(self.steps, 1), self._equity / self._cash - 1
        matched = matched_return(exposure, np.array(self._basket))
        desks: dict[str, F64] = {
            "return": gained,
            "excess_return": gained - matched,
            "return_without_noise": gained - self._made.noise / self._cash if self._made else np.array(np.nan),
            "sharpe": np.array(self._sharpe()),
            "max_drawdown": self._drawdown,
            "exposure": exposure,
            "turnover": np.array(self._traded / self._cash / len(gained)),
            "fees": self._fees / self._cash,
            "source_costs": self._data_costs / self._cash,
        }
        market = {"perfect_return": self._made.perfect_return() if self._made else float("nan")}
        return {name: float(values.mean()) for name, values in desks.items()} | market | dict(self._forecasts.measures())

    def _sharpe(self) -> float:
        """Mean over standard deviation of the returns a bar of all desks together, times the root of bars a year; NaN where no desk ever
        held anything: what it pays for sources alone hardly varies."""
        mean = self._returns / max(self.steps, 1)
        variance = self._squares / max(self.steps, 1) - mean**2
        if not self._exposure.any() or variance <= 0:
            return float("nan")
        a_year = (self.steps - 1) * YEAR_MS / max(self._ended - self._began, 1)
        return float(mean / np.sqrt(variance) * np.sqrt(a_year))


def matched_return(exposure: F64, basket: F64) -> F64:
    """Return of the exposure-matched benchmark, (D,): the same share of equity held in all assets alike at every close, without fees.

    Args:
        exposure: the share, (D,).
        basket: worth of a USD spread over all assets at the first close, at each close, (T,).
    """
    moves = basket[1:] / basket[:-1] - 1
    return np.prod(1 + moves[:, None] * exposure, axis=0) - 1


def by_kind(pages: Iterable[tuple[Kind, AnyArray]]) -> dict[Kind, AnyArray]:
    """Records of a step's pages that are measured, cohorts joined."""
    found: dict[Kind, list[AnyArray]] = {}
    for kind, records in pages:
        if kind in MEASURED:
            found.setdefault(kind, []).append(records)
    # Joined as bytes: numpy compares structured types field by field, which takes sixty times as long as the copy.
    return {kind: np.frombuffer(b"".join(part.tobytes() for part in parts), dtype=parts[0].dtype) for kind, parts in found.items()}
