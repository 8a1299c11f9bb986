"""The signal board: what agents tell each other, and where."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from freeagentics.signals.batch import Signals
from freeagentics.signals.checks import check_signals
from freeagentics.signals.column_buffer import Columns
from freeagentics.signals.deliveries import NOT_YET, Deliveries, Status
from freeagentics.signals.directory import Directory
from freeagentics.signals.inbox import BROADCAST_ROW, NO_DELIVERY, Inbox
from freeagentics.signals.live import LiveSignals
from freeagentics.signals.signal_table import SignalTable

MAX_KINDS = 256


class Board:
    """Signals between agents, double-buffered: what is published in a phase can be read from the next one on.

    Signals are numbered in the order they are published, without gaps over the whole run. A signal is no longer read once market time
    reaches its `expires`. A signal to a role reaches the agents of that role who live on the source's desk when the phase ends, each with
    a status of its own. A broadcast is read once by each cohort and has no status; who joins a cohort that has read it does not see it.
    Nobody receives their own.

    Args:
        kinds: names of the kinds of signal; a signal carries the index.
        directory: who sits where; the board asks it and never changes it.
        assets: numbers that each signal carries.

    Raises:
        ValueError: *kinds* is empty or longer than 256.
    """

    def __init__(self, kinds: tuple[str, ...], directory: Directory, *, assets: int) -> None:
        if not 1 <= len(kinds) <= MAX_KINDS:
            raise ValueError(f"board: {len(kinds)} kinds, there must be 1 to {MAX_KINDS}")
        self.kinds = kinds
        self.directory = directory
        self.assets = assets
        self._signals = LiveSignals(assets)
        self._deliveries = Deliveries(directory)
        self._read_watermark: dict[int, int] = {}
        none = np.zeros(0, np.int64)
        empty = self._signals.shown(none)
        self._nothing = Inbox(row=none.astype(np.int32), number=none, delivery=none, age_ms=none, read_watermark=0, **empty)

    @property
    def live(self) -> int:
        """Number of visible signals that have not been forgotten."""
        return self._signals.visible - self._signals.first

    @property
    def published(self) -> int:
        """Number of signals that ever became visible, which is the number that the next one gets."""
        return self._signals.visible

    def publish(self, signals: Signals, *, step: int, timestamp: int) -> None:
        """Puts signals where nobody sees them until the phase ends; *timestamp* is market time, ms.

        Raises:
            ValueError: a signal is wrong (the row is named), or *timestamp* lies before that of an earlier signal.
        """
        if not len(signals) and signals.data.shape[1] == self.assets:
            return
        check_signals(signals, self.directory, kinds=len(self.kinds), assets=self.assets, timestamp=timestamp)
        self._signals.append(signals, step, timestamp)

    def deliver(self) -> None:
        """Ends a phase: what was published in it becomes visible to those it is meant for."""
        fresh = self._signals.show()
        if not fresh.size:
            return
        source, desk, audience = (self._signals.at(name, fresh) for name in ("source", "desk", "audience"))
        numbers, targets = [], []
        for role in range(len(self.directory.roles)):
            addressed = (audience & np.uint32(1 << role)).nonzero()[0]
            if not addressed.size:
                continue
            agents, which = self.directory.members(role, desk[addressed])
            told = addressed[which]
            others = agents != source[told]
            numbers.append(fresh[told[others]])
            targets.append(agents[others])
        if numbers:
            self._deliveries.add(np.concatenate(numbers), np.concatenate(targets))

    def inbox(self, cohort: int, now: int) -> Inbox:
        """The signals that the cohort may read at market time *now* and has not processed: a pure read, the same when asked twice."""
        told = self._deliveries.pending(cohort)
        start = self._read_watermark.get(cohort, 0)
        broadcast = self._signals.broadcasts(start) if start < self._signals.visible else told[:0]
        if not told.size and not broadcast.size:
            if self._nothing.read_watermark != self._signals.visible:
                self._nothing = replace(self._nothing, read_watermark=self._signals.visible)
            return self._nothing
        seat = self.directory.row[self._deliveries.at("target", told)]
        number = np.concatenate([broadcast, self._deliveries.at("signal", told)])
        row = np.concatenate([np.full(len(broadcast), BROADCAST_ROW, np.int32), seat])
        delivery = np.concatenate([np.full(len(broadcast), NO_DELIVERY), told])
        order = np.lexsort((number, row))
        order = order[self._signals.at("expires", number[order]) > now]
        number = number[order]
        return Inbox(
            row=row[order],
            number=number,
            delivery=delivery[order],
            age_ms=now - self._signals.at("timestamp", number),
            read_watermark=self._signals.visible,
            **self._signals.shown(number),
        )

    def process(self, inbox: Inbox, cohort: int, *, step: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Marks what a cohort read as processed by its agents' decisions of *step*, broadcasts as read.

        Returns:
            number (m,) int64 and target (m,) int32 of the deliveries that were marked, by (number, target). One that was marked before
            keeps its step and is not returned again.

        Raises:
            ValueError: *inbox* is that of another cohort.
        """
        self._read_watermark[cohort] = max(inbox.read_watermark, self._read_watermark.get(cohort, 0))
        marked = inbox.delivery[inbox.delivery != NO_DELIVERY]
        if not marked.size:
            return self._nothing.number, self._nothing.row
        marked = self._deliveries.mark(np.sort(marked), cohort, step)
        return self._deliveries.at("signal", marked), self._deliveries.at("target", marked)

    def expire(self, now: int) -> None:
        """Forgets the visible signals that have expired, and their deliveries; call it once a step."""
        self._signals.forget(now)
        self._deliveries.forget(self._signals.first)

    def query(self, *, now: int, target: int | None = None, kind: int | None = None, status: Status | None = None) -> SignalTable:
        """Visible signals that have not expired: all of them, or those that agent *target* was told, its own excluded.

        Args:
            now: market time, ms.
            target: index of an agent; nothing that was told only to others is listed.
            kind: only this kind.
            status: only what *target* has in this status.

        Raises:
            ValueError: there is no such agent or kind, or *status* is asked of no target.
        """
        self._check_query(target, kind, status)
        number, progress, processed_step = self._told(target)
        keep = self._signals.at("expires", number) > now
        if kind is not None:
            keep &= self._signals.at("kind", number) == kind
        if status is not None:
            keep &= progress == status
        number = number[keep]
        return SignalTable(
            number=number,
            timestamp=self._signals.at("timestamp", number),
            status=progress[keep],
            processed_step=processed_step[keep],
            **self._signals.shown(number),
        )

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything but the directory, as arrays: a board that loads it goes on exactly as this one does.

        Raises:
            RuntimeError: a phase is open.
        """
        self._check_closed("saved")
        read_watermark = np.array(sorted(self._read_watermark.items()), np.int64).reshape(-1, 2)
        return {**self._signals.state(), **self._deliveries.state(), "read_watermark": read_watermark}

    def load(self, state: Columns) -> None:
        """Becomes what `state` returned; the directory must be that of the same moment already.

        Raises:
            RuntimeError: a phase is open.
            ValueError: the state is that of a board over another number of assets.
        """
        self._check_closed("replaced")
        self._signals.load(state)
        self._deliveries.load(state)
        self._read_watermark = dict(state["read_watermark"].tolist())

    def _told(self, target: int | None) -> tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.int32]]:
        """Number, status and processed step of all that an agent was told, or of all that was said, by number."""
        if target is None:
            delivery, untracked = np.zeros(0, np.int64), self._signals.numbers()
        else:
            delivery, untracked = self._deliveries.to(target), self._signals.broadcasts(0)
            untracked = untracked[self._signals.at("source", untracked) != target]
        number = np.concatenate([self._deliveries.at("signal", delivery), untracked])
        status = np.concatenate([self._deliveries.at("status", delivery), np.full(len(untracked), Status.UNTRACKED, np.uint8)])
        processed_step = np.concatenate([self._deliveries.at("processed_step", delivery), np.full(len(untracked), NOT_YET, np.int32)])
        order = np.argsort(number)
        return number[order], status[order], processed_step[order]

    def _check_query(self, target: int | None, kind: int | None, status: Status | None) -> None:
        if target is None and status is not None:
            raise ValueError("board: a status is that of a target; name the target too")
        if target is not None and not 0 <= target < len(self.directory):
            raise ValueError(f"board: no agent {target}, agents are 0..{len(self.directory) - 1}")
        if kind is not None and not 0 <= kind < len(self.kinds):
            raise ValueError(f"board: no kind {kind}, kinds are 0..{len(self.kinds) - 1} ({', '.join(self.kinds)})")

    def _check_closed(self, verb: str) -> None:
        if self._signals.hidden:
            raise RuntimeError(
                f"board: {self._signals.hidden} signals of an open phase are not visible yet; call deliver() before it is {verb}"
            )
