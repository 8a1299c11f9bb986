"""The model: a Mesa model that hosts the population, its scenarios, runs and their records."""

from freeagentics.model.explain import explain
from freeagentics.model.explanation import Explanation
from freeagentics.model.market_model import MarketModel
from freeagentics.model.run import fork, resume, run
from freeagentics.model.run_record import RunRecord, Summary
from freeagentics.model.scenario import Scenario
from freeagentics.model.scenario_files import load_scenario, parse_override
from freeagentics.model.scenario_keys import keys_markdown
from freeagentics.model.session import Observers

__all__ = [
    "Explanation",
    "MarketModel",
    "Observers",
    "RunRecord",
    "Scenario",
    "Summary",
    "explain",
    "fork",
    "keys_markdown",
    "load_scenario",
    "parse_override",
    "resume",
    "run",
]
