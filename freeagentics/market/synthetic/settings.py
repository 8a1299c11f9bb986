"""Settings of a synthetic market, as a scenario file carries them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

from freeagentics.market.synthetic.planted import Planted, WhalePump


class SyntheticSettings(BaseModel):
    """Settings of a synthetic market; with the seed, all that it depends on.

    Attributes:
        symbols: names of the assets.
        price: what each costs at first.
        planted: the regularities to be found in it; empty plants nothing, and then nothing predicts a return.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    symbols: tuple[str, ...] = Field(default=("BTCUSDT",), min_length=1, description="Synthetic: names of the assets.")
    price: float = Field(default=40_000.0, ge=0.01, le=1e7, description="Synthetic: what each costs at first, USD.")
    planted: tuple[Planted, ...] = Field(
        default=(WhalePump(),),
        description="Synthetic: the regularities to be found; an empty list plants nothing, and then nothing predicts a return.",
    )

    @field_validator("symbols")
    @classmethod
    def _symbols_differ(cls, symbols: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(symbols)) < len(symbols):
            raise ValueError("symbols must differ from each other")
        return symbols
