"""Planted regularities: what there is to be learnt in a synthetic market, as a scenario file writes it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class WhalePump(BaseModel):
    """Many whales in a rising market lift the price.

    At the close of a bar with at least *whales* whales whose return over *trend_bars* bars is above zero, unless a pump is under way, the
    price rises with *probability* by *rise* in the mean (a simple return, on top of what it would have done), evenly over a number of
    bars drawn from *within*, both ends included.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["whale-pump"] = Field(default="whale-pump", description="Which regularity this is.")
    whales: int = Field(default=5, ge=1, description="Large orders in a bar from which it may begin.")
    trend_bars: int = Field(default=24, ge=1, description="Bars over which the price must have risen.")
    probability: float = Field(default=0.78, ge=0, le=1, description="Chance that it does begin.")
    rise: float = Field(default=0.032, gt=-0.5, lt=0.5, description="Mean rise of the price, as a share.")
    rise_sd: float = Field(default=0.008, ge=0, le=0.1, description="Standard deviation of the rise.")
    within: tuple[int, int] = Field(default=(4, 8), description="Fewest and most bars that the rise takes.")

    @model_validator(mode="after")
    def _within_rises(self) -> Self:
        if not 1 <= self.within[0] <= self.within[1]:
            raise ValueError("within must be two numbers of bars, the first at least 1 and not above the second")
        return self


class RegimeDrift(BaseModel):
    """Prices drift by a simple return of *bull* per bar in bull markets, of *bear* in bear markets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["regime-drift"] = Field(default="regime-drift", description="Which regularity this is.")
    bull: float = Field(default=0.0005, gt=-0.1, lt=0.1, description="Return per bar in bull markets.")
    bear: float = Field(default=-0.0005, gt=-0.1, lt=0.1, description="Return per bar in bear markets.")


class Crash(BaseModel):
    """At a bar counted from the market's first (the warm-up included) every price begins to fall by *fall* (a simple return, on top of
    what it would have done), evenly over *bars* bars; volatility is then *turbulence* times what it would have been, and the excess
    halves every 24 bars."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["crash"] = Field(default="crash", description="Which regularity this is.")
    bar: int = Field(default=500, ge=0, description="Bar at which the fall begins, counted from the first, warm-up included.")
    fall: float = Field(default=0.35, gt=0, lt=0.95, description="Share of the price that is lost.")
    bars: int = Field(default=12, ge=1, description="Bars that the fall takes.")
    turbulence: float = Field(default=3.0, ge=1, le=10, description="What volatility is multiplied by at the beginning of the fall.")


class Echo(BaseModel):
    """Rare paths of several bars, motifs, each of which comes back a few times with the same sequel.

    Motifs are drawn once, from a seed: a path of returns that sum to nothing, in standard deviations of the bars that it meets, on top of
    what these would have done; and the return that follows it, half of them rises. Each asset has its own occasions.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["echo"] = Field(default="echo", description="Which regularity this is.")
    motifs: int = Field(default=5, ge=1, le=64, description="How many different ones there are.")
    bars: tuple[int, int] = Field(default=(10, 14), description="Fewest and most bars of a motif.")
    size: float = Field(default=2.5, gt=0, le=8, description="Root mean square of a motif's returns, in standard deviations of a bar.")
    rise: float = Field(default=0.04, gt=0, lt=0.5, description="Size of the return that follows, as a share; half of them are falls.")
    within: int = Field(default=8, ge=1, description="Bars over which it comes.")
    seed: int | None = Field(
        default=None, ge=0, description="Of the motifs alone, so that markets of other seeds have the same; by default the market's."
    )
    every: float = Field(default=50.0, ge=1, description="Mean bars from the end of one to the beginning of the next.")

    @model_validator(mode="after")
    def _bars_rise(self) -> Self:
        if not 2 <= self.bars[0] <= self.bars[1]:
            raise ValueError("bars must be two numbers of bars, the first at least 2 and not above the second")
        return self


class RegimeReturn(BaseModel):
    """Regimes that come back after a long time, each known by how it begins.

    A regime begins with an opening of several bars whose volumes go a course of its own, on top of what they would have been, while prices
    do nothing special. Then prices of all assets drift for a while, up in half of the regimes and down in the others. Openings and drifts
    are drawn once and are the same whenever a regime is back; none comes twice in a row.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["regime-return"] = Field(default="regime-return", description="Which regularity this is.")
    regimes: int = Field(default=5, ge=2, le=64, description="How many different ones there are.")
    opening: tuple[int, int] = Field(default=(10, 14), description="Fewest and most bars of an opening.")
    size: float = Field(default=1.2, gt=0, le=3, description="Root mean square of an opening's course, in natural logarithms of volume.")
    drift: float = Field(default=0.004, gt=0, lt=0.1, description="Size of the return per bar that follows; half of them are falls.")
    stay: tuple[int, int] = Field(default=(10, 14), description="Fewest and most bars that they drift.")
    every: float = Field(default=40.0, ge=1, description="Mean bars from the end of one to the beginning of the next.")

    @model_validator(mode="after")
    def _bars_rise(self) -> Self:
        for name, least in (("opening", 2), ("stay", 1)):
            fewest, most = getattr(self, name)
            if not least <= fewest <= most:
                raise ValueError(f"{name} must be two numbers of bars, the first at least {least} and not above the second")
        return self


class LeadLag(BaseModel):
    """All assets follow the first one: *lag* bars after each of its bars they move by a *share* of its return, on top of their own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["lead-lag"] = Field(default="lead-lag", description="Which regularity this is.")
    lag: int = Field(default=3, ge=1, description="Bars by which the others are late.")
    share: float = Field(default=0.6, gt=-2, lt=2, description="Share of the first asset's return that they then add to their own.")


Rule = WhalePump | RegimeDrift | Crash | Echo | RegimeReturn | LeadLag

Planted = Annotated[Rule, Field(discriminator="kind")]
