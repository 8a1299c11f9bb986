"""Synthetic markets: no real data, known truth, regularities planted on purpose."""

from freeagentics.market.synthetic.ground_truth import GroundTruth, Pumps
from freeagentics.market.synthetic.market import SyntheticMarket, synthesize
from freeagentics.market.synthetic.planted import Crash, Planted, RegimeDrift, WhalePump
from freeagentics.market.synthetic.regimes import REGIMES
from freeagentics.market.synthetic.settings import SyntheticSettings

__all__ = [
    "REGIMES",
    "Crash",
    "GroundTruth",
    "Planted",
    "Pumps",
    "RegimeDrift",
    "SyntheticMarket",
    "SyntheticSettings",
    "WhalePump",
    "synthesize",
]
