"""README's sample of a run is what a run prints."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from readme_sample import SCENARIO, Sample, beginning, printed

from freeagentics.scenario import load_scenario
from freeagentics.scenario.market_setup import open_market

REMAKE = "README's sample of a run is not what a run prints any more; make it anew with: make sample"


def values(lines: str) -> dict[str, str]:
    """What is said, by its label, in order."""
    return {line[:14].rstrip(): line[15:] for line in lines.splitlines()}


def shapes(lines: str, scenario: str) -> dict[str, str]:
    """The same with every number as a #."""
    return {
        label: re.sub(r"[-+]?\d[\d,.]*", "#", re.sub(r"\b[0-9a-f]{64}\b|\d{8}-\d{6}", "#", said.replace(scenario, "SCENARIO")))
        for label, said in values(lines).items()
    }


def test_it_has_the_lines_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("freeagentics.cli.afterwards.AUDITED_FROM", 3)
    fresh = printed("whale-pump", "--agents", "5", "--steps", "3")
    assert shapes(Sample.read().lines, SCENARIO) == shapes(fresh, "whale-pump"), REMAKE


def test_what_a_scenario_fixes_is_what_it_says() -> None:
    said, scenario = values(Sample.read().lines), load_scenario(SCENARIO)
    market = open_market(scenario)
    seen = [market.advance() for _ in range(scenario.steps)]
    first, last = (f"{datetime.fromtimestamp(bar.timestamp / 1000, UTC):%Y-%m-%d %H:%M}" for bar in (seen[0], seen[-1]))
    held = float((seen[-1].prices / seen[0].prices).mean()) / (1 + scenario.market.fee_bps / 1e4) - 1
    decisions = f"{scenario.agents.count * scenario.steps:,}"
    assert said["scenario"] == f"{SCENARIO}, seed {scenario.seed}", REMAKE
    assert said["market time"] == f"{first} to {last} UTC, {scenario.steps:,} steps", REMAKE
    assert said["equity"].endswith(f"buy and hold, net of its fee: {held:+.1%}"), REMAKE
    assert said["done"].startswith(f"{decisions} decisions"), REMAKE
    assert said["remembered"].startswith(f"{decisions} memories"), REMAKE


def test_on_any_machine_a_run_begins_as_it_did() -> None:
    assert Sample.read().maker.endswith(f" {beginning()}"), REMAKE
