"""The state of one agent: its row in its cohort's arrays, taken out of them and put into them.

What is taken does not depend on the row, nor on the step: rings are turned so that their newest entry is last, beliefs stand on the whole
grid, the history is that of one agent. So states of two steps can be compared, and one of an earlier step can be put in place of a later
one: its rings then count from there, and what it names by step (memories, signals heard) is as much older as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from freeagentics.agents.user_state import pack, unpack
from freeagentics.arrays import I64, U8, AnyArray
from freeagentics.mind import CohortHistory
from freeagentics.mind.grid import DRIFTS, VOLATILITIES

Arrays = Mapping[str, AnyArray]

SEAT = ("agent", "number_in_role", "desk", "joined", "peers")
"""Arrays that say who sits in a row, and are no part of its agent's state."""

SHARED = (
    "covariance",
    "last_price",
    "readings.directions",
    "sequences.index.move",
    "sequences.index.result",
    "sequences.usual",
    "recollection.fit.effects.fresh",
    "recollection.fit.fitted",
)
"""Arrays that all rows share."""

RINGS = ("stance", "focus", "said", "recent", "read", "trend")
"""Last names of rings over steps: (steps, rows, ...), where every other array has its rows first."""

CELLS, RECORDS, USER_STATE = "belief.cells", "history.records", "user_state"
"""What stands for the arrays of beliefs, histories and users' roles, which hold rows in a form of their own."""

_BELIEF = ("belief.block", "belief.low", "belief.box")
_HISTORY, _INDEX = "history.", "index."


def row_axis(name: str) -> int | None:
    """The axis of a cohort's array along which its rows lie; None where they share it, or hold it in another form."""
    if name in SHARED or name in _BELIEF or name == USER_STATE or (name.startswith(_HISTORY) and name != "history.since"):
        return None
    return 1 if name.rpartition(".")[2] in RINGS else 0


def take_row(arrays: Arrays, row: int, step: int, history: int) -> dict[str, AnyArray]:
    """The state of one agent.

    Args:
        arrays: of its cohort, as a checkpoint of the end of *step* has them.
        row: its row.
        step: of the checkpoint.
        history: records that an agent's history holds at most.
    """
    rows = {name: arrays[name].take([row], row_axis(name)).squeeze(row_axis(name)) for name in _of_rows(arrays)}
    taken = {name: _in_order(name, mine, -(step + 1)) for name, mine in rows.items()}
    taken[CELLS] = _cells(arrays)[row]
    taken[RECORDS] = _history(arrays, history).recent(row, history)
    if USER_STATE in arrays:
        taken[USER_STATE] = pack([unpack(arrays[USER_STATE])[row]])
    return taken


def put_row(arrays: Arrays, row: int, step: int, history: int, state: Arrays) -> dict[str, AnyArray]:
    """Copies of a cohort's arrays at the end of *step* in which one row has this *state*, and every other row its own.

    The agent counts as having arrived at *step*: it does not remember the decisions that are still pending there, so their outcomes are
    not its to learn from.

    Raises:
        ValueError: the state is of an agent of another role or scenario.
    """
    put = {name: array.copy() for name, array in arrays.items()}
    expected = {*_of_rows(arrays), CELLS, RECORDS, *({USER_STATE} & arrays.keys())}
    if expected != set(state):
        raise ValueError(f"the state of another role: it differs in {', '.join(sorted(expected ^ set(state)))}")
    for name in _of_rows(arrays):
        place = np.moveaxis(put[name], row_axis(name) or 0, 0)[row : row + 1]
        if place.shape[1:] != state[name].shape or place.dtype != state[name].dtype:
            raise ValueError(f"{name}: {state[name].dtype}{state[name].shape} is not {place.dtype}{place.shape[1:]}")
        place[0] = _in_order(name, state[name], step + 1)
    put["joined"][row] = step
    put |= _with_cells(put, row, state[CELLS])
    put |= _with_records(put, row, history, state[RECORDS])
    if USER_STATE in arrays:
        values = unpack(arrays[USER_STATE])
        (values[row],) = unpack(state[USER_STATE])
        put[USER_STATE] = pack(values)
    return put


def _of_rows(arrays: Arrays) -> list[str]:
    return [name for name in arrays if row_axis(name) is not None and name not in SEAT and not name.startswith(_HISTORY)]


def _in_order(name: str, row: AnyArray, turns: int) -> AnyArray:
    """A row's array with its ring turned; the recall index has one in the first half of its slots."""
    if name.rpartition(".")[2] in RINGS:
        return np.roll(row, turns, axis=0)
    if name.startswith(_INDEX):
        ring = len(row) // 2
        return np.concatenate([np.roll(row[:ring], turns, axis=0), row[ring:]])
    return row


def _cells(arrays: Arrays) -> AnyArray:
    """Beliefs on the whole grid, (rows, assets, drifts, volatilities)."""
    block, (drift, volatility) = arrays["belief.block"], arrays["belief.low"].tolist()
    rows, assets = arrays["belief.entropy"].shape
    cells = np.zeros((rows, assets, DRIFTS, VOLATILITIES), dtype=block.dtype)
    _, drifts, volatilities = block.shape
    cells[:, :, drift : drift + drifts, volatility : volatility + volatilities] = block.reshape(rows, assets, drifts, volatilities)
    return cells


def _with_cells(arrays: Arrays, row: int, cells: AnyArray) -> dict[str, AnyArray]:
    """The arrays of beliefs, with a row's belief in *cells* (assets, drifts, volatilities)."""
    whole = _cells(arrays)
    if whole[row].shape != cells.shape:
        raise ValueError(f"{CELLS}: {cells.shape} is not {whole[row].shape}")
    whole[row] = cells
    block, low = arrays["belief.block"], arrays["belief.low"]
    mine = _bounds(cells)
    held = _wider(mine, np.stack([low, low + block.shape[1:] - 1], axis=1).ravel())
    kept = whole.reshape(-1, DRIFTS, VOLATILITIES)[:, held[0] : held[1] + 1, held[2] : held[3] + 1]
    found = (np.ascontiguousarray(kept), held[::2].copy(), _wider(mine, arrays["belief.box"]))
    return dict(zip(_BELIEF, found, strict=True))


def _bounds(cells: AnyArray) -> I64:
    """First and last drift, first and last volatility that a belief holds possible."""
    _, drift, volatility = np.nonzero(cells)
    return np.array([drift.min(), drift.max(), volatility.min(), volatility.max()], dtype=np.int64)


def _wider(one: I64, other: I64) -> I64:
    """The bounds that hold both."""
    return np.where([True, False, True, False], np.minimum(one, other), np.maximum(one, other)).astype(np.int64)


def _history(arrays: Arrays, records: int) -> CohortHistory:
    state = {name.removeprefix(_HISTORY): array for name, array in arrays.items() if name.startswith(_HISTORY)}
    _, rows, width = state["open"].shape
    history = CohortHistory(rows, records, width)
    history.load(state)
    return history


def _with_records(arrays: Arrays, row: int, records: int, mine: U8) -> dict[str, AnyArray]:
    history = _history(arrays, records)
    history.replace(row, mine)
    return {f"{_HISTORY}{name}": array for name, array in history.state().items()}
