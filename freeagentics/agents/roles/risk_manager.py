"""The risk manager: how much the desk may hold, and when it must hold nothing."""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from freeagentics import kernels
from freeagentics.agents.cohort import Cohort
from freeagentics.agents.context import CohortContext
from freeagentics.agents.decision import CAUSES, Decisions
from freeagentics.agents.emitter import LastSent
from freeagentics.agents.experience import RISK, running_volatility
from freeagentics.agents.ranges import PositiveSpan
from freeagentics.agents.signal_kinds import SignalKind
from freeagentics.agents.view import View
from freeagentics.arrays import F32, I32, I64, AnyArray, contiguous
from freeagentics.kernels import compiled
from freeagentics.market import Orders
from freeagentics.memory import Recalled
from freeagentics.randomness import uniform
from freeagentics.signals import Severity, Signals


class RiskManagerSettings(BaseModel):
    """The limits a risk manager keeps. Each agent draws its own caution: it multiplies every limit by a number from the range."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_exposure: float = Field(0.95, gt=0, le=1, description="Largest invested share of equity.")
    max_value_at_risk: float = Field(
        0.06, gt=0, le=1, description="Largest loss over the horizon, as a share of equity, exceeded with 5 %."
    )
    max_expected_shortfall: float = Field(
        0.09, gt=0, le=1, description="Largest mean loss over the horizon, as a share of equity, in the worst 5 % of cases."
    )
    max_drawdown: float = Field(0.2, gt=0, le=1, description="Fall from the high-water mark at which everything is vetoed.")
    high_water_halflife: int = Field(240, ge=1, description="Bars in which the high-water mark forgets half of a loss.")
    caution: PositiveSpan = Field((0.8, 1.2), description="Range of the multiplier of all limits.")
    refresh: int = Field(12, ge=1, description="Steps after which a standing limit is told again.")


class RiskManager(Cohort):
    """Keeps exposure, value-at-risk and drawdown within limits: sends LIMIT when the limit moved, VETO when drawdown went too far.

    The limit shrinks with drawdown, to half of itself where the veto comes. Value-at-risk and expected shortfall are those of the return
    over the horizon as the belief predicts it. A veto is lifted when drawdown is back below half of its limit; since the high-water mark
    fades, a desk in cash is not locked out for ever.
    """

    role = "risk-manager"
    compression = 0.3
    phase = 1
    decision_type = "RISK_ASSESSMENT"
    actions = ("wait", "tell-limit", "veto", "lift-veto")
    reasoning = ("limit", "value_at_risk", "drawdown", "expected_shortfall", "warned_volatility", "before_memories")
    heeds = (SignalKind.WHALE_ACTIVITY, SignalKind.TREND, SignalKind.VOLATILITY)
    Settings = RiskManagerSettings

    def __init__(self, number: int, rows: int, context: CohortContext, settings: RiskManagerSettings) -> None:
        super().__init__(number, rows, context, settings)
        self.caution = uniform(context.random("risk-manager/caution", number), *settings.caution, rows).astype(np.float32)
        self.high_water = np.zeros(rows, dtype=np.float64)
        self.vetoed = np.zeros(rows, dtype=np.bool_)
        self.last_sent = LastSent(rows, context.signal_ttl)

    def seat(self, rows: I64, agents: I32, numbers: I32, desks: I32, step: int) -> None:
        """Agents arrive: nothing vetoed, nothing told."""
        super().seat(rows, agents, numbers, desks, step)
        self.last_sent.forget(rows)
        self.high_water[rows], self.vetoed[rows] = 0, False

    def choose(self, view: View, states: F32, recalled: Recalled, focus: I64) -> Decisions:
        """The limit from risk, drawdown and memories; then what of it is worth telling."""
        before = self.vetoed.copy()
        limit, reason = self._limit(view, recalled)
        action, published, signals = self._emit_signals(view, limit, before)
        causes = tuple((kind, True) for kind in (SignalKind.VOLATILITY, SignalKind.WHALE_ACTIVITY, SignalKind.TREND))
        signal, parent, parent_step = self.heard.causes(causes, view.observation.timestamp, CAUSES)
        return Decisions(
            action=action,
            value=limit,
            confidence=1 - kernels.mean(self.belief.entropy),
            size=np.float32(1) - limit,
            # A low limit is a bet against a rise.
            stance=np.repeat(limit[:, None] - np.float32(0.5), self.context.assets, axis=1),
            explored=np.zeros(self.rows, dtype=np.bool_),
            published=published,
            reason=dict(zip(self.reasoning, reason, strict=True)),
            parent=parent,
            parent_step=parent_step,
            signal=signal,
            signals=signals,
            orders=Orders.empty(),
            charge=np.zeros(self.rows, dtype=np.int64),
        )

    def _limit(self, view: View, recalled: Recalled) -> tuple[F32, F32]:
        """The limit (rows,), and the numbers of reasoning that led there, (6, rows), in their order; vetoes and high-water marks follow.

        Losses are means over assets of value-at-risk and expected shortfall, times the volatility over the horizon and that which was
        warned of: assets are taken to fall together, or ten coins would look ten times safer than they are in a crash. With c for caution,
        the limit is c * min(largest exposure, allowed / loss) of each, times 1 - drawdown / (2 c * largest drawdown), at least one half,
        times what bad memories leave. The high-water mark h follows equity e as max(e, e + (h - e) * fade) (``c/limits.c``).
        """
        books, settings = view.books, self.settings
        warned = self.heard.latest(SignalKind.VOLATILITY, view.observation.timestamp)
        shift = self.recollection.add(view.observation.step, recalled, np.zeros(self.rows, dtype=np.float32))
        limit, reason = np.empty(self.rows, dtype=np.float32), np.empty((len(self.reasoning), self.rows), dtype=np.float32)
        compiled.limits_find(
            *self.belief.tail_risk(RISK),
            warned,
            running_volatility(view, self.context),
            self.caution,
            books.equity,
            contiguous(books.feature("exposure")),
            self.desk,
            shift,
            kernels.decay(settings.high_water_halflife),
            settings.max_exposure,
            settings.max_value_at_risk,
            settings.max_expected_shortfall,
            settings.max_drawdown,
            self.high_water,
            self.vetoed,
            limit,
            reason,
        )
        return limit, reason

    def _emit_signals(self, view: View, limit: F32, was_vetoed: np.ndarray) -> tuple[np.ndarray, I32, Signals]:
        emitter = self.emitter(view)
        certain = np.ones(self.rows, dtype=np.float32)
        turned = self.vetoed != was_vetoed
        limiting = self.last_sent.due(limit[:, None], 0.05, self.settings.refresh, view.observation)
        # A standing veto is told again with the limit, or it would lapse when its time to live is over.
        vetoing = turned | (self.vetoed & limiting)
        self.last_sent.record(limiting, limit[:, None], view.observation)
        assets = self.context.assets
        limits = emitter.emit(limiting, SignalKind.LIMIT, Severity.LOW, certain, np.repeat(limit[:, None], assets, axis=1))
        veto = np.repeat(self.vetoed[:, None].astype(np.float32), assets, axis=1)
        severity = np.where(self.vetoed, Severity.CRITICAL, Severity.MEDIUM)
        vetoes = emitter.emit(vetoing, SignalKind.VETO, severity, certain, veto)
        action = self.first_action(("veto", turned & self.vetoed), ("lift-veto", turned), ("tell-limit", limiting))
        return action, (limiting.astype(np.int32) + vetoing).astype(np.int32), Signals.concatenate([limits, vetoes])

    def traits(self) -> dict[str, AnyArray]:
        """The multiplier of its limits, beside what every role has."""
        return super().traits() | {"caution": self.caution}
