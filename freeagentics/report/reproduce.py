"""Commands that reproduce a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from freeagentics.errors import in_command
from freeagentics.report.aggregates.context import RunContext
from freeagentics.scenario import Scenario, load_scenario
from freeagentics.scenario_catalog import scenario_names

_IGNORED: Any = {"seed": True, "steps": True, "agents": {"count": True}, "title": True, "run": True, "store": True}
"""Settings that the command gives by itself, or that change no trajectory."""


@dataclass(frozen=True, slots=True)
class ReproduceCommand:
    """A shell command that reproduces a run, and a note on its limits."""

    command: str
    note: str


def reproduce_command(context: RunContext) -> ReproduceCommand:
    """Choose the scenario's name where it is a shipped one, the file that the run left otherwise; a fork begins where it was forked."""
    directory, scenario = context.record.directory, context.scenario
    if "forked_from" in context.about:
        parent, step = context.about["forked_from"], context.about["forked_at"]
        note = f"This run is a fork: it shares its first {step:,} steps with the run {parent}, and the command takes them from here."
        return ReproduceCommand(f"freeagentics fork {in_command(directory.path)} --at {step}", note)
    if _is_shipped(scenario):
        chosen = f"--agents {scenario.agents.count} --steps {scenario.steps} --seed {scenario.seed}"
        return ReproduceCommand(f"freeagentics run {scenario.name} {chosen}", "")
    by_file = f"freeagentics run {in_command(directory.scenario)}"
    return ReproduceCommand(
        by_file, "Its settings differ from those of any scenario that comes with the package; run.toml holds all of them."
    )


def _is_shipped(scenario: Scenario) -> bool:
    return scenario.name in scenario_names() and _settings(load_scenario(scenario.name)) == _settings(scenario)


def _settings(scenario: Scenario) -> dict[str, object]:
    return scenario.model_dump(mode="json", exclude_none=True, serialize_as_any=True, exclude=_IGNORED)
