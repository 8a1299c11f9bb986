"""A role of one's own: buys what rose for a day and a bit, within the risk manager's limit, sells when it turns or on a veto, and learns
from its memories to stand aside."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from freeagentics.agents.user_role import EXECUTING, Action, Feature, HeardNow, Order, Remembered, Seen, UserRole


class MomentumSettings(BaseModel):
    """Settings under [roles.momentum]; a scenario may give a range for a number, and each agent draws its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enter: float = Field(0.3, gt=0, lt=1, description="Trend from which it buys.")
    weight: float = Field(0.5, gt=0, le=1, description="Share of equity that it buys for.")


class Momentum(UserRole):
    """Rides trends with half of the desk's money."""

    name = "momentum"
    phase = EXECUTING
    actions = ("wait", "buy", "sell", "stand-aside")
    reasoning = ("trend", "vwap_gap", "what_memories_say", "trades")
    reads = ("price", "vwap")
    heeds = ("LIMIT", "VETO")
    features = (
        Feature("vwap.gap", -5, 5, meaning="close over the day's average price, in per cent"),
        Feature("held_for", 0, 63, bits=6, meaning="steps since it bought what it holds"),
    )
    state = ("limit", "vetoed", "bought", "trades")
    Settings = MomentumSettings

    def __init__(self) -> None:
        self.limit = 1.0
        self.vetoed = False
        self.bought = 0
        self.trades = 0

    def perceive(self, seen: Seen, signals: Sequence[HeardNow]) -> Mapping[str, float]:
        """Say how long it has held, which its memories are to know: the column is filled in for it."""
        return {"held_for": seen.step - self.bought if self.bought else 0}

    def decide(self, seen: Seen, signals: Sequence[HeardNow], memories: Sequence[Remembered]) -> Action:
        """Buy a trend that holds above the average price, as far as the risk manager allows it and unless memories warn."""
        symbol = next(iter(seen.prices))
        for signal in signals:
            if signal.kind == "VETO":
                self.vetoed = signal.data[symbol] > 0
            else:
                self.limit = signal.data[symbol]
        trend = seen.columns["price.trend"][symbol]
        gap = seen.columns["vwap.gap"][symbol] if "vwap.gap" in seen.columns else 0.0
        said = sum(memory.relevance * memory.result for memory in memories) / max(sum(memory.relevance for memory in memories), 1e-9)
        reasoning = {"trend": trend, "vwap_gap": gap, "what_memories_say": said, "trades": self.trades}

        held = seen.positions[symbol]
        if held and (self.vetoed or trend < 0):
            self.bought, self.trades = 0, self.trades + 1
            return Action("sell", orders=[Order(symbol, -held)], reasoning=reasoning, value=-held)
        if held or self.vetoed or trend < self.settings.enter or gap < 0:
            return Action("wait", reasoning=reasoning, stance={symbol: seen.weights[symbol]})
        if said < -1:
            return Action("stand-aside", reasoning=reasoning, confidence=min(1.0, -said / 2))
        self.bought, self.trades = seen.step, self.trades + 1
        weight = min(self.settings.weight, self.limit)
        quantity = weight * seen.equity / seen.prices[symbol]
        return Action("buy", orders=[Order(symbol, quantity)], reasoning=reasoning, stance={symbol: weight}, value=quantity)
