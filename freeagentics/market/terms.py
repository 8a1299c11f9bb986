"""Terms of trade: what a fill costs, how far orders move its price, and how much of a bar they may take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.errors import BadInput
from freeagentics.market.margin import Margin

LARGEST_IMPACT = 0.02
"""Impact never moves a price further than by this share."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms that all desks trade on.

    Attributes:
        fee_ppm: fee in millionths of what a fill costs or brings.
        impact_bps: what a net flow of a whole bar's volume moves a price by, in basis points.
        shared_impact: whether that is the flow of all desks together, so that all fill at one price; else a desk's own moves its own price.
        max_participation: the largest share of a bar's volume that all fills of an asset together, bought and sold, may take; 0 for no cap.
        margin: terms of borrowing; None where desks are long only and never in debt.

    Raises:
        BadInput: one of them is out of range.
    """

    fee_ppm: int = 500
    impact_bps: float = 10.0
    shared_impact: bool = False
    max_participation: float = 0.0
    margin: Margin | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.fee_ppm <= 1_000_000 or not 0 <= self.impact_bps < np.inf:
            raise BadInput(f"fee_ppm {self.fee_ppm} must be from 0 to 1000000, impact_bps {self.impact_bps} finite and not negative")
        if not 0 <= self.max_participation <= 1:
            raise BadInput(f"max_participation {self.max_participation} must be from 0 (no cap) to 1 (all of a bar's volume)")
