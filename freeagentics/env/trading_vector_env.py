"""The vectorised Gymnasium environment: many desks side by side in one process, those of one market in one batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from freeagentics.arrays import F32, F64, AnyArray, Mask
from freeagentics.env.driven_market import DrivenMarket
from freeagentics.env.driven_scenario import Drives
from freeagentics.env.episodes import Episodes, episode_seed
from freeagentics.env.spaces import seen_space, weights_space
from freeagentics.env.trading_env import told
from freeagentics.errors import BadInput
from freeagentics.market import CENTS
from freeagentics.scenario import Scenario


class TradingVectorEnv(VectorEnv[F32, F32, AnyArray]):
    """Has a policy drive *num_envs* desks, each as in `TradingEnv`, spread evenly over *markets* markets.

    Desks of one market see the same bars and never meet, so they are agents of one model: that is one batch, and the more desks the faster.
    The first desk of a market is, bit for bit, that of a `TradingEnv` with its seed. Markets have seeds of their own, ``seed``,
    ``seed + 1`` and so on: where bars are made from the seed, they are other bars. All episodes end together; the step after that
    begins new ones (``AutoresetMode.NEXT_STEP``).

    Args:
        scenario, drives, reads, changes: as for `TradingEnv`.
        num_envs: desks in all.
        markets: how many markets they are spread over; as many as desks where desks meet (`market.shared_impact`, auctions).

    Raises:
        BadInput: the desks cannot be spread evenly, or desks that meet would stand on one market.
    """

    metadata: dict[str, Any] = {"render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP}  # noqa: RUF012

    def __init__(
        self,
        scenario: Scenario | str = "whale-pump",
        num_envs: int = 16,
        *,
        markets: int = 1,
        drives: Drives = "role",
        reads: Sequence[str] = (),
        changes: Mapping[str, object] | None = None,
    ) -> None:
        if not 1 <= markets <= num_envs or num_envs % markets:
            raise BadInput(f"markets: {num_envs} desks cannot be spread evenly over {markets}")
        self.num_envs, self._desks = num_envs, num_envs // markets
        self._count = markets
        self._episodes = Episodes(scenario, self._desks, drives, reads, changes)
        if self._desks > 1 and not self._episodes.alone:
            raise BadInput(f"markets: desks of {self._episodes.scenario.name} meet on their market; give each its own, markets={num_envs}")
        self._markets: list[DrivenMarket] = []
        self.columns, self.symbols = self._episodes.sight.columns, self._episodes.symbols
        self.single_observation_space, self.single_action_space = seen_space(self._episodes), weights_space(self._episodes)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[F32, dict[str, Any]]:
        """Begin new episodes on all markets; returns the first observations, (num_envs, F), and ``info`` by column."""
        super().reset(seed=seed)
        self.close_extras()
        first = episode_seed(seed, self.np_random)
        for place in range(self._count):
            self._markets.append(self._episodes.open(first + place, options))
        return self._seen(), self._info()

    def step(self, actions: F32) -> tuple[F32, F64, Mask, Mask, dict[str, Any]]:
        """Move all desks to these weights, (num_envs, assets), or begin new episodes where the last ones are over."""
        if not self._markets:
            raise BadInput("no episode has begun; call reset first")
        if self._markets[0].over:
            seen, info = self.reset()
            return seen, np.zeros(self.num_envs), self._all(False), self._all(False), info
        given = np.asarray(actions).reshape(self._count, self._desks, -1)
        rewards = np.concatenate([market.act(weights) for market, weights in zip(self._markets, given, strict=True)])
        info = self._info()
        return self._seen(), rewards, info["equity"] <= 0, self._all(self._markets[0].over), info

    def close_extras(self, **_: Any) -> None:
        """End the episodes."""
        while self._markets:
            self._markets.pop().close()

    def _all(self, value: bool) -> Mask:
        return np.full(self.num_envs, value)

    def _seen(self) -> F32:
        return self._together(DrivenMarket.seen)

    def _together(self, of: Callable[[DrivenMarket], AnyArray]) -> AnyArray:
        return np.concatenate([of(market) for market in self._markets])

    def _info(self) -> dict[str, Any]:
        """Columns (num_envs,), each with a mask that says of whom it is known, as Gymnasium has them: here of all."""
        columns = {"equity": self._together(DrivenMarket.equity) / CENTS}
        of_market = [told(market) for market in self._markets]
        columns |= {name: np.repeat([one[name] for one in of_market], self._desks) for name in of_market[0]}
        return columns | {f"_{name}": self._all(True) for name in columns}
