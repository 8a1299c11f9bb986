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

    kind: Literal["whale-pump"] = "whale-pump"
    whales: int = Field(default=5, ge=1)
    trend_bars: int = Field(default=24, ge=1)
    probability: float = Field(default=0.78, ge=0, le=1)
    rise: float = Field(default=0.032, gt=-0.5, lt=0.5)
    rise_sd: float = Field(default=0.008, ge=0, le=0.1)
    within: tuple[int, int] = (4, 8)

    @model_validator(mode="after")
    def _within_rises(self) -> Self:
        if not 1 <= self.within[0] <= self.within[1]:
            raise ValueError("within must be two numbers of bars, the first at least 1 and not above the second")
        return self


class RegimeDrift(BaseModel):
    """Prices drift by a simple return of *bull* per bar in bull markets, of *bear* in bear markets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["regime-drift"] = "regime-drift"
    bull: float = Field(default=0.0005, gt=-0.1, lt=0.1)
    bear: float = Field(default=-0.0005, gt=-0.1, lt=0.1)


Planted = Annotated[WhalePump | RegimeDrift, Field(discriminator="kind")]
