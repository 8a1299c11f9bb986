"""Planned events, as a scenario file writes them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field


class Planned(BaseModel):
    """Common base of events.

    Attributes:
        in_auctions: whether only a market whose prices are made by those who trade can have it. Where they trade on a book, its phases are
            what auctions are elsewhere.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    in_auctions: ClassVar[bool] = False

    kind: str
    at: int = Field(ge=1, description="Step whose bar it begins in.")
    symbols: tuple[str, ...] = Field(default=(), description="Assets that it is about; empty for all.")

    @property
    def last(self) -> int:
        """The last step that it lasts through."""
        return self.at

    @property
    def text(self) -> str:
        """Say in words what happens."""
        raise NotImplementedError


class Lasting(Planned):
    """Common base of events that last some bars."""

    bars: int = Field(default=1, ge=1, le=100_000, description="Bars that it lasts.")

    @property
    def last(self) -> int:
        """The last step that it lasts through."""
        return self.at + self.bars - 1

    @property
    def duration(self) -> str:
        """Say how long."""
        return f"{self.bars} bar{'s' * (self.bars > 1)}"


class LargeOrder(Planned):
    """Common base of orders of outsiders."""

    in_auctions = True

    side: Literal["buy", "sell"] = Field(default="sell", description="Whether it is bought or sold.")
    size: float = Field(gt=0, le=1000, description="Size, in what the crowd usually trades in a bar (`turnover` of the market).")


class ValueShock(Planned):
    """A change of the value that traders believe in, at once and for good."""

    in_auctions = True

    kind: Literal["value-shock"] = Field(default="value-shock", description="Which event this is.")
    change: float = Field(gt=-0.95, lt=10, description="Change of the value, as a share.")

    @property
    def text(self) -> str:
        """Say in words what happens."""
        return f"the value changes by {self.change:+.1%}"


class Metaorder(LargeOrder, Lasting):
    """A large order of an outsider, worked evenly over the auctions of some bars, at any price. What an auction does not fill is asked for
    again in the next, and an auction that is not held does not count: it goes on until all is filled."""

    kind: Literal["metaorder"] = Field(default="metaorder", description="Which event this is.")

    @property
    def text(self) -> str:
        """Say in words what happens."""
        return f"an outsider {self.side}s {self.size:g} bars' usual turnover over {self.duration}"


class FatFinger(LargeOrder):
    """An order that is far too large, at any price, in the first auction of a bar; what that does not fill is withdrawn."""

    kind: Literal["fat-finger"] = Field(default="fat-finger", description="Which event this is.")

    @property
    def text(self) -> str:
        """Say in words what happens."""
        return f"by mistake an outsider {self.side}s {self.size:g} bars' usual turnover in one auction"


class Halt(Lasting):
    """Nothing is traded: orders of desks for these bars lapse."""

    kind: Literal["halt"] = Field(default="halt", description="Which event this is.")

    @property
    def text(self) -> str:
        """Say in words what happens."""
        return f"trading halts for {self.duration}"


class CircuitBreaker(Planned):
    """A rule, from a step on: where a price has moved by *move* over the last *within* auctions, the next *halt* ones of that asset are not
    held. The move is counted anew from there on."""

    in_auctions = True

    kind: Literal["circuit-breaker"] = Field(default="circuit-breaker", description="Which event this is.")
    at: int = Field(default=1, ge=1, description="Step from whose bar on it is in force.")
    move: float = Field(default=0.05, gt=0, lt=0.95, description="Move of a price, as a share, that halts trading.")
    within: int = Field(default=8, ge=1, le=600, description="Auctions that the move is counted over.")
    halt: int = Field(default=8, ge=1, le=100_000, description="Auctions that are not held then.")

    @property
    def text(self) -> str:
        """Say in words what happens."""
        return f"a move of {self.move:.1%} within {self.within} auctions halts trading for {self.halt}"


class Rumour(Planned):
    """A false signal on the board, broadcast to all desks in the name of the first agent."""

    kind: Literal["rumour"] = Field(default="rumour", description="Which event this is.")
    signal: Literal["trend", "sentiment", "whale-activity", "volatility"] = Field(default="trend", description="Kind of the signal.")
    value: float = Field(ge=-1000, le=1000, description="Number that it gives for each asset, in the unit of its kind.")
    confidence: float = Field(default=0.9, ge=0, le=1, description="Confidence that it is said with.")

    @property
    def text(self) -> str:
        """Say in words what happens."""
        return f"a rumour: {self.signal} {self.value:+g}"


class DarkSource(Lasting):
    """A source shows nothing: zeros, as for all that is not known. Who reads it pays as ever."""

    kind: Literal["dark-source"] = Field(default="dark-source", description="Which event this is.")
    source: str = Field(description="Name of the source; not price.")

    @property
    def text(self) -> str:
        """Say in words what happens."""
        return f"the source {self.source} is dark for {self.duration}"


Event = Annotated[
    ValueShock | Metaorder | FatFinger | Halt | CircuitBreaker | Rumour | DarkSource,
    Field(discriminator="kind"),
]
