"""What an agent believes and how it learns what to attend to."""

from freeagentics.mind.bandit import SourceBandit
from freeagentics.mind.regimes import REGIMES, Emission, RegimeFilter

__all__ = ["REGIMES", "Emission", "RegimeFilter", "SourceBandit"]
