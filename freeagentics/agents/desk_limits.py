"""Limits in force on desks, from the signals on record."""

from __future__ import annotations

import numpy as np

from freeagentics.agents.signal_kinds import SignalKind
from freeagentics.agents.signal_state import TAKEN, SignalState
from freeagentics.arrays import F32, AnyArray, Mask


class DeskLimits:
    """Follows the LIMIT and VETO signals of every desk, as its agents do.

    Attributes:
        limit: largest share of equity allowed, (desks,): 0 under a veto, NaN where neither limit nor veto is valid.
        vetoed: desks under a veto, (desks,).
    """

    def __init__(self, desks: int) -> None:
        self._heard = SignalState(desks, 1)
        self.limit: F32 = np.full(desks, np.nan, dtype=np.float32)
        self.vetoed: Mask = np.zeros(desks, dtype=np.bool_)

    def update(self, signals: AnyArray | None, step: int, now: int) -> None:
        """Take in the signals of a step as recorded, None where there are none; *now* is its market time, ms."""
        if signals is not None:
            limiting = signals[np.isin(signals["kind"], (SignalKind.LIMIT, SignalKind.VETO))]
            columns = {name: limiting[name] for name in ("kind", *TAKEN) if name in (limiting.dtype.names or ())}
            columns |= {"data": limiting["data"][:, :1], "step": np.full(len(limiting), step)}
            self._heard.take(limiting["desk"], columns, now)
        self.limit, self.vetoed = self._heard.limit(now, np.nan), self._heard.vetoed(now)
