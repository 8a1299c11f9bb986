"""Spaces of Gymnasium for what desks see and do."""

from __future__ import annotations

import numpy as np
from gymnasium.spaces import Box

from freeagentics.env.episodes import Episodes


def seen_space(episodes: Episodes) -> Box:
    """Space of an observation: float32 (F,), in the bounds of its columns."""
    return Box(episodes.sight.low, episodes.sight.high, dtype=np.float32)


def weights_space(episodes: Episodes) -> Box:
    """Space of an action: weights of the assets in the desk's equity, float32 (assets,) from 0 to 1; above 1 together they are scaled."""
    return Box(0.0, 1.0, (len(episodes.symbols),), dtype=np.float32)
