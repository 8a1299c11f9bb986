"""The actions of a user's agents, gathered into the columns that a cohort returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from freeagentics.agents.decision import Decisions
from freeagentics.agents.returned import FAR, LARGEST, each, number, numbers, word
from freeagentics.agents.signal_kinds import SHARES, SIGNAL_KINDS
from freeagentics.agents.user_role import Action, Order, Tell
from freeagentics.agents.view import View
from freeagentics.arrays import I32, I64
from freeagentics.errors import BadInput
from freeagentics.market import CENTS, Orders, to_price, to_quantity
from freeagentics.signals import Severity, Signals
from freeagentics.user_code import Refused, shown

if TYPE_CHECKING:
    from freeagentics.agents.user_cohort import UserCohort


LONGEST = 1_000_000
"""Bars that an order may stand for."""


class ActionCollector:
    """Collects one action a row, and checks it."""

    def __init__(self, cohort: UserCohort, view: View) -> None:
        rows, assets = cohort.rows, cohort.context.assets
        self._cohort = cohort
        self._context = cohort.context
        self._action = np.zeros(rows, dtype=np.uint8)
        self._value, self._confidence, self._size = (np.zeros(rows, dtype=np.float32) for _ in range(3))
        self._stance = np.zeros((rows, assets), dtype=np.float32)
        self._reason = {name: np.zeros(rows, dtype=np.float32) for name in cohort.reasoning}
        self._published = np.zeros(rows, dtype=np.int32)
        self._signals: list[Signals] = []
        self._orders: list[tuple[int, int, int, int, int, int]] = []
        self._expires = view.observation.timestamp + self._context.signal_ttl
        self._equity = (view.books.equity[cohort.desk] / CENTS).tolist()
        self._price = (view.observation.prices / self._context.units.price).tolist()

    def take(self, row: int, action: object) -> None:
        """Take an action in. Raises Refused."""
        if not isinstance(action, Action):
            raise Refused(f"decide returned {shown(action)}; it must return an Action")
        role, symbols = self._cohort.user_role, self._context.symbols
        self._action[row] = word(action.action, "action", role.actions)
        self._value[row] = number(action.value, "value")
        self._confidence[row] = number(action.confidence, "confidence", 0, 1)
        for place, reason in numbers(action.reasoning, "reasoning", role.reasoning, -LARGEST, LARGEST):
            self._reason[role.reasoning[place]][row] = reason
        for asset, stance in numbers(action.stance, "stance", symbols, -FAR, FAR):
            self._stance[row, asset] = stance
        for name, symbol in each(action.cancels, "cancels", str):
            self._queue(row, word(symbol, name, symbols), 0, ttl=0)
        for name, order in each(action.orders, "orders", Order):
            self._order(row, name, order)
        for name, tell in each(action.signals, "signals", Tell):
            self._tell(row, name, tell)

    def _order(self, row: int, name: str, order: Order) -> None:
        asset = word(order.symbol, f"{name}.symbol", self._context.symbols)
        quantity = number(order.quantity, f"{name}.quantity")
        self._size[row] += min(abs(quantity) * self._price[asset] / max(self._equity[row], 1), 1)
        limit, ttl = 0, number(order.ttl, f"{name}.ttl", 1, LONGEST)
        if ttl != int(ttl):
            raise Refused(f"{name}.ttl is {shown(order.ttl)}; it must be a whole number of bars")
        if order.limit is not None:
            limit = self._limit(number(order.limit, f"{name}.limit"), f"{name}.limit", asset)
        self._queue(row, asset, int(to_quantity(quantity, self._context.units.quantity[asset])), limit, int(ttl))

    def _limit(self, price: float, name: str, asset: int) -> int:
        try:
            return int(to_price(price, float(self._context.units.price[asset])))
        except BadInput as error:
            raise Refused(f"{name}: {error}") from error

    def _queue(self, row: int, asset: int, units: int, limit: int = 0, ttl: int = 1) -> None:
        self._orders.append((int(self._cohort.agent[row]), int(self._cohort.desk[row]), asset, units, limit, ttl))

    def _tell(self, row: int, name: str, tell: Tell) -> None:
        kind = word(tell.kind, f"{name}.kind", SIGNAL_KINDS)
        severity = number(tell.severity, f"{name}.severity", 0, max(Severity))
        if severity not in list(Severity):
            raise Refused(f"{name}.severity is {shown(tell.severity)}; it must be 0, 1, 2 or 3")
        data = np.zeros((1, self._context.assets), dtype=np.float32)
        low, high = (0.0, 1.0) if kind in SHARES else (-FAR, FAR)
        for asset, value in numbers(tell.data, f"{name}.data", self._context.symbols, low, high):
            data[0, asset] = value
        confidence = number(tell.confidence, f"{name}.confidence", 0, 1)
        audience = self._context.heeding(kind) if tell.to is None else self._audience(tell.to, f"{name}.to")
        if not audience:
            return
        self._published[row] += 1
        self._signals.append(
            Signals(
                source=self._cohort.agent[row : row + 1],
                desk=self._cohort.desk[row : row + 1],
                kind=np.array([kind], dtype=np.uint8),
                severity=np.array([severity], dtype=np.uint8),
                confidence=np.array([confidence], dtype=np.float32),
                data=data,
                audience=np.array([audience], dtype=np.uint32),
                expires=np.array([self._expires], dtype=np.int64),
            )
        )

    def _audience(self, to: Sequence[str], name: str) -> int:
        """Bits of the roles it goes to. One that is known and has no agent on this desk falls away."""
        roles = [role for _, role in each(to, name, str)]
        for place, role in enumerate(roles):
            word(role, name, self._context.known_roles)
            if role in roles[:place]:
                raise Refused(f"{name} names {shown(role)} twice; name each role once")
        if not roles:
            raise Refused(f"{name} is empty; name the roles that it is for, or leave it out to tell whoever heeds the kind")
        return self._context.audience(*roles)

    def decisions(self, parent: I32, parent_step: I32, signal: I64) -> Decisions:
        """All of it as columns."""
        agent, desk, asset, quantity, limit, ttl = np.array(self._orders, dtype=np.int64).reshape(-1, 6).T
        return Decisions(
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
            signals=Signals.concatenate(self._signals) if self._signals else Signals.empty(self._context.assets),
            orders=Orders(agent.astype(np.int32), desk.astype(np.int32), asset.astype(np.int32), quantity, limit, ttl),
            charge=np.full(self._cohort.rows, self._cohort.cost, dtype=np.int64),
        )
