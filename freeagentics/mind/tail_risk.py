"""Tails: value-at-risk and expected shortfall of a distribution that is tabulated at a few losses."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F32, I64

_LEAST = np.float32(1e-12)


def value_at_risk(at: F32, below: F32, probability: float) -> F32:
    """The loss that is exceeded with *probability*: minus the quantile.

    Args:
        at: returns in rising order, (K,).
        below: probability of less, (..., K).

    Returns:
        Losses (...). Between two points the log of the probability is taken to be linear, as it nearly is in a tail.
    """
    logs = np.log(np.maximum(below, _LEAST))
    place, share = _between(logs, np.float32(np.log(probability)))
    return -(at[place - 1] + share * (at[place] - at[place - 1]))


def expected_shortfall(at: F32, below: F32, probability: float) -> F32:
    """The mean loss where value-at-risk is exceeded: (1 / p) times the integral of the loss quantile over the tail (Acerbi & Tasche, 2002).

    It is value-at-risk plus the area under the distribution left of it, over *probability*. Arguments and shape as in `value_at_risk`.
    """
    clipped = np.maximum(below, _LEAST)
    place, _ = _between(np.log(clipped), np.float32(np.log(probability)))
    areas = np.diff(at) * _log_mean(clipped[..., :-1], clipped[..., 1:])
    whole = np.concatenate([np.zeros((*below.shape[:-1], 1), np.float32), areas.cumsum(axis=-1)], axis=-1)
    at_risk = value_at_risk(at, below, probability)
    left = np.take_along_axis(clipped, place[..., None] - 1, axis=-1)[..., 0]
    rest = (-at_risk - at[place - 1]) * _log_mean(left, np.full_like(left, probability))
    return at_risk + (np.take_along_axis(whole, place[..., None] - 1, axis=-1)[..., 0] + rest) / np.float32(probability)


def _between(logs: F32, wanted: np.float32) -> tuple[I64, F32]:
    """The first point at or above what is wanted, from the second on, and how far from the point before it that lies, within 0..1."""
    place = np.clip((logs < wanted).sum(axis=-1), 1, logs.shape[-1] - 1)
    left, right = (np.take_along_axis(logs, (place - back)[..., None], axis=-1)[..., 0] for back in (1, 0))
    return place, np.clip((wanted - left) / np.maximum(right - left, _LEAST), 0, 1)


def _log_mean(left: F32, right: F32) -> F32:
    """Mean of an exponential between its values at both ends."""
    ratio = np.log(right / left)
    flat = np.abs(ratio) < 1e-4
    return np.where(flat, (left + right) / 2, (right - left) / np.where(flat, 1, ratio))
