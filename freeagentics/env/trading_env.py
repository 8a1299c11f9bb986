"""The Gymnasium environment: one desk of a scenario, driven by a policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np

from freeagentics.arrays import F32
from freeagentics.env.driven_market import DrivenMarket
from freeagentics.env.driven_scenario import Drives
from freeagentics.env.episodes import Episodes, episode_seed
from freeagentics.env.spaces import seen_space, weights_space
from freeagentics.errors import BadInput
from freeagentics.market import CENTS
from freeagentics.scenario import Scenario


class TradingEnv(gymnasium.Env[Any, Any]):
    """Has a policy drive the first desk of a scenario.

    An observation is float32 (F,), what the desk sees when a bar has closed: `columns` names its numbers (`Sight`). An action is float32
    (assets,), the weights from 0 to 1 that the desk is to have in each asset; it trades at the next open, pays the fee, and keeps the limit
    of its risk manager, where it has one. The reward is the growth of its equity from this close to the next, as a logarithm. An episode
    is truncated when the scenario's last bar is shown, after its steps less one, and terminated where the desk has nothing left.

    ``reset(seed=…)`` makes the seed that of the scenario; without one the next is drawn from what the last one seeded, as Gymnasium has
    it. ``reset(options={"changes": {…}})`` changes keys of the scenario for an episode. ``info`` has the ``seed``, the ``step``, the
    ``timestamp`` (ms) and the ``equity`` (USD).

    Args:
        scenario: a `Scenario`, or the name or path of one.
        drives: ``role`` takes the place of the trade executor on a desk of a whole team, ``desk`` has the desk to itself.
        reads: names of sources that the desk reads beside ``price``, and pays for in every step.
        changes: values of other keys of the scenario, by dotted key.

    Attributes:
        columns: names of the numbers of an observation.
        symbols: the assets.

    Raises:
        BadScenario: the scenario cannot be opened.
        BadInput: it cannot be driven so.

    Examples:
        >>> from freeagentics.env import TradingEnv
        >>> env = TradingEnv("whale-pump", drives="desk", reads=["whales"], changes={"steps": 20})
        >>> seen, info = env.reset(seed=3)
        >>> seen, reward, terminated, truncated, info = env.step(env.action_space.sample())
        >>> info["step"], truncated
        (2, False)
        >>> env.close()
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012

    def __init__(
        self,
        scenario: Scenario | str = "whale-pump",
        *,
        drives: Drives = "role",
        reads: Sequence[str] = (),
        changes: Mapping[str, object] | None = None,
    ) -> None:
        self._episodes = Episodes(scenario, 1, drives, reads, changes)
        self._market: DrivenMarket | None = None
        self.columns, self.symbols = self._episodes.sight.columns, self._episodes.symbols
        self.observation_space, self.action_space = seen_space(self._episodes), weights_space(self._episodes)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[F32, dict[str, Any]]:
        """Begin an episode; returns its first observation, and ``info``."""
        super().reset(seed=seed)
        self.close()
        self._market = self._episodes.open(episode_seed(seed, self.np_random), options)
        return self._market.seen()[0], self._info(self._market)

    def step(self, action: F32) -> tuple[F32, float, bool, bool, dict[str, Any]]:
        """Move the desk to these weights; returns observation, reward, terminated, truncated, ``info``. Raises BadInput."""
        if self._market is None:
            raise BadInput("no episode has begun; call reset first")
        reward = self._market.act(np.asarray(action)[None])
        info = self._info(self._market)
        return self._market.seen()[0], float(reward[0]), info["equity"] <= 0, self._market.over, info

    def close(self) -> None:
        """End the episode."""
        if self._market is not None:
            self._market.close()
            self._market = None

    def _info(self, market: DrivenMarket) -> dict[str, Any]:
        return told(market) | {"equity": float(market.equity()[0] / CENTS)}


def told(market: DrivenMarket) -> dict[str, Any]:
    """Facts that all desks of an episode are told: ``seed``, ``step`` and ``timestamp``."""
    return {"seed": market.model.scenario.seed, "step": market.observation.step, "timestamp": market.observation.timestamp}
