"""What roles take the world to be when they choose: small generative models over the regimes that their beliefs are read as."""

from freeagentics.agents.generative.policies import Policies
from freeagentics.agents.generative.signal_policy import Message, SignalPolicy
from freeagentics.agents.generative.sizing_policy import SizingPolicy
from freeagentics.agents.generative.source_policy import SourcePolicy

__all__ = ["Message", "Policies", "SignalPolicy", "SizingPolicy", "SourcePolicy"]
