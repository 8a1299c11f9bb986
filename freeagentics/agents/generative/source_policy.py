"""The policy that chooses sources, by what they would tell of the regime and their value so far."""

from __future__ import annotations

import numpy as np

from freeagentics.agents.generative import forecasts
from freeagentics.arrays import F32, Mask
from freeagentics.mind import REGIMES, GenerativeModel, evaluate_policies

SKIP, READ = range(2)
PRICE_OF_CURIOSITY = 0.07
"""Nats that a reading must promise to be worth a fee by itself: what it does promise where all regimes are about as likely."""
HABIT = 100.0
"""Log-odds per unit of learned value: a fiftieth of a squared standard deviation, saved or wasted, settles the matter."""


class SourcePolicy:
    """Choice of sources, each a sensor that can be left off.

    Hidden: the regime, and whether one looks. Seen: a direction, which is nothing where one does not look, and the fee. What a look would
    tell is the epistemic value of the policy; the value of earlier looks is a habit.
    """

    def __init__(self) -> None:
        regimes = len(REGIMES)
        direction = np.zeros((3, regimes, 2))
        direction[forecasts.NONE, :, SKIP] = 1
        direction[:, :, READ] = forecasts.BY_REGIME
        fee = np.zeros((2, regimes, 2))
        fee[SKIP, :, SKIP] = fee[READ, :, READ] = 1
        stays = np.eye(regimes)
        transitions = np.zeros((regimes, 2, regimes, 2, 2))
        for action in (SKIP, READ):
            transitions[:, action, :, :, action] = stays[:, :, None]
        self._model = GenerativeModel(
            A=[direction.reshape(3, -1), fee.reshape(2, -1)],
            B=transitions.reshape(2 * regimes, 2 * regimes, 2),
            C=[np.zeros(3), np.array([0, -PRICE_OF_CURIOSITY])],
            D=np.full(2 * regimes, 1 / (2 * regimes)),
        )

    def wanted(self, regimes: F32, value: F32) -> Mask:
        """Sources to read (rows, sources), under a belief in regimes (rows, 4) and the learned value of each source (rows, sources)."""
        rows, sources = value.shape
        belief = np.repeat(_not_looking(regimes), sources, axis=0)
        habit = np.zeros((rows * sources, 2), dtype=np.float32)
        habit[:, READ] = np.clip(HABIT * value, -50, 50).ravel()
        chosen, _ = evaluate_policies(self._model, belief, log_prior=habit)
        return (chosen[:, READ] > chosen[:, SKIP]).reshape(rows, sources)


def _not_looking(regimes: F32) -> F32:
    states = np.zeros((*regimes.shape, 2), dtype=np.float32)
    states[:, :, SKIP] = regimes
    return states.reshape(len(regimes), -1)
