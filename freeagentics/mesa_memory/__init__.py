"""Memory for the agents of any Mesa model: it knows no market, and changes nothing that the model computes."""

from freeagentics.mesa_memory.agent_memory import AgentMemory
from freeagentics.mesa_memory.earlier_run import EarlierRun, is_host_run
from freeagentics.mesa_memory.own_memory import OwnMemory
from freeagentics.mesa_memory.recollection import Recollection, Recollections

__all__ = ["AgentMemory", "EarlierRun", "OwnMemory", "Recollection", "Recollections", "is_host_run"]
