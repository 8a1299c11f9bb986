"""Services over a store, for runs and for any other program: they keep records in a store of one run, and know no model."""

from freeagentics.services.agent_state import AgentState, StateType
from freeagentics.services.audit_entry import AuditEntry
from freeagentics.services.retention import Retention
from freeagentics.services.state_difference import PartDifference, differences
from freeagentics.services.state_manager import StateManager

__all__ = ["AgentState", "AuditEntry", "PartDifference", "Retention", "StateManager", "StateType", "differences"]
