"""Files of roles for tests: a scenario with a hunter and a role of one's own, whose `decide` a test writes."""

from __future__ import annotations

from pathlib import Path

from freeagentics.scenario import load_scenario
from freeagentics.simulation import MarketModel

HEAD = "from freeagentics.agents.user_role import *\nfrom freeagentics.agents.user_role import EXECUTING\n"
SCENARIO = """
steps = 12
[plugins]
files = ["mine.py"]
[agents]
count = 4
[agents.team]
market-hunter = 1
mine = 1
"""
WITH_MOOD = SCENARIO + "[market.sources]\nprice = 0\nmood = 1\n"
SOURCE = """
import numpy as np
from freeagentics.market import Source
class Mood(Source):
    name = "mood"
    columns = ("mood.level",)
    direction = "mood.level"
    def missing(self, bars, daily):
        return ()
    def compute(self, bars, daily):
        return np.zeros((*bars.close.shape, 1), np.float32)
"""


def role(body: str, *, name: str = "mine", extra: str = "") -> str:
    indented = "\n".join(f"        {line}" for line in body.strip().splitlines())
    return f"""{HEAD}
class Mine(UserRole):
    name = "{name}"
    phase = EXECUTING
    actions = ("wait", "act")
    reasoning = ("why",)
{extra}
    def decide(self, seen, signals, memories):
{indented}
"""


def write(folder: Path, text: str, scenario: str = SCENARIO) -> Path:
    """A scenario's file, with the code of its role beside it."""
    (folder / "mine.py").write_text(text)
    path = folder / "mine.toml"
    path.write_text(scenario)
    return path


def stepped(scenario: Path, steps: int = 3) -> MarketModel:
    with MarketModel(load_scenario(scenario)) as model:
        for _ in range(steps):
            model.step()
        return model
