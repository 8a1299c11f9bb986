"""Deliveries: which agent was told which signal, and whether it has acted on it."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from freeagentics.signals.column_buffer import ColumnBuffer, Columns
from freeagentics.signals.directory import Directory

NOT_YET = -1
"""The processed step of a delivery that nobody has acted on."""


class Status(IntEnum):
    """Status of a delivery."""

    PENDING = 0
    PROCESSED = 1
    UNTRACKED = 2
    """A broadcast, or a signal that was asked for without a target: there is no status to tell."""


class Deliveries:
    """One row for each named target of each signal, ordered by (signal number, target) and numbered like the signals, without gaps.

    Those still pending are also kept by the target's cohort, as chunks of ascending delivery numbers: a cohort that reads costs what is new
    to it, however many there are.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._rows = ColumnBuffer(
            {
                "signal": np.zeros(0, np.int64),
                "target": np.zeros(0, np.int32),
                "status": np.zeros(0, np.uint8),
                "processed_step": np.zeros(0, np.int32),
            }
        )
        self._pending: dict[int, list[NDArray[np.int64]]] = {}

    def add(self, signal: NDArray[np.int64], target: NDArray[np.int32]) -> None:
        """Adds pending deliveries of signals (m,) that are all newer than those here to living targets (m,)."""
        order = np.lexsort((target, signal))
        first = self._rows.next
        fresh = {"status": np.full(len(order), Status.PENDING), "processed_step": np.full(len(order), NOT_YET)}
        self._rows.append(fresh | {"signal": signal[order], "target": target[order]})
        self._bucket(np.arange(first, self._rows.next))

    def pending(self, cohort: int) -> NDArray[np.int64]:
        """Numbers of the pending deliveries to the cohort's living agents, ascending."""
        chunks = [chunk for chunk in self._pending.get(cohort, ()) if chunk.size]
        if not chunks:
            return np.zeros(0, np.int64)
        numbers = self._unforgotten(np.concatenate(chunks))
        alive: NDArray[np.bool_] = self._directory.alive[self._rows.at("target", numbers)]
        return numbers[alive]

    def at(self, name: str, numbers: NDArray[np.int64]) -> NDArray[Any]:
        """One column (``signal``, ``target``, ``status``, ``processed_step``) of the deliveries with these numbers."""
        return self._rows.at(name, numbers)

    def to(self, target: int) -> NDArray[np.int64]:
        """Numbers of all deliveries to one agent, ascending."""
        return np.flatnonzero(self._rows.column("target") == target) + self._rows.first

    def mark(self, numbers: NDArray[np.int64], cohort: int, step: int) -> NDArray[np.int64]:
        """Marks deliveries to a cohort as processed in *step* and returns those that were still pending and so were marked.

        Raises:
            ValueError: a delivery is to another cohort.
        """
        numbers = self._unforgotten(numbers)
        mismatched = (self._directory.cohort[self.at("target", numbers)] != cohort).nonzero()[0]
        if mismatched.size:
            raise ValueError(f"deliveries: delivery {numbers[mismatched[0]]} is not to an agent of cohort {cohort}")
        numbers = numbers[self.at("status", numbers) == Status.PENDING]
        self._rows.put("status", numbers, Status.PROCESSED)
        self._rows.put("processed_step", numbers, step)
        left = self.pending(cohort)
        self._pending[cohort] = [left[self.at("status", left) == Status.PENDING]]
        return numbers

    def forget(self, signals_before: int) -> None:
        """Drops the deliveries of signals numbered below *signals_before*."""
        self._rows.forget(self._rows.first + int(np.searchsorted(self._rows.column("signal"), signals_before)))
        for cohort, chunks in self._pending.items():
            self._pending[cohort] = [chunk for chunk in chunks if chunk.size and chunk[-1] >= self._rows.first]

    def state(self) -> dict[str, NDArray[Any]]:
        """All deliveries, as arrays."""
        return self._rows.state("delivery")

    def load(self, state: Columns) -> None:
        """Becomes what `state` returned, with the directory of that moment."""
        self._rows.load("delivery", state)
        self._pending.clear()
        self._bucket((self._rows.column("status") == Status.PENDING).nonzero()[0] + self._rows.first)

    def _unforgotten(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        return numbers[numbers >= self._rows.first]

    def _bucket(self, numbers: NDArray[np.int64]) -> None:
        """Hands pending deliveries to their targets' cohorts."""
        cohort = self._directory.cohort[self.at("target", numbers)]
        order = np.argsort(cohort, kind="stable")
        cohorts, starts = np.unique(cohort[order], return_index=True)
        for name, chunk in zip(cohorts.tolist(), np.split(numbers[order], starts[1:]), strict=False):
            self._pending.setdefault(name, []).append(chunk)
