"""The model: a Mesa model that hosts the population, its scenarios, runs and their records."""

from freeagentics.model.market_model import MarketModel
from freeagentics.model.run import fork, resume, run
from freeagentics.model.run_record import RunRecord, Summary
from freeagentics.model.scenario import Scenario
from freeagentics.model.scenario_files import load_scenario, parse_override, scenario_names

__all__ = ["MarketModel", "RunRecord", "Scenario", "Summary", "fork", "load_scenario", "parse_override", "resume", "run", "scenario_names"]
