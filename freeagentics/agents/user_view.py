"""The view of a cohort as plain Python: what agents of a user's role see and hear in a step."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from freeagentics.agents.signal_kinds import SIGNAL_KINDS
from freeagentics.agents.user_role import Fill, HeardNow, OpenOrder, Seen
from freeagentics.agents.view import View
from freeagentics.clock import HOUR_MS
from freeagentics.market import CENTS, Fills, Orders
from freeagentics.mind import REGIMES

if TYPE_CHECKING:
    from freeagentics.agents.user_cohort import UserCohort


class UserView:
    """Everything that agents of a cohort get to look at. What all of them share is made once, and read-only: what one wrote into it the
    next would see.

    Args:
        columns: names of those that the role's sources show.
    """

    def __init__(self, cohort: UserCohort, view: View, columns: Sequence[str]) -> None:
        self.view = view
        self._cohort = cohort
        self._symbols = cohort.context.symbols
        self._units = cohort.context.units
        self._shared = self._for_all(columns)
        self._heard = self._heard_by_row()
        self._standing, self._fills = _by_agent(view.standing), _by_agent(view.fills)

    def seen(self, row: int) -> Seen:
        """The market and its desk's books, as a row's agent sees them."""
        books, desk, symbols = self.view.books, int(self._cohort.desk[row]), self._symbols
        belief = self._cohort.belief.regimes[row].tolist()
        return Seen(
            **self._shared,
            equity=int(books.equity[desk]) / CENTS,
            cash=int(books.cash[desk]) / CENTS,
            positions=dict(zip(symbols, (books.position[desk] / self._units.quantity).tolist(), strict=True)),
            weights=dict(zip(symbols, books.weight[desk].tolist(), strict=True)),
            drawdown=float(books.feature("drawdown")[desk]),
            belief={symbol: dict(zip(REGIMES, row_belief, strict=True)) for symbol, row_belief in zip(symbols, belief, strict=True)},
            open_orders=tuple(self._open_order(place) for place in self._standing.get(int(self._cohort.agent[row]), ())),
            fills=tuple(self._fill(place) for place in self._fills.get(int(self._cohort.agent[row]), ())),
        )

    def _open_order(self, place: int) -> OpenOrder:
        orders, units = self.view.standing, self._units
        asset, limit = int(orders.asset[place]), int(orders.limit[place])
        return OpenOrder(
            symbol=self._symbols[asset],
            quantity=float(orders.quantity[place] / units.quantity[asset]),
            limit=float(limit / units.price[asset]) if limit else None,
            age=int(orders.age[place]),
            bars=int(orders.ttl[place]),
        )

    def _fill(self, place: int) -> Fill:
        fills, units = self.view.fills, self._units
        asset = int(fills.asset[place])
        quantity, price = fills.quantity[place] / units.quantity[asset], fills.price[place] / units.price[asset]
        return Fill(self._symbols[asset], float(quantity), float(price), int(fills.fee[place]) / CENTS)

    def heard(self, row: int) -> Sequence[HeardNow]:
        """Signals that arrived for a row's agent, oldest first."""
        return self._heard.get(row, ())

    def _for_all(self, columns: Sequence[str]) -> dict[str, Any]:
        observation, symbols = self.view.observation, self._symbols
        by_column = {name: MappingProxyType(dict(zip(symbols, observation.column(name).tolist(), strict=True))) for name in columns}
        prices = dict(zip(symbols, (observation.prices / self._units.price).tolist(), strict=True))
        shown = {"prices": MappingProxyType(prices), "columns": MappingProxyType(by_column)}
        return {"step": observation.step, "timestamp": observation.timestamp, **shown}

    def _heard_by_row(self) -> dict[int, list[HeardNow]]:
        inbox, symbols, agents = self.view.inbox, self._symbols, self._cohort.agent
        heard: dict[int, list[HeardNow]] = {}
        for place, row in enumerate(inbox.row.tolist()):
            signal = HeardNow(
                number=int(inbox.number[place]),
                kind=SIGNAL_KINDS[inbox.kind[place]],
                source_desk=int(inbox.desk[place]),
                severity=int(inbox.severity[place]),
                confidence=float(inbox.confidence[place]),
                age_hours=float(inbox.age_ms[place] / HOUR_MS),
                data=MappingProxyType(dict(zip(symbols, inbox.data[place].tolist(), strict=True))),
            )
            # A broadcast stands once, for all rows but its sender's.
            rows = [row] if row >= 0 else np.flatnonzero(agents != inbox.source[place]).tolist()
            for receiver in rows:
                heard.setdefault(receiver, []).append(signal)
        return heard


def _by_agent(rows: Orders | Fills) -> dict[int, list[int]]:
    """Places of the rows of each agent, in their order."""
    found: dict[int, list[int]] = {}
    for place, agent in enumerate(rows.agent.tolist()):
        found.setdefault(agent, []).append(place)
    return found
