"""Devices that torch can compute on."""

from __future__ import annotations

import torch

from freeagentics.errors import BadInput


def check_device(name: str) -> None:
    """Raises BadInput where torch has no such device here."""
    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError) as error:
        raise BadInput(f"no device '{name}' here: {str(error).splitlines()[0]}") from error
