"""Settings of a market whose prices are made in auctions, as a scenario file carries them; a book market has the same."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from freeagentics.market.made_assets import MadeAssets


class CrowdSettings(BaseModel):
    """Settings of those who trade beside the desks, of each asset."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    traders: int = Field(default=90, ge=0, le=100_000, description="Auction, book: traders by value, trend and noise, for each asset.")
    noise_traders: int = Field(
        default=120, ge=0, le=100_000, description="Auction, book: traders whose orders say nothing, for each asset."
    )
    makers: int = Field(default=8, ge=0, le=10_000, description="Auction, book: market makers with two quotes each, for each asset.")
    fundamental: float = Field(
        default=0.03, ge=0, le=1, description="Auction, book: share of the gap to the value that traders forecast to close, on average."
    )
    trend: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Auction, book: share of a trend that traders forecast to go on; one standard deviation of them.",
    )
    replenished: float = Field(
        default=0.002,
        ge=0,
        le=1,
        description="Auction, book: share of what members are away from their first cash and units that newcomers bring.",
    )


class AuctionSettings(MadeAssets):
    """Settings of a market whose prices are made in call auctions, by a crowd and by the desks.

    Attributes:
        symbols: names of the assets.
        value: bars whose closes are what traders believe an asset is worth.
    """

    rounds: int = Field(default=8, ge=1, le=1000, description="Auction: call auctions in a bar.")
    turnover: float = Field(
        default=4e7, gt=0, le=1e12, description="Auction, book: USD that the crowd usually trades in a bar, of each asset."
    )
    volatility: float = Field(default=0.006, gt=0, le=0.1, description="Auction, book: usual size of a bar's return.")
    band: float = Field(
        default=0.1,
        gt=0,
        le=0.5,
        description="Auction, book: largest move of an auction or a phase; a desk that buys keeps back as much cash as that may cost.",
    )
    value: str = Field(
        default="",
        description="Auction, book: name or path of bars with these symbols whose closes are value and first price; empty: a random walk.",
    )
    crowd: CrowdSettings = CrowdSettings()
