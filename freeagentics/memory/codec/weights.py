"""A role's trained codec as a file: what `freeagentics train` writes and ships, whole numbers and names in a NumPy archive, no pickle."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import F64, I32, I64, Mask
from freeagentics.errors import BadInput
from freeagentics.memory.features import FEATURES

FORMAT = 1
"""Version of the layout of the file."""

ONE = 256
"""Whole numbers stand for multiples of 1/256 of a standard deviation."""


@dataclass(frozen=True, slots=True, eq=False)
class CodecWeights:
    """Everything a `AutoregressiveCodec` needs. S columns of the observation, F features coded in a number of stages, K contexts a feature.

    Attributes:
        role: whose memories it codes. version: of the codec, which pages of codes carry.
        columns: names of the observation's columns that it is conditioned on, (S,).
        side_offset, side_scale: of those, (S,): whole numbers are (value - offset) * scale, rounded.
        center, scale: of all features, (48,): whole numbers are (value - center) * scale, rounded; 0 is a feature's most common value.
        step: distance of quantised values, in those whole numbers, (48,).
        grid: features whose quantised values are multiples of the step, (48,); the others' lie around what the nets expect.
        mirror: place among the columns of what shows each feature as it is, (48,); -1 where none does.
        order: the features that are coded, in the order of the code, (F,). Others are what is shown, or keep their most common value.
        stages: how many of them each stage holds, (stages,).
        inner, outer: weights of each stage's net, flat and one stage after the other; see `StageNet`.
        hidden: hidden units of a stage.
        spread_edge, spread_width, common_edge, common_width: where the contexts of each feature begin, and how wide they are, (F,).
        radius: largest quantised difference from what is expected that has a symbol, (F,).
        frequency: of all symbols, by feature and context, flat; each table sums to 4096.
        implied: features of these that need no symbol, since what is known before implies them, (F,).
        fine: frequency, of 4096, of memories in which no feature without a symbol has to be amended.
    """

    role: str
    version: int
    columns: tuple[str, ...]
    side_offset: F64
    side_scale: F64
    center: F64
    scale: F64
    step: I64
    grid: Mask
    mirror: I64
    order: I64
    stages: I64
    hidden: int
    inner: I32
    outer: I32
    spread_edge: I64
    spread_width: I64
    common_edge: I64
    common_width: I64
    radius: I64
    frequency: NDArray[np.uint16]
    implied: Mask
    fine: int

    @property
    def filled(self) -> I64:
        """Features that vary, in their order: those coded, and those shown."""
        return np.union1d(self.order, np.flatnonzero(self.mirror >= 0))

    def write(self, path: Path) -> None:
        """To a file."""
        arrays = {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}
        with path.open("wb") as file:
            np.savez_compressed(file, format=np.asarray(FORMAT), **arrays)  # type: ignore[arg-type]

    @classmethod
    def read(cls, path: Path) -> CodecWeights:
        """From a file. Raises BadInput for anything else."""
        try:
            with np.load(path, allow_pickle=False) as archive:
                if int(archive["format"]) != FORMAT:
                    raise BadInput(f"{path}: a trained codec of format {int(archive['format'])}; this version reads {FORMAT}")
                found = {field.name: archive[field.name] for field in fields(cls)}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise BadInput(f"{path}: not a trained codec, as `freeagentics train` writes them ({error})") from error
        if found["center"].shape != (len(FEATURES),):
            raise BadInput(f"{path}: a codec of {found['center'].size} features where experiences have {len(FEATURES)}")
        columns = tuple(found["columns"].tolist())
        plain = {name: found[name].item() for name in ("role", "version", "hidden", "fine")}
        return cls(**{**found, **plain, "columns": columns})
