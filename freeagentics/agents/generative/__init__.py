"""What roles take the world to be when they choose: small generative models over the regimes that their beliefs are read as."""

from freeagentics.agents.generative.choices import Choices
from freeagentics.agents.generative.reading import Reading
from freeagentics.agents.generative.sizing import Sizing
from freeagentics.agents.generative.speaking import Said, Speaking

__all__ = ["Choices", "Reading", "Said", "Sizing", "Speaking"]
