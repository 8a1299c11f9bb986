"""Widths of what nets are given: slices of a wider array would be taken without a word."""

from __future__ import annotations

from torch import Tensor


def checked_width(values: Tensor, width: int, what: str) -> Tensor:
    """Values (..., width) as they are. Raises ValueError where their last axis is of another width."""
    found = values.shape[-1] if values.ndim else 0
    if found != width:
        raise ValueError(f"{what}: {width} numbers each are needed, these have {found} (shape {tuple(values.shape)})")
    return values
