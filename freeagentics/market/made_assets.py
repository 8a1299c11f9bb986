"""Settings that all markets share whose assets are made, and are in no file."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator


class MadeAssets(BaseModel):
    """Assets that are made.

    Attributes:
        symbols: their names.
        price: what each costs at first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    symbols: tuple[str, ...] = Field(default=("BTCUSDT",), min_length=1, description="Names of the assets.")
    price: float = Field(default=40_000.0, ge=0.01, le=1e7, description="What each costs at first, USD.")

    @field_validator("symbols")
    @classmethod
    def _symbols_differ(cls, symbols: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(symbols)) < len(symbols):
            raise ValueError("symbols must differ from each other")
        return symbols
