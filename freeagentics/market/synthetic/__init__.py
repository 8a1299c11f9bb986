"""Synthetic markets: no real data, known truth, regularities planted on purpose."""

from freeagentics.market.synthetic.ground_truth import Echoes, GroundTruth, Pumps, Returns
from freeagentics.market.synthetic.market import SyntheticMarket, synthesize
from freeagentics.market.synthetic.planted import Crash, Echo, LeadLag, Planted, RegimeDrift, RegimeReturn, WhalePump
from freeagentics.market.synthetic.regimes import REGIMES
from freeagentics.market.synthetic.settings import SyntheticSettings

__all__ = [
    "REGIMES",
    "Crash",
    "Echo",
    "Echoes",
    "GroundTruth",
    "LeadLag",
    "Planted",
    "Pumps",
    "RegimeDrift",
    "RegimeReturn",
    "Returns",
    "SyntheticMarket",
    "SyntheticSettings",
    "WhalePump",
    "synthesize",
]
