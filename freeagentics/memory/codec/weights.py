"""Weights of a role's codec as a file, which `freeagentics train` writes: integers and names in a NumPy archive, no pickle."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from freeagentics.arrays import F32, F64, I32, I64, Mask
from freeagentics.errors import BadInput
from freeagentics.memory.codec.weights_check import wrong_with
from freeagentics.memory.features import HIGH, LOW

FORMAT = 1
"""Version of the layout of the file."""

_STORED = {"on_lattice": "grid", "copied_from": "mirror", "max_quantum": "radius", "deterministic": "implied", "p_no_escape": "fine"}
"""Names in files of format 1, where fields have others."""


@dataclass(frozen=True, slots=True, eq=False)
class CodecWeights:
    """Weights of an `AutoregressiveCodec`: S columns of side information, F features coded in a number of stages, K contexts a feature.

    Attributes:
        role: of the agents whose memories are coded.
        version: of the codec, which pages of codes carry.
        columns: names of the side information, (S,).
        side_offset: of side information, (S,); fixed-point numbers are (value - offset) * scale, rounded.
        side_scale: of side information, (S,).
        center: of all features, (48,), their most common value; fixed-point numbers are (value - center) * scale, rounded.
        scale: of all features, (48,).
        step: distance of quantised values, in fixed-point numbers, (48,).
        on_lattice: True for features whose quantised values are multiples of the step, (48,); others are quantised around their prediction.
        copied_from: place among the columns of each feature that is a copy of one, (48,); -1 for others.
        order: features with a prediction, in the order of the code, (F,). Others are copied, or keep their most common value.
        stages: number of features of each stage, (stages,).
        hidden: hidden units of a stage.
        inner: weights of each stage's net, which has one hidden layer of rectified units beside a linear part; flat, one stage after the
            other. Of a stage of k features behind i, (S + i + 1, hidden + 3 k), the last row a bias.
        outer: weights of each stage's net from its hidden units, alike, (hidden, 3 k).
        spread_edge: where the contexts by spread of each feature begin, (F,).
        spread_width: width of each of those contexts, (F,).
        common_edge: where the contexts by odds of the most common value begin, (F,).
        common_width: width of each of those contexts, (F,).
        max_quantum: largest quantised difference from the prediction that has a symbol, (F,).
        frequency: of all symbols, by feature and context, flat; each table sums to 4096.
        deterministic: True for features of `order` that are taken to be as predicted, and have no symbol, (F,).
        p_no_escape: frequency, of 4096, of memories in which all uncoded features are as decoded.
    """

    role: str
    version: int
    columns: tuple[str, ...]
    side_offset: F64
    side_scale: F64
    center: F64
    scale: F64
    step: I64
    on_lattice: Mask
    copied_from: I64
    order: I64
    stages: I64
    hidden: int
    inner: I32
    outer: I32
    spread_edge: I64
    spread_width: I64
    common_edge: I64
    common_width: I64
    max_quantum: I64
    frequency: NDArray[np.uint16]
    deterministic: Mask
    p_no_escape: int

    @property
    def filled(self) -> I64:
        """Features that vary, in their order: those predicted, and those copied."""
        return np.union1d(self.order, np.flatnonzero(self.copied_from >= 0))

    def vectors(self, fixed: F64) -> F32:
        """Feature vectors (n, 48) of fixed-point numbers (n, 48), inside their ranges."""
        return np.clip(fixed / self.scale + self.center, LOW, HIGH).astype(np.float32)

    def write(self, path: Path) -> None:
        """Write to a file."""
        arrays = {_STORED.get(field.name, field.name): np.asarray(getattr(self, field.name)) for field in fields(self)}
        with path.open("wb") as file:
            np.savez_compressed(file, format=np.asarray(FORMAT), **arrays)  # type: ignore[arg-type]

    @classmethod
    def read(cls, path: Path) -> CodecWeights:
        """Read from a file. Raises BadInput for anything else, and for weights that no codec can have."""
        try:
            with np.load(path, allow_pickle=False) as archive:
                if int(archive["format"]) != FORMAT:
                    raise BadInput(f"{path}: a trained codec of format {int(archive['format'])}; this version reads {FORMAT}")
                found = {field.name: archive[_STORED.get(field.name, field.name)] for field in fields(cls)}
            numbers = {name: int(found[name].item()) for name in ("version", "hidden", "p_no_escape")}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise BadInput(f"{path}: not a trained codec, as `freeagentics train` writes them ({error})") from error
        names = {"role": str(found["role"]), "columns": tuple(found["columns"].astype(str).ravel().tolist())}
        weights = cls(**{**found, **numbers, **names})
        if wrong := wrong_with(weights):
            raise BadInput(f"{path}: not a trained codec: {wrong}")
        return weights
