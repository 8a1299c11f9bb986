"""What a page opens with."""

from __future__ import annotations

import os

SCENARIO_VARIABLE = "FREEAGENTICS_SCENARIO"
"""The environment variable that names the scenario to open: a server hands its pages nothing else."""

DEFAULT_SCENARIO = "btc-replay"


def opened_scenario() -> str:
    """The scenario to open: a name, or the path of a TOML file."""
    return os.environ.get(SCENARIO_VARIABLE, DEFAULT_SCENARIO)
