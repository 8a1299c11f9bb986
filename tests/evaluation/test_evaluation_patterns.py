"""Patterns of markets: the planted one is found as it is, none where nothing is planted.

``python tests/evaluation/test_evaluation_patterns.py SEEDS`` makes the figures of docs/patterns.md.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from cli_runner import called

from freeagentics.agents.given_patterns import SEQUEL
from freeagentics.condition import Condition
from freeagentics.evaluation.market_evidence import HORIZON, market_evidence, market_frame, run_frame
from freeagentics.evaluation.run_patterns import Fate, RunPattern, RunPatterns, patterns_of
from freeagentics.market.synthetic.market import synthesize
from freeagentics.records import RunRecord
from freeagentics.scenario import load_scenario
from freeagentics.scenario.files import with_changes
from freeagentics.services.evidence import Evidence

PLANTED = Condition("whales.count", 5, context=("trend", "rising"))
TRUTH = {"probability": 0.8655, "size": 0.0258}
"""Of 112,363 events: see `truth`."""


def found_in(scenario: str, seed: int, steps: int) -> RunPatterns:
    return patterns_of(market_evidence(market_frame(with_changes(load_scenario(scenario), {"steps": steps, "seed": seed}))))


def planted_in(found: RunPatterns) -> RunPattern | None:
    return next((one for one in found.patterns if one.finding.condition == PLANTED), None)


def truth(events: int, bars: int) -> tuple[float, float, int]:
    """Probability and mean size of a rise over `HORIZON` bars where the planted condition is met, by simulated events that do not
    overlap, as they are counted in a run; and their number."""
    settings, success, sizes = load_scenario("whale-pump").market.synthetic, 0, np.zeros(0)
    for seed in range(1_000, 1_100):
        made, _, _ = synthesize(settings, seed, bars)
        close, whales = made.close[:, 0], made.extras["whale_count"][:, 0]
        later = close[HORIZON + 24 :] / close[24:-HORIZON] - 1
        rising = close[24:-HORIZON] > close[: -HORIZON - 24]
        evidence = Evidence(np.arange(len(later)), later > 0, later, HORIZON)
        chosen = evidence.apart((whales[24:-HORIZON] >= 5) & rising)
        success, sizes = success + int((later[chosen] > 0).sum()), np.concatenate([sizes, later[chosen]])
        if len(sizes) >= events:
            break
    return success / len(sizes), float(sizes.mean()), len(sizes)


def test_the_planted_pattern_is_found_with_threshold_context_probability_and_size() -> None:
    found = planted_in(found_in("whale-pump", 1, 20_000))
    assert found is not None
    estimate = found.finding.estimate
    assert estimate.rate.low <= TRUTH["probability"] <= estimate.rate.high
    assert estimate.size_low <= TRUTH["size"] <= estimate.size_high
    assert estimate.base.rate < estimate.rate.low
    assert found.fate is Fate.HELD


def test_the_truth_that_is_stated_is_that_of_simulated_events() -> None:
    probability, size, events = truth(600, 40_000)
    assert events >= 600
    assert probability == pytest.approx(TRUTH["probability"], abs=4 * (0.1 / events) ** 0.5)
    assert size == pytest.approx(TRUTH["size"], abs=4 * 0.02 / events**0.5)


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_found_where_nothing_is_planted(seed: int) -> None:
    assert found_in("null-market", seed, 4_000).patterns == []


def test_what_followed_the_same_bars_before_is_found_as_a_pattern() -> None:
    draw, steps = np.random.default_rng(3), 2_400
    motif, moves = 2.5 * draw.standard_normal(12), draw.standard_normal(steps)
    for end in range(40, steps - HORIZON, 40):
        moves[end - 11 : end + 1] = motif + 0.3 * draw.standard_normal(12)
        moves[end + 1 : end + 1 + HORIZON] += 3 / np.sqrt(HORIZON)
    shown = {"price.zscore": moves.astype(np.float32), "price.volatility": np.full(steps, 0.01, np.float32)}
    clock = {"step": np.arange(1, steps + 1), "symbol": ["A"] * steps, "timestamp": np.arange(steps) * 3_600_000}
    evidence = market_evidence(pl.DataFrame(clock | {"close": 100 * np.exp(np.cumsum(moves) * 0.01)} | shown))
    found = next(one for one in patterns_of(evidence).patterns if one.finding.condition.feature == SEQUEL)
    assert found.finding.estimate.rate.low > found.finding.estimate.base.rate
    assert found.fate is Fate.HELD


def test_a_runs_journal_shows_what_its_market_showed(tmp_path: Path) -> None:
    from freeagentics.runs import run

    record = run("whale-pump", agents=5, steps=60, seed=3, out=tmp_path / "run")
    scenario = with_changes(load_scenario("whale-pump"), {"steps": 60, "seed": 3, "agents.count": 5})
    shown, expected = run_frame(RunRecord(record.path)), market_frame(scenario)
    assert shown.columns[:3] == expected.columns[:3]
    assert shown.select(sorted(shown.columns)).equals(expected.select(sorted(expected.columns)))


def test_the_command_prints_what_was_tried(tmp_path: Path) -> None:
    told = json.loads(called("patterns", "whale-pump", "--steps", "20000", "--seed", "1", "--json", cwd=tmp_path).stdout)
    assert str(PLANTED) in {one["condition"] for one in told["patterns"]}
    assert {one["fate"] for one in told["patterns"]} <= {"held", "faded", "open"}
    assert told["refused"]
    table = called("patterns", "whale-pump", "--steps", "20000", "--seed", "1", cwd=tmp_path).stdout
    assert "whales.count >= 5 where trend is rising" in table
    wrong = called("patterns", tmp_path, "--seed", "1", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "its steps and its seed are what they are" in wrong.stderr


def main(seeds: int) -> None:
    probability, size, events = truth(100_000, 1_000_000)
    say(f"truth of {events:,} events: probability {probability:.4f}, size {size:.4f}")
    for steps in (2_000, 6_000, 20_000):
        found = [planted_in(found_in("whale-pump", seed, steps)) for seed in range(seeds)]
        estimates = [one.finding.estimate for one in found if one is not None]
        rates = sum(one.rate.low <= probability <= one.rate.high for one in estimates)
        sizes = sum(one.size_low <= size <= one.size_high for one in estimates)
        both = sum(one.rate.low <= probability <= one.rate.high and one.size_low <= size <= one.size_high for one in estimates)
        held = sum(one.fate is Fate.HELD for one in found if one is not None)
        say(f"whale-pump, {steps:,} steps, {seeds} seeds: planted pattern in {len(estimates)}, probability inside {rates}, size {sizes}")
        say(f"  both {both}, held in the last third {held}; events {[one.rate.trials for one in estimates]}")
        nulls = [found_in("null-market", seed, steps).patterns for seed in range(seeds)]
        say(f"null-market, {steps:,} steps, {seeds} seeds: {sum(map(bool, nulls))} with any pattern")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
