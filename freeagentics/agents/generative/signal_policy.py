"""Speaking: whether a forecast, or a warning, would be of use to others."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from freeagentics.agents.generative import forecasts
from freeagentics.arrays import F32, I64
from freeagentics.mind import REGIMES, GenerativeModel, evaluate_policies, infer_states


class Message(IntEnum):
    """What one may say."""

    NOTHING = 0
    TREND = 1
    TURBULENCE = 2


_USEFUL = np.array(
    [  # bull, bear, calm, turbulent
        [0.0, 0.0, 0.0, 0.0],
        [0.8, 0.8, 0.2, 0.5],
        [0.1, 0.1, 0.1, 0.9],
    ]
)
"""Chance that a word is of use, by what is said and the regime: a trend is news in a bull or bear market, a warning in a turbulent one."""

_PREFERENCES = np.array([-1.5, 0.0, 1.0])
"""Of a word wasted, none said, and one of use: a false alarm costs more than silence."""


class SignalPolicy:
    """Hidden: the regime, and what was said last. Seen: one's own forecast, as evidence; and whether what was said was of use."""

    def __init__(self) -> None:
        regimes, words = len(REGIMES), len(Message)
        use = np.zeros((3, regimes, words))
        use[2] = _USEFUL.T
        use[0] = 1 - _USEFUL.T
        use[:, :, Message.NOTHING] = np.array([0, 1, 0])[:, None]
        transitions = np.zeros((regimes, words, regimes, words, words))
        for word in Message:
            transitions[:, word, :, :, word] = np.eye(regimes)[:, :, None]
        forecast = np.repeat(forecasts.BY_REGIME[:, :, None], words, axis=2)
        states = regimes * words
        self._model = GenerativeModel(
            A=[forecast.reshape(3, states), use.reshape(3, states)],
            B=transitions.reshape(states, states, words),
            C=[np.zeros(3), _PREFERENCES],
            D=np.full(states, 1 / states),
        )

    def choose(self, regimes: F32, forecast: I64, words: tuple[Message, ...]) -> F32:
        """How probable each word is, (rows, 3), given belief in regimes (rows, 4) and one's forecast (rows,) as a category.

        Only *words*, and silence, may be chosen."""
        rows = len(regimes)
        prior = np.zeros((rows, len(REGIMES), len(Message)), dtype=np.float32)
        prior[:, :, Message.NOTHING] = regimes
        seen = np.full((rows, 2), -1)
        seen[:, 0] = forecast
        belief = infer_states(self._model, seen, prior.reshape(rows, -1))
        allowed = np.full(len(Message), -np.inf, dtype=np.float32)
        allowed[[Message.NOTHING, *words]] = 0
        chosen, _ = evaluate_policies(self._model, belief, log_prior=allowed)
        return chosen
