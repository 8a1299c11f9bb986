"""The truth of a synthetic market: what was planted where. For tests and reports, never for agents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import F64, I64, Mask


@dataclass(frozen=True, slots=True, eq=False)
class Pumps:
    """Every bar at which a pump's conditions held and none was under way; n of them, by asset and bar for each planted rule in turn.

    Attributes:
        bar: int64 (n,), index of the bar at whose close they held.
        asset: int64 (n,).
        pumped: bool (n,), whether it came.
        rise: float64 (n,), by how much, as a simple return; 0 where it did not come.
        bars: int64 (n,), over how many bars after `bar`; 0 where it did not come.
    """

    bar: I64
    asset: I64
    pumped: Mask
    rise: F64
    bars: I64

    def __len__(self) -> int:
        return len(self.bar)


@dataclass(frozen=True, slots=True, eq=False)
class Echoes:
    """Every motif of a planted `Echo` that was complete; n of them, by asset and bar for each planted rule in turn.

    Attributes:
        bar: int64 (n,), index of the bar at whose close it was complete.
        asset: int64 (n,).
        motif: int64 (n,), which of the motifs of all rules it was.
        rise: float64 (n,), the simple return that follows, below zero for a fall.
        bars: int64 (n,), over how many bars after `bar`.
    """

    bar: I64
    asset: I64
    motif: I64
    rise: F64
    bars: I64

    def __len__(self) -> int:
        return len(self.bar)


@dataclass(frozen=True, slots=True, eq=False)
class Returns:
    """Every stay of a regime of a planted `RegimeReturn` whose opening was complete; n of them, by bar for each planted rule in turn.

    Attributes:
        bar: int64 (n,), index of the first bar in which prices drift; its opening ended with the one before.
        regime: int64 (n,), which of the regimes of all rules it was.
        drift: float64 (n,), simple return per bar.
        bars: int64 (n,), how many they drift.
    """

    bar: I64
    regime: I64
    drift: F64
    bars: I64

    def __len__(self) -> int:
        return len(self.bar)


@dataclass(frozen=True, slots=True, eq=False)
class GroundTruth:
    """The hidden facts of a synthetic market.

    Attributes:
        regime: int8 (T,), index into `REGIMES`.
        volatility: float64 (T, A), standard deviation of each bar's return, without what is planted.
        drift: float64 (T, A), log return that is planted in each bar.
        pumps: of all planted pumps.
        echoes: of all planted echoes.
        returns: of all regimes planted to return.
    """

    regime: NDArray[np.int8]
    volatility: F64
    drift: F64
    pumps: Pumps
    echoes: Echoes
    returns: Returns
