"""The series of a run: what its charts show of every step, in pieces that follow each other."""

from __future__ import annotations

import numpy as np

from freeagentics.agents import SIGNAL_KINDS, SignalKind
from freeagentics.agents.desk_limits import DeskLimits
from freeagentics.arrays import F32, AnyArray
from freeagentics.journal import Kind
from freeagentics.market import BROKER, CENTS, BookSource
from freeagentics.records.event_texts import event_texts
from freeagentics.visualization.plain import plain
from freeagentics.visualization.run_view import RunView

MOST_LINES = 30
"""Desks whose equity is sent, evenly spread over all: more lines than that are a smear."""

MOST_MARKS = 40
"""Marks of fills that a step has at most: of many desks those that traded most, each side of each asset being one mark."""

CRASH = 4.0
"""Standard deviations of the bars before, so many of which a bar has to lose to be marked as a crash."""

CALM_BARS = 100
"""Bars that this standard deviation is taken over."""


class Series:
    """Reads a run forwards, a piece at a time.

    Attributes:
        step: the last step that was read.
    """

    def __init__(self, view: RunView) -> None:
        self._view = view
        self._limits = DeskLimits(view.desks)
        self._equity: list[F32] = []
        self._exposure: list[F32] = []
        self._limit: list[F32] = []
        self._basket: list[float] = []
        self.step = 0
        every = -(-view.desks // MOST_LINES)
        self.sampled = np.arange(0, view.desks, every)

    def piece(self, longest: int) -> dict[str, object] | None:
        """The next steps on record, at most *longest* of them, as columns; None where there are no more."""
        first, last = self.step + 1, min(self.step + longest, self._view.last)
        if last < first:
            return None
        figures = self._pages(Kind.FIGURES, first, last)
        signals = self._by_step(Kind.SIGNALS, first, last)
        rows = np.concatenate(figures)
        self._accounts(first, last, signals, rows["timestamp"])
        piece = {
            "first": first,
            "last": last,
            "time": rows["timestamp"].tolist(),
            **self._observed(first, last),
            "basket": plain(rows["basket"]),
            "equity": plain(rows["equity"]),
            "exposure": plain(rows["exposure"]),
            "traded": plain(rows["traded"]),
            "costs": plain(rows["costs"]),
            "signals": self._counts(signals, first, last),
            "fills": self._fills(first, last),
            "vetoes": [int((page["kind"] == SignalKind.VETO).sum()) if page is not None else 0 for page in _each(signals, first, last)],
            "crash": self._crashes(rows["basket"]),
            "events": self._events(first, last),
            **self._desks(first, last),
        }
        self.step = last
        return piece

    def desk(self, desk: int, first: int = 1) -> dict[str, object]:
        """Equity in USD, exposure and limit of one desk, from a step on."""
        return {
            name: plain(np.array([row[desk] for row in rows[first - 1 :]], dtype=np.float32))
            for name, rows in (("equity", self._equity), ("exposure", self._exposure), ("limit", self._limit))
        }

    def returns(self, step: int) -> F32:
        """Return of each desk from the beginning to the close of a step that was read, (D,)."""
        return self._equity[step - 1] / np.float32(self._view.scenario.market.cash) - 1

    def _pages(self, kind: Kind, first: int, last: int) -> list[AnyArray]:
        return [records for _, _, records in self._view.journal.scan(kind, first=first, last=last)]

    def _by_step(self, kind: Kind, first: int, last: int) -> dict[int, AnyArray]:
        return {step: records for step, _, records in self._view.journal.scan(kind, first=first, last=last)}

    def _accounts(self, first: int, last: int, signals: dict[int, AnyArray], time: AnyArray) -> None:
        for step, records in zip(range(first, last + 1), self._pages(Kind.ACCOUNTS, first, last), strict=True):
            equity = records["equity"]
            self._limits.update(signals.get(step), step, int(time[step - first]))
            self._equity.append((equity / CENTS).astype(np.float32))
            self._exposure.append(((equity - records["cash"]) / np.maximum(equity, 1)).astype(np.float32))
            self._limit.append(self._limits.limit.astype(np.float32))

    def _observed(self, first: int, last: int) -> dict[str, object]:
        """Prices of each asset, and what the source `book` shows of its order book: nothing where it shows none."""
        names, pages = self._view.names, np.stack(self._pages(Kind.OBSERVATION, first, last))
        shown = set(BookSource.columns) <= set(names.columns)
        places = [names.columns.index(name) for name in BookSource.columns] if shown else []
        depth = pages["values"].transpose(1, 2, 0)[:, places]
        return {
            "price": [plain(column) for column in (pages["price"] / names.units.price).T],
            "depth": [[plain(column) for column in asset] for asset in depth],
        }

    def _counts(self, signals: dict[int, AnyArray], first: int, last: int) -> list[list[int]]:
        counts = np.zeros((last - first + 1, len(SIGNAL_KINDS)), dtype=np.int64)
        for step, records in signals.items():
            counts[step - first] = np.bincount(records["kind"], minlength=len(SIGNAL_KINDS))
        return counts.T.tolist()

    def _fills(self, first: int, last: int) -> list[list[object]]:
        marks: list[list[object]] = []
        for step, records in self._by_step(Kind.FILLS, first, last).items():
            marks += self._marks(step, records)
        return marks

    def _marks(self, step: int, records: AnyArray) -> list[list[object]]:
        """Fills of a step as marks: step, asset, price, signed value in USD, how many, and who traded most; -1 where all are a broker's."""
        side, found = np.sign(records["quantity"]), []
        for asset in np.unique(records["asset"]).tolist():
            for sign in (1, -1):
                mine = records[(records["asset"] == asset) & (side == sign)]
                if len(mine):
                    most = mine[np.argmax(np.where(mine["agent"] < 0, -1, mine["notional"]))]
                    price = float(most["price"] / self._view.names.units.price[asset])
                    found.append([step, asset, price, sign * float(mine["notional"].sum() / CENTS), len(mine), max(int(most["agent"]), -1)])
        return sorted(found, key=lambda mark: -abs(mark[3]))[:MOST_MARKS]

    def _events(self, first: int, last: int) -> list[list[object]]:
        """Events that were on, in words: a step and a text each."""
        view = self._view
        steps = sorted({*self._by_step(Kind.EVENTS, first, last), *self._called(first, last)})
        return [[step, text] for step in steps for text in event_texts(view.journal, view.lineage, view.names, step)]

    def _called(self, first: int, last: int) -> list[int]:
        """Steps in which a broker closed positions."""
        fills = self._by_step(Kind.FILLS, first, last) if self._view.scenario.market.borrows else {}
        return [step for step, records in fills.items() if (records["agent"] == BROKER).any()]

    def _crashes(self, basket: AnyArray) -> list[int]:
        """Bars (n,) that lost more than `CRASH` standard deviations of those before: 1, else 0."""
        found = []
        for value in basket.tolist():
            self._basket.append(value)
            moves = np.diff(np.log(self._basket[-CALM_BARS - 1 :]))
            spread = float(moves[:-1].std()) if len(moves) > CALM_BARS // 4 else 0.0
            found.append(int(spread > 0 and moves[-1] < -CRASH * spread))
        return found

    def _desks(self, first: int, last: int) -> dict[str, object]:
        equity, limit = np.stack(self._equity[first - 1 : last]), np.stack(self._limit[first - 1 : last])
        there = np.isfinite(limit)
        mean = np.where(there, limit, 0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
        low, high = np.quantile(equity, (0.1, 0.9), axis=1)
        return {
            "low": plain(low),
            "high": plain(high),
            "limit": plain(np.where(there.any(axis=1), mean, np.nan)),
            "lines": plain(equity[:, self.sampled].T),
        }


def _each(pages: dict[int, AnyArray], first: int, last: int) -> list[AnyArray | None]:
    return [pages.get(step) for step in range(first, last + 1)]
