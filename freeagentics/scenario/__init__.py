"""Scenarios: what a run depends on, found by name or path, checked, and written down."""

from freeagentics.scenario.files import load_scenario, parse_override
from freeagentics.scenario.keys import keys_markdown
from freeagentics.scenario.scenario import Scenario
from freeagentics.scenario_catalog import scenario_names

__all__ = ["Scenario", "keys_markdown", "load_scenario", "parse_override", "scenario_names"]
