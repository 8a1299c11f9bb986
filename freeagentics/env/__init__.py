"""Environments: desks of a scenario driven from outside, by policies that learn. They need ``freeagentics[rl]``."""

from freeagentics.env.driven_market import DrivenMarket
from freeagentics.env.sight import Sight
from freeagentics.env.trading_env import TradingEnv
from freeagentics.env.trading_parallel_env import TradingParallelEnv
from freeagentics.env.trading_vector_env import TradingVectorEnv

__all__ = ["DrivenMarket", "Sight", "TradingEnv", "TradingParallelEnv", "TradingVectorEnv"]
