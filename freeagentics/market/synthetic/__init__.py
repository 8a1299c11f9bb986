"""Synthetic markets: no real data, known truth, regularities planted on purpose."""

from freeagentics.market.synthetic.market import SyntheticMarket, synthesize
from freeagentics.market.synthetic.planted import Crash, Planted, RegimeDrift, WhalePump
from freeagentics.market.synthetic.regimes import REGIMES
from freeagentics.market.synthetic.settings import SyntheticSettings
from freeagentics.market.synthetic.truth import Pumps, Truth

__all__ = [
    "REGIMES",
    "Crash",
    "Planted",
    "Pumps",
    "RegimeDrift",
    "SyntheticMarket",
    "SyntheticSettings",
    "Truth",
    "WhalePump",
    "synthesize",
]
