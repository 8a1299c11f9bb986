"""A slow order book, as its rules are told: what stands is a list, looked through from end to end for every message."""

from __future__ import annotations

from dataclasses import dataclass, field

from freeagentics.market import BookMessage, MessageKind, Outcome

Trade = tuple[int, int, int, int, int]
RESTING = (MessageKind.LIMIT, MessageKind.POST_ONLY)


@dataclass
class SlowBook:
    """Orders that stand, the oldest first: a message each, with what is left as its quantity."""

    ticks: int
    capacity: int
    standing: list[BookMessage] = field(default_factory=list)
    trades: list[Trade] = field(default_factory=list)
    now: int = 0

    def process(self, row: int, message: BookMessage) -> Outcome:
        """Let a message arrive as the *row*-th."""
        if message.kind is MessageKind.CLOCK:
            return self._tell(message.until)
        there = [order for order in self.standing if order.order == message.order]
        if message.kind in (MessageKind.CANCEL, MessageKind.REPLACE):
            if not there or there[0].owner != message.owner:
                return Outcome.REFUSED
            return self._cancel(there[0]) if message.kind is MessageKind.CANCEL else self._replace(row, there[0], message)
        late = message.until and message.until <= self.now
        return Outcome.REFUSED if there or late or not self._sound(message) else self._arrive(row, message)

    def _sound(self, message: BookMessage) -> bool:
        price = message.kind is MessageKind.MARKET or 0 <= message.price < self.ticks
        return price and 0 <= message.order < self.capacity and 0 < abs(message.quantity) <= 2**40

    def _tell(self, now: int) -> Outcome:
        if now < self.now:
            return Outcome.REFUSED
        self.now, self.standing = now, [order for order in self.standing if not order.until or order.until > now]
        return Outcome.GONE

    def _cancel(self, order: BookMessage) -> Outcome:
        self.standing.remove(order)
        return Outcome.GONE

    def _replace(self, row: int, order: BookMessage, message: BookMessage) -> Outcome:
        if not self._sound(message) or (order.quantity > 0) is not (message.quantity > 0):
            return Outcome.REFUSED
        anew = message._replace(kind=MessageKind.LIMIT, until=order.until)
        if message.price == order.price and abs(message.quantity) <= abs(order.quantity):
            self.standing[self.standing.index(order)] = anew
            return Outcome.STANDS
        self.standing.remove(order)
        return self._arrive(row, anew)

    def _met(self, message: BookMessage) -> list[BookMessage]:
        """Orders of the other side within the price of a message, in the order in which it meets them."""
        side = 1 if message.quantity > 0 else -1
        anything = message.kind is MessageKind.MARKET
        found = [o for o in self.standing if o.quantity * side < 0 and (anything or side * o.price <= side * message.price)]
        return sorted(found, key=lambda order: side * order.price)

    def _arrive(self, row: int, message: BookMessage) -> Outcome:
        met, side = self._met(message), 1 if message.quantity > 0 else -1
        others = sum(abs(order.quantity) for order in met if order.owner != message.owner)
        if (message.kind is MessageKind.POST_ONLY and met) or (message.kind is MessageKind.FILL_OR_KILL and others < abs(message.quantity)):
            return Outcome.REFUSED
        left = abs(message.quantity)
        for order in met:
            if left:
                traded = 0 if order.owner == message.owner else min(left, abs(order.quantity))
                left -= traded
                self._reduce(order, traded)
                if traded:
                    self.trades.append((row, message.order, order.order, order.price, side * traded))
        if left and message.kind in RESTING:
            self.standing.append(message._replace(quantity=side * left))
            return Outcome.STANDS
        return Outcome.GONE

    def _reduce(self, order: BookMessage, traded: int) -> None:
        """Take *traded* lots off an order, and the order where none are left, or where none were traded: it is one's own."""
        place, rest = self.standing.index(order), abs(order.quantity) - traded
        self.standing[place : place + 1] = [order._replace(quantity=rest if order.quantity > 0 else -rest)] if traded and rest else []

    def depth(self) -> tuple[list[list[int]], list[list[int]]]:
        """Lots at each price, bids and asks, the best first."""
        lots: dict[int, int] = {}
        for order in self.standing:
            lots[order.price] = lots.get(order.price, 0) + order.quantity
        bids = [[price, found] for price, found in sorted(lots.items(), reverse=True) if found > 0]
        return bids, [[price, -found] for price, found in sorted(lots.items()) if found < 0]
