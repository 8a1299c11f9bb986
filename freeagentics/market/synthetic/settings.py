"""Settings of a synthetic market, as a scenario file carries them."""

from __future__ import annotations

from pydantic import Field

from freeagentics.market.made_assets import MadeAssets
from freeagentics.market.synthetic.planted import Planted, WhalePump


class SyntheticSettings(MadeAssets):
    """Settings of a synthetic market; with the seed, all that it depends on.

    Attributes:
        symbols: names of the assets.
        price: what each costs at first.
        planted: the regularities to be found in it; empty plants nothing, and then nothing predicts a return.
    """

    planted: tuple[Planted, ...] = Field(
        default=(WhalePump(),),
        description="Synthetic: the regularities to be found; an empty list plants nothing, and then nothing predicts a return.",
    )
