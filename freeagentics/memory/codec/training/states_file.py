"""Files of states: an array of numpy's, or a table, of which every row is a state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from polars.exceptions import PolarsError

from freeagentics.arrays import F32
from freeagentics.errors import BadInput, did_you_mean

KINDS = (".npy", ".csv", ".parquet")


@dataclass(frozen=True, slots=True, eq=False)
class StatesFile:
    """States as a file has them.

    Attributes:
        columns: their names; numbers from 0 where the file has no names.
        states: (n, features).
    """

    columns: tuple[str, ...]
    states: F32


def read_states(path: Path, columns: Sequence[str] = ()) -> StatesFile:
    """States of a .npy, .csv or .parquet file.

    Args:
        path: of the file.
        columns: names of those to take, of a table; all by default.

    Raises:
        BadInput: a file that cannot be read, or of another kind; columns that it has not; anything that is not a finite number.
    """
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise BadInput(f"{path}: files of kind {path.suffix!r} are not read; give {', '.join(KINDS)}")
    try:
        found = _array(path, columns) if kind == ".npy" else _table(path, kind, columns)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror or error})") from error
    except (PolarsError, EOFError, ValueError) as error:
        raise BadInput(f"{path}: is not a readable {kind} file ({_first_line(error)})") from error
    bad = np.argwhere(~np.isfinite(found.states))
    if len(bad):
        row, column = bad[0]
        raise BadInput(
            f"{path}: row {row + 1}, column {found.columns[column]!r}: not a finite number of float32, one of {len(bad):,} such cells"
        )
    return found


def _array(path: Path, columns: Sequence[str]) -> StatesFile:
    if columns:
        raise BadInput(f"{path}: an array has no names of columns to choose by; give a .csv or .parquet file, or all of it")
    array = np.load(path, allow_pickle=False)
    if array.ndim != 2 or array.dtype.kind not in "fiub":
        raise BadInput(f"{path}: an array {array.shape} of {array.dtype}; numbers are needed, a row a state: (states, features)")
    with np.errstate(over="ignore"):
        return StatesFile(tuple(map(str, range(array.shape[1]))), array.astype(np.float32))


def _table(path: Path, kind: str, columns: Sequence[str]) -> StatesFile:
    frame = pl.read_parquet(path, glob=False) if kind == ".parquet" else pl.read_csv(path, infer_schema_length=None, glob=False)
    for name in columns:
        if name not in frame.columns:
            raise BadInput(f"{path}: no column '{name}'; {did_you_mean(name, frame.columns)}")
    frame = frame.select(columns) if columns else frame
    for name, dtype in frame.schema.items():
        if not (dtype.is_numeric() or dtype == pl.Boolean):
            raise BadInput(f"{path}: column '{name}' holds {dtype}, not numbers; name those to take with --columns, or leave it out")
    values = [frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy() for name in frame.columns]
    with np.errstate(over="ignore"):
        return StatesFile(tuple(frame.columns), np.array(values, dtype=np.float64).reshape(len(values), -1).T.astype(np.float32))


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
