"""The market hunter: which sources to pay for, what they say, and whom to tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from freeagentics import kernels
from freeagentics.agents.context import CohortContext
from freeagentics.agents.emitter import LastSent, severity_of
from freeagentics.agents.roles.forecaster import FORECASTER_REASONING, Forecaster, ForecasterSettings
from freeagentics.agents.roles.sentiment_analyzer import SentimentAnalyzer
from freeagentics.agents.signal_kinds import SignalKind
from freeagentics.agents.signal_policy import Message, SignalPolicy
from freeagentics.agents.view import View
from freeagentics.arrays import F32, I32, I64
from freeagentics.mind import TURBULENT
from freeagentics.signals import Severity, Signals

WHALES_THAT_MATTER = 5
WARNING = SignalPolicy()


class MarketHunter(Forecaster):
    """Hunts in all sources. Tells of large orders, of a forecast that changed, and of a market turning turbulent."""

    role = "market-hunter"
    phase = 0
    decision_type = "SOURCE_SELECTION"
    actions = ("wait", "tell-trend", "tell-whales", "tell-volatility")
    reasoning = FORECASTER_REASONING

    def __init__(self, number: int, rows: int, context: CohortContext, settings: ForecasterSettings) -> None:
        super().__init__(number, rows, context, settings)
        self.last_turbulence = LastSent(rows, context.signal_ttl)

    @classmethod
    def watched(cls, sources: Iterable[str], team: Collection[str]) -> tuple[str, ...]:
        """All, but what an analyzer on the desk watches: a desk need not pay twice."""
        left_to_others = SentimentAnalyzer.SOURCES if SentimentAnalyzer.role in team else ()
        return tuple(source for source in sources if source not in left_to_others)

    def _credence(self, source: str) -> F32:
        """Credence of a source's words, (rows,)."""
        if source not in self._names:
            return np.zeros(self.rows, dtype=np.float32)
        first = 1 + 2 * self._names.index(source)
        return self.faculties.credence[:, first : first + 2].max(axis=1)

    def seat(self, rows: I64, agents: I32, numbers: I32, desks: I32, step: int) -> None:
        """Agents arrive, with nothing learned and nothing told."""
        super().seat(rows, agents, numbers, desks, step)
        self.last_turbulence.forget(rows)

    def emit_signals(self, view: View, expected: F32, focus: I64, confidence: F32) -> tuple[np.ndarray, I32, Signals]:
        """Whales first, then the trend, then turbulence; the action names the first of them."""
        context, observation, rows = self.context, view.observation, np.arange(self.rows)
        slot = observation.step % len(self.readings.read)
        emitter = self.emitter(view)

        count = context.column(observation, "whales.count")
        seen = self._read(slot, "whales") & (count.max() >= WHALES_THAT_MATTER)
        signed = np.where(count >= WHALES_THAT_MATTER, count, 0) * np.sign(context.column(observation, "price.trend"))
        told = np.repeat(signed[None], self.rows, axis=0)
        whales = emitter.emit(seen, SignalKind.WHALE_ACTIVITY, Severity.HIGH, self._credence("whales"), told)

        trending = self.telling(view, expected)
        severity = severity_of(np.abs(expected))
        trend = emitter.emit(trending, SignalKind.TREND, severity, confidence, self.expected)

        turbulence = kernels.mean(self.belief.regimes[:, :, TURBULENT])
        self.last_turbulence.value[turbulence < 0.3] = 0
        probability = WARNING.message_probabilities(self.belief.regimes[rows, focus])
        alarming = probability[:, Message.TURBULENCE] > probability[:, Message.NOTHING]
        turning = alarming & self.last_turbulence.due(turbulence[:, None], 0.3, 2 * self.settings.refresh, observation)
        self.last_turbulence.record(turning, turbulence[:, None], observation)
        ratio = np.repeat(context.column(observation, "price.volatility_ratio")[None], self.rows, axis=0)
        volatility = emitter.emit(turning, SignalKind.VOLATILITY, Severity.MEDIUM, turbulence, ratio)

        action = self.first_action(("tell-whales", seen), ("tell-trend", trending), ("tell-volatility", turning))
        published = (seen.astype(np.int32) + trending + turning).astype(np.int32)
        return action, published, Signals.concatenate([whales, trend, volatility])
