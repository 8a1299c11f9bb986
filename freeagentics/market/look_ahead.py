"""Look-ahead: what a source shows of a bar changes when later bars are known. It is looked for by computing again without them."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F32, F64, I64
from freeagentics.clock import iso
from freeagentics.market.bars import Bars
from freeagentics.randomness import generator
from freeagentics.user_code import Refused

RUN = 168
"""Cuts in a row, one bar apart: a source that peeks at the next bar every so many bars, or more often, is seen."""

RUN_END = 1024
"""First bars among which the run of cuts ends: short, so that a run of computations is quick, and beyond the windows of most sources."""

SPREAD = 16
"""Cuts spread over all bars, for what shows only where much is known."""

MOVES = 8
"""Cuts just before the largest moves, for a source that peeks only where there is something to see."""


def cuts(bars: Bars) -> list[int]:
    """Numbers of first bars that a source is computed on alone, rising; the last one is all of them."""
    count, least = len(bars), 2
    end = min(count - 1, RUN_END)
    spread = generator(0, "market/look-ahead").integers(least, max(count, least + 1), SPREAD)
    found = {*range(max(end - RUN + 1, least), end + 1), *spread.tolist(), *_largest_moves(bars.close).tolist(), count}
    return sorted(cut for cut in found if least <= cut <= count)


def refuse_changes(shown: F32, alone: F32, bars: Bars, columns: tuple[str, ...]) -> None:
    """Compare what a source shows, float32 (T, A, C), with what it shows on the first *n* bars alone, (n, A, C), bit by bit.

    Raises:
        Refused: they differ; names the first bar, symbol and column where they do.
    """
    known = shown[: len(alone)]
    differs = np.ascontiguousarray(known).view(np.uint32) != np.ascontiguousarray(alone).view(np.uint32)
    for row, asset, place in np.argwhere(differs)[:1].tolist():
        where = f"{columns[place]} of {bars.symbols[asset]} at bar {row} ({iso(int(bars.timestamps[row]))})"
        if len(alone) == len(shown):
            both = f"{known[row, asset, place]}, then {alone[row, asset, place]}"
            raise Refused(f"{where} is {both} when computed again; the same bars must give the same")
        both = f"{alone[row, asset, place]} by the first {len(alone)} bars, and {known[row, asset, place]} once later ones are known"
        raise Refused(f"looks ahead: {where} is {both}; row t may use what is known when bar t closes")


def _largest_moves(close: F64) -> I64:
    """Indexes of the bars whose returns are the largest for any asset (T, A), each in its own standard deviations."""
    moves = np.abs(np.diff(np.log(close), axis=0, prepend=np.log(close[:1])))
    return np.argsort((moves / np.maximum(moves.std(axis=0), 1e-12)).max(axis=1), kind="stable")[-MOVES:]
