"""Episodes of one environment: a scenario that is opened again and again, with other seeds, for the same eyes and hands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from freeagentics.agents.agent import agent_id
from freeagentics.env.driven_market import DrivenMarket
from freeagentics.env.driven_scenario import ROLE, Drives, driven_scenario, meets_others, opened
from freeagentics.env.sight import Sight
from freeagentics.errors import BadInput
from freeagentics.scenario import Scenario
from freeagentics.scenario.market_setup import open_market

_SEEDS = 2**31
"""Seeds that are drawn for episodes lie below it, so that they are easily written down."""


class Episodes:
    """Episodes of a scenario in which desks are driven.

    Args:
        scenario: a `Scenario`, or the name or path of one.
        desks: how many desks are driven, the first ones; None drives all that the scenario has.
        drives: ``role`` takes the place of the trade executor on a desk of a whole team, ``desk`` has the desk to itself.
        reads: names of sources that a driven desk reads beside ``price``, and pays for in every step.
        changes: values of other keys of the scenario, by dotted key.

    Attributes:
        scenario: as it was given.
        sight: what a desk sees.
        symbols: the assets that it trades.
        agents: names of the executors that are driven, by desk.
        alone: whether what a desk does never reaches another.

    Raises:
        BadScenario: it cannot be opened.
        BadInput: it cannot be driven so.
    """

    def __init__(
        self,
        scenario: Scenario | str,
        desks: int | None,
        drives: Drives,
        reads: Sequence[str],
        changes: Mapping[str, object] | None = None,
    ) -> None:
        if drives not in ("role", "desk"):
            raise BadInput(f"drives: {drives!r} is neither 'role' nor 'desk'")
        self.scenario = opened(scenario, changes)
        self._desks = self.scenario.agents.desks if desks is None else desks
        self._drives, self._reads = drives, tuple(reads)
        self.alone = not meets_others(self.scenario)
        market = open_market(driven_scenario(self.scenario, self._desks, drives))
        self.sight, self.symbols = Sight(market, reads), market.symbols
        self.agents = tuple(agent_id(ROLE, desk) for desk in range(self._desks))

    def open(self, seed: int, options: Mapping[str, Any] | None = None) -> DrivenMarket:
        """Open an episode with a seed, and with the keys changed that ``options["changes"]`` has, e.g. ``market.start``.

        Raises:
            BadScenario: a change cannot be.
            BadInput: with it, desks would see or trade something else.
        """
        changes = {**dict((options or {}).get("changes", {})), "seed": seed}
        market = DrivenMarket(driven_scenario(opened(self.scenario, changes), self._desks, self._drives), self._desks, self._reads)
        if market.sight.columns != self.sight.columns:
            market.close()
            raise BadInput(f"options: with {', '.join(changes)} desks see other columns; make another environment for it")
        return market


def episode_seed(seed: int | None, random: np.random.Generator) -> int:
    """The seed that was asked for, or else the next that *random* draws."""
    return int(random.integers(_SEEDS)) if seed is None else seed
