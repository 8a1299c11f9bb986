"""How work is run and what it costs. Knows no agent: what to run is handed in."""

from freeagentics.runtime.collections import CollectionMeter
from freeagentics.runtime.engines import Engine, SerialEngine, ThreadEngine, open_engine
from freeagentics.runtime.footprint import Bill, PeakMeter, bill

__all__ = ["Bill", "CollectionMeter", "Engine", "PeakMeter", "SerialEngine", "ThreadEngine", "bill", "open_engine"]
