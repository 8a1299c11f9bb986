"""Speaking of turbulence: whether a warning would be of use to others."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from freeagentics.arrays import F32
from freeagentics.mind import REGIMES, GenerativeModel, evaluate_policies


class Message(IntEnum):
    """Messages of a warning policy."""

    NOTHING = 0
    TURBULENCE = 1


_USEFUL = np.array([0.1, 0.1, 0.1, 0.9])
"""Chance that a warning is of use in a bull, bear, calm and turbulent market."""

_PREFERENCES = np.array([-1.5, 0.0, 1.0])
"""Of a warning wasted, none given, and one of use: a false alarm costs more than silence."""


class SignalPolicy:
    """A choice by expected free energy. Hidden: the regime, and what was said last. Seen: whether what was said was of use."""

    def __init__(self) -> None:
        regimes, words = len(REGIMES), len(Message)
        use = np.zeros((3, regimes, words))
        use[:, :, Message.NOTHING] = np.array([0, 1, 0])[:, None]
        use[:, :, Message.TURBULENCE] = np.stack([1 - _USEFUL, np.zeros(regimes), _USEFUL])
        transitions = np.zeros((regimes, words, regimes, words, words))
        for word in Message:
            transitions[:, word, :, :, word] = np.eye(regimes)[:, :, None]
        states = regimes * words
        self._model = GenerativeModel(
            A=[use.reshape(3, states)],
            B=transitions.reshape(states, states, words),
            C=[_PREFERENCES],
            D=np.full(states, 1 / states),
        )

    def message_probabilities(self, regimes: F32) -> F32:
        """Probability of each message, (rows, 2), given belief in regimes (rows, 4)."""
        belief = np.zeros((len(regimes), len(REGIMES), len(Message)), dtype=np.float32)
        belief[:, :, Message.NOTHING] = regimes
        return evaluate_policies(self._model, belief.reshape(len(regimes), -1))[0]
