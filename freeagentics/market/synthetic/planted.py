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


Planted = Annotated[WhalePump | RegimeDrift | Crash, Field(discriminator="kind")]
