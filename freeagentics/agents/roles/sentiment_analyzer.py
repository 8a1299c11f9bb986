"""The sentiment analyzer: what fear, greed and crowded positions say about the return to come."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from freeagentics.agents.emitter import severity_of
from freeagentics.agents.roles.forecaster import FORECASTER_REASONING, Forecaster
from freeagentics.agents.signal_kinds import SignalKind
from freeagentics.agents.view import View
from freeagentics.arrays import F32, I32, I64
from freeagentics.signals import Signals


class SentimentAnalyzer(Forecaster):
    """Watches sentiment and derivatives, and tells of a forecast that changed: of what they add to belief and price."""

    role = "sentiment-analyzer"
    compression = 0.4
    phase = 0
    decision_type = "SENTIMENT_ANALYSIS"
    actions = ("wait", "tell-sentiment")
    reasoning = FORECASTER_REASONING
    heeds_belief = False
    SOURCES = ("derivatives", "sentiment")

    @classmethod
    def watched(cls, sources: Iterable[str], team: Collection[str]) -> tuple[str, ...]:
        """Sources of sentiment."""
        return tuple(source for source in sources if source in cls.SOURCES)

    def emit_signals(self, view: View, expected: F32, focus: I64, confidence: F32) -> tuple[np.ndarray, I32, Signals]:
        """Tell the forecast where it moved by more than the threshold, and now and then while it stands."""
        telling = self.telling(view, expected)
        severity = severity_of(np.abs(expected))
        signals = self.emitter(view).emit(telling, SignalKind.SENTIMENT, severity, confidence, self.expected)
        return self.first_action(("tell-sentiment", telling)), telling.astype(np.int32), signals
