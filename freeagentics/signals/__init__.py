"""The signal board: what agents tell each other, where, and what became of it.

A `Directory` knows who sits where. Cohorts publish `Signals` on a `Board`, which delivers them when the phase ends; a cohort reads its
`Inbox` and marks it as processed by the decisions that it led to. All of it is columns, so that thousands of signals a step cost little.
"""

from freeagentics.signals.batch import Severity, Signals
from freeagentics.signals.board import Board
from freeagentics.signals.deliveries import Status
from freeagentics.signals.directory import COHORT_ROWS, Directory
from freeagentics.signals.inbox import Inbox
from freeagentics.signals.signal_table import SignalTable

__all__ = ["COHORT_ROWS", "Board", "Directory", "Inbox", "Severity", "SignalTable", "Signals", "Status"]
