"""Services over a store, for runs and for any other program: they keep records in a store of one run, and know no model."""

from freeagentics.condition import Condition
from freeagentics.services.agent_entry import AgentEntry
from freeagentics.services.agent_state import AgentState, StateType
from freeagentics.services.analytics import Analytics
from freeagentics.services.audit_entry import AuditEntry
from freeagentics.services.decision_logger import DecisionLogger, DecisionQuery
from freeagentics.services.decision_record import DecisionRecord
from freeagentics.services.estimates import Latency, Rate
from freeagentics.services.evidence import Evidence
from freeagentics.services.memory_aware_agent import MemoryAwareAgent
from freeagentics.services.memory_manager import MemoryManager, Term
from freeagentics.services.memory_pattern import MemoryPattern
from freeagentics.services.memory_record import MemoryRecord
from freeagentics.services.multi_agent_coordinator import Claim, MultiAgentCoordinator
from freeagentics.services.pattern_learner import Learned, PatternLearner
from freeagentics.services.prices import Prices
from freeagentics.services.retention import Retention
from freeagentics.services.signal import Processing, ProcessingStatus, Signal
from freeagentics.services.state_difference import PartDifference, differences
from freeagentics.services.state_manager import StateManager
from freeagentics.services.storage_cost import Load, storage_cost

__all__ = [
    "AgentEntry",
    "AgentState",
    "Analytics",
    "AuditEntry",
    "Claim",
    "Condition",
    "DecisionLogger",
    "DecisionQuery",
    "DecisionRecord",
    "Evidence",
    "Latency",
    "Learned",
    "Load",
    "MemoryAwareAgent",
    "MemoryManager",
    "MemoryPattern",
    "MemoryRecord",
    "MultiAgentCoordinator",
    "PartDifference",
    "PatternLearner",
    "Prices",
    "Processing",
    "ProcessingStatus",
    "Rate",
    "Retention",
    "Signal",
    "StateManager",
    "StateType",
    "Term",
    "differences",
    "storage_cost",
]
