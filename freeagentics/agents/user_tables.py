"""The actions of a user's agents, gathered into the columns that a cohort returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from freeagentics.agents.decision import REASONS, Choice
from freeagentics.agents.signal_kinds import SIGNAL_KINDS
from freeagentics.agents.user_role import Action, Order, Tell
from freeagentics.agents.view import View
from freeagentics.arrays import I32, I64
from freeagentics.errors import did_you_mean
from freeagentics.market import CENTS, Orders, to_quantity
from freeagentics.signals import Severity, Signals

if TYPE_CHECKING:
    from freeagentics.agents.user_cohort import UserCohort


class UserTables:
    """Collects one action a row, and checks it."""

    def __init__(self, cohort: UserCohort, view: View) -> None:
        rows, assets = cohort.rows, cohort.world.assets
        self._cohort = cohort
        self._world = cohort.world
        self._action = np.zeros(rows, dtype=np.uint8)
        self._value, self._confidence, self._size = (np.zeros(rows, dtype=np.float32) for _ in range(3))
        self._stance = np.zeros((rows, assets), dtype=np.float32)
        self._reason = np.zeros((rows, REASONS), dtype=np.float32)
        self._published = np.zeros(rows, dtype=np.int32)
        self._signals: list[Signals] = []
        self._orders: list[tuple[int, int, int, int]] = []
        self._equity = view.books.equity[cohort.desk] / CENTS
        self._price = view.observation.prices / self._world.units.price

    def take(self, row: int, action: object) -> str | None:
        """Take an action in; what is wrong with it, in words, or None."""
        if not isinstance(action, Action):
            return f"decide returned {type(action).__name__}; return an Action"
        return self._take_words(row, action) or self._take_orders(row, action.orders) or self._take_signals(row, action.signals)

    def _take_words(self, row: int, action: Action) -> str | None:
        role = self._cohort.user_role
        if action.action not in role.actions:
            return f"no action '{action.action}'; {did_you_mean(action.action, role.actions)}"
        for name, number in action.reasoning.items():
            if name not in role.reasoning:
                return f"'{name}' is not among the role's reasoning = {list(role.reasoning)}"
            self._reason[row, role.reasoning.index(name)] = number
        for symbol, stance in action.stance.items():
            if symbol not in self._world.symbols:
                return f"no symbol '{symbol}'; {did_you_mean(symbol, self._world.symbols)}"
            self._stance[row, self._world.symbols.index(symbol)] = stance
        self._action[row] = role.actions.index(action.action)
        self._value[row], self._confidence[row] = action.value, np.clip(action.confidence, 0, 1)
        if not (np.isfinite(self._reason[row]).all() and np.isfinite(self._stance[row]).all() and np.isfinite(self._value[row])):
            return "value, reasoning and stance must be finite numbers"
        return None

    def _take_orders(self, row: int, orders: object) -> str | None:
        for order in orders:  # type: ignore[attr-defined]
            if not isinstance(order, Order) or order.symbol not in self._world.symbols or not np.isfinite(order.quantity):
                return f"{order!r} is not an Order of a finite quantity of {', '.join(self._world.symbols)}"
            asset = self._world.symbols.index(order.symbol)
            self._size[row] += abs(order.quantity) * self._price[asset] / max(self._equity[row], 1)
            quantity = int(to_quantity(order.quantity, self._world.units.quantity[asset]))
            self._orders.append((int(self._cohort.agent[row]), int(self._cohort.desk[row]), asset, quantity))
        return None

    def _take_signals(self, row: int, signals: object) -> str | None:
        for tell in signals:  # type: ignore[attr-defined]
            if not isinstance(tell, Tell):
                return f"{tell!r} is not a Tell"
            if tell.kind not in SIGNAL_KINDS:
                return f"no kind of signal '{tell.kind}'; {did_you_mean(tell.kind, SIGNAL_KINDS)}"
            if not 0 <= tell.confidence <= 1 or tell.severity not in list(Severity):
                return f"a signal's confidence is 0 to 1 and its severity 0 to 3, not {tell.confidence} and {tell.severity}"
            audience = self._world.audience(*tell.to)
            if audience:
                self._signals.append(self._signal(row, tell, audience))
                self._published[row] += 1
        return None

    def _signal(self, row: int, tell: Tell, audience: int) -> Signals:
        data = [float(tell.data.get(symbol, 0.0)) for symbol in self._world.symbols]
        return Signals(
            source=self._cohort.agent[row : row + 1],
            desk=self._cohort.desk[row : row + 1],
            kind=np.array([SIGNAL_KINDS.index(tell.kind)], dtype=np.uint8),
            severity=np.array([tell.severity], dtype=np.uint8),
            confidence=np.array([tell.confidence], dtype=np.float32),
            data=np.array([data], dtype=np.float32),
            audience=np.array([audience], dtype=np.uint32),
        )

    def choice(self, parent: I32, parent_step: I32, signal: I64) -> Choice:
        """All of it as columns."""
        orders = np.array(self._orders, dtype=np.int64).reshape(-1, 4)
        return Choice(
            action=self._action,
            value=self._value,
            confidence=self._confidence,
            size=np.minimum(self._size, 1),
            stance=self._stance,
            explored=np.zeros(self._cohort.rows, dtype=np.bool_),
            published=self._published,
            reason=self._reason,
            parent=parent,
            parent_step=parent_step,
            signal=signal,
            signals=Signals.concatenate(self._signals) if self._signals else Signals.empty(self._world.assets),
            orders=Orders(orders[:, 0].astype(np.int32), orders[:, 1].astype(np.int32), orders[:, 2].astype(np.int32), orders[:, 3]),
            charge=np.full(self._cohort.rows, self._cohort.cost, dtype=np.int64),
        )
