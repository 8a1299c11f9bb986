"""What a faculty is worth: runs with it and without it, seed by seed, all else equal.

    python examples/leave_one_out.py whale-pump --without whales --steps 2000 --seeds 4

leaves out a source, a role, or `memory` or `signals`, and prints the mean differences of desks in percentage points with their standard
errors over seeds: return, return over the same average exposure held in the market, maximum drawdown, fees and data.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

from freeagentics import MarketModel, Probe, Scenario, load_scenario
from freeagentics.simulation import StepCommit

MEASURES = ("return", "excess", "drawdown", "fees", "data")


class Accounts(Probe):
    """Equity and exposure of every desk, (steps, desks), and what a dollar spread over all assets has become, (steps,)."""

    def __init__(self) -> None:
        self.equity: list[np.ndarray] = []
        self.exposure: list[np.ndarray] = []
        self.basket: list[float] = []

    def committed(self, model: MarketModel, commit: StepCommit) -> None:
        """Note the accounts at the close of a step."""
        (accounts,) = (page.records for page in commit.pages if page.kind.name == "ACCOUNTS")
        self.equity.append(accounts["equity"].astype(float))
        self.exposure.append(1 - accounts["cash"] / np.maximum(accounts["equity"], 1))
        assert model.metrics is not None
        self.basket.append(model.metrics.basket)


def measured(scenario: Scenario) -> dict[str, float]:
    """What the mean desk earned and paid in a run, in per cent of its first equity."""
    accounts = Accounts()
    with MarketModel(scenario, probes=[accounts]) as model:
        model.run_model()
        books, first = model.market.accounts, model.market.accounts.initial
        equity = np.vstack([np.full((1, len(books.cash)), first), accounts.equity])
        earned = equity[-1] / first - 1
        moves = np.diff(accounts.basket) / accounts.basket[:-1]
        held = np.prod(1 + moves[:, None] * np.mean(accounts.exposure, axis=0), axis=0) - 1
        fallen = (1 - equity / np.maximum.accumulate(equity)).max(axis=0)
        values = (earned, earned - held, fallen, books.fees / first, books.data_costs / first)
    return {name: 100 * float(np.mean(value)) for name, value in zip(MEASURES, values, strict=True)}


def without(scenario: Scenario, what: str) -> dict[str, object]:
    """Changes that leave something out of a scenario."""
    if what in scenario.market.sources:
        return {"market.sources": {name: cost for name, cost in scenario.market.sources.items() if name != what}}
    if what in scenario.agents.team:
        team = {name: count for name, count in scenario.agents.team.items() if name != what}
        return {"agents.team": team, "agents.count": scenario.agents.desks * sum(team.values())}
    return {"memory": {"memory.trust": 0.0}, "signals": {"signals.enabled": False}}[what]


def main() -> None:
    """Print a line a measure."""
    parser = argparse.ArgumentParser(description="What a faculty is worth, by leaving it out.")
    parser.add_argument("scenario")
    parser.add_argument("--without", required=True, help="memory, signals, a source or a role")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=4)
    given = parser.parse_args()
    pairs = []
    for seed in range(1, given.seeds + 1):
        changes: dict[str, object] = {"seed": seed, "steps": given.steps}
        whole = load_scenario(given.scenario, changes)
        pairs.append((measured(whole), measured(load_scenario(given.scenario, changes | without(whole, given.without)))))
    lines = [f"{given.scenario}, {given.steps:,} steps, {given.seeds} seeds: with {given.without}, without, difference ± standard error"]
    for name in MEASURES:
        ours, theirs = (np.array([pair[place][name] for pair in pairs]) for place in (0, 1))
        error = np.std(ours - theirs, ddof=1) / np.sqrt(len(pairs)) if len(pairs) > 1 else np.nan
        lines.append(f"{name:10s} {ours.mean():8.2f} {theirs.mean():8.2f} {np.mean(ours - theirs):+8.2f} ± {error:.2f}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
