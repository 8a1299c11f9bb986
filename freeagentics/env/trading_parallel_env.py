"""The PettingZoo parallel environment: desks of a scenario, each driven by a policy of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from gymnasium.spaces import Box
from pettingzoo import ParallelEnv

from freeagentics.arrays import F32
from freeagentics.env.driven_market import DrivenMarket
from freeagentics.env.driven_scenario import Drives
from freeagentics.env.episodes import Episodes, episode_seed
from freeagentics.env.spaces import seen_space, weights_space
from freeagentics.env.trading_env import told
from freeagentics.errors import BadInput
from freeagentics.market import CENTS
from freeagentics.scenario import Scenario


class TradingParallelEnv(ParallelEnv[str, F32, F32]):
    """Has policies drive the first desks of a scenario at once; they may meet on its market. An agent is named as its executor is.

    Observations, actions, rewards, seeds and ``info`` of each are those of `TradingEnv`. A desk that has nothing left is terminated, and
    not among the agents from then on; it holds nothing.

    Args:
        scenario, drives, reads, changes: as for `TradingEnv`.
        desks: how many are driven; None drives all that the scenario has.

    Examples:
        >>> from freeagentics.env import TradingParallelEnv
        >>> env = TradingParallelEnv("quick", changes={"steps": 20})
        >>> seen, infos = env.reset(seed=3)
        >>> env.agents[-1], seen["trade-executor-0000"].shape
        ('trade-executor-0003', (52,))
        >>> env.close()
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": [], "name": "freeagentics_trading_v0", "is_parallelizable": True}

    def __init__(
        self,
        scenario: Scenario | str = "whale-pump",
        *,
        desks: int | None = None,
        drives: Drives = "role",
        reads: Sequence[str] = (),
        changes: Mapping[str, object] | None = None,
    ) -> None:
        self._episodes = Episodes(scenario, desks, drives, reads, changes)
        self._market: DrivenMarket | None = None
        self._random = np.random.default_rng()
        self.render_mode = None
        self.columns, self.symbols = self._episodes.sight.columns, self._episodes.symbols
        self.possible_agents = list(self._episodes.agents)
        self.agents: list[str] = []
        self.observation_spaces = {agent: seen_space(self._episodes) for agent in self.possible_agents}
        self.action_spaces = {agent: weights_space(self._episodes) for agent in self.possible_agents}

    def observation_space(self, agent: str) -> Box:
        """The space of an agent's observations, always the same object."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> Box:
        """The space of an agent's actions, always the same object."""
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[dict[str, F32], dict[str, dict[str, Any]]]:
        """Begin an episode with all agents; returns their first observations and infos."""
        if seed is not None:
            self._random = np.random.default_rng(seed)
        self.close()
        self._market = self._episodes.open(episode_seed(seed, self._random), options)
        self.agents = list(self.possible_agents)
        return self._by_agent(self._market.seen()), self._infos(self._market)

    def step(
        self, actions: dict[str, F32]
    ) -> tuple[dict[str, F32], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]:
        """Move each agent's desk to its weights; returns observations, rewards, terminations, truncations, infos. Raises BadInput."""
        if self._market is None:
            raise BadInput("no episode has begun; call reset first")
        if not self.agents:
            return {}, {}, {}, {}, {}
        if missing := [agent for agent in self.agents if agent not in actions]:
            raise BadInput(f"actions: none for {missing[0]}; every agent needs one")
        weights = np.zeros((len(self.possible_agents), len(self.symbols)), dtype=np.float32)
        for agent in self.agents:
            weights[self.possible_agents.index(agent)] = actions[agent]
        rewards, over = self._market.act(weights).tolist(), self._market.over
        infos = self._infos(self._market)
        terminated = {agent: info["equity"] <= 0 for agent, info in infos.items()}
        found = self._by_agent(self._market.seen()), self._by_agent(rewards), terminated, dict.fromkeys(self.agents, over), infos
        self.agents = [agent for agent in self.agents if not over and not terminated[agent]]
        return found

    def close(self) -> None:
        """End the episode."""
        if self._market is not None:
            self._market.close()
            self._market = None

    def _by_agent(self, values: Any) -> dict[str, Any]:
        """Values of all desks, for the agents that are there."""
        return {agent: value for agent, value in zip(self.possible_agents, values, strict=True) if agent in self.agents}

    def _infos(self, market: DrivenMarket) -> dict[str, dict[str, Any]]:
        return self._by_agent([told(market) | {"equity": float(cents / CENTS)} for cents in market.equity()])
