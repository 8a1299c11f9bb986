"""Order flow: whales, volume, trades and their initiators."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F64
from freeagentics.market.synthetic.noise import persistent
from freeagentics.randomness import generator, normal, poisson

_BURST_PROBABILITY = 0.022
_USUAL_VOLUME = 1000.0
_USUAL_TRADE = 0.035


def whale_counts(seed: int, shape: tuple[int, int]) -> F64:
    """Whales in each bar (T, A): Poisson of mean 1, with bursts of five and more, so that about every 40th bar has at least five.

    They come independently of prices; only what is planted makes them mean anything.
    """
    usual = poisson(generator(seed, "market/whales"), 1.0, shape)
    burst = generator(seed, "market/whale-bursts").random(shape) < _BURST_PROBABILITY
    extra = poisson(generator(seed, "market/whale-burst-sizes"), 2.0, shape)
    return (usual + burst * (5 + extra)).astype(np.float64)


def order_flow(seed: int, returns: F64, volatility: F64, whales: F64, more_volume: F64) -> dict[str, F64]:
    """Volume, trades and taker_buy_volume, each (T, A), that go with log *returns*, their *volatility* and *whales*.

    Volume is persistent and rises with the size of the return; whales raise the mean trade size; takers buy more in bars that rise
    (correlation of about 0.45) and tell nothing of the next. *more_volume* (T, 1) is added to the logarithm of volume.
    """
    shape = returns.shape
    activity = 0.35 * persistent(seed, "volume", shape, 24) + 0.6 * kernels.log1p(np.abs(returns) / 0.004) + more_volume
    volume = _USUAL_VOLUME * kernels.exp(activity)
    size_noise = normal(generator(seed, "market/trade-size"), shape)
    size = _USUAL_TRADE * kernels.exp(0.15 * size_noise) * (1 + 0.2 * whales)
    taker_noise = normal(generator(seed, "market/takers"), shape)
    imbalance = np.clip(0.08 * (0.55 * returns / volatility + 0.83 * taker_noise), -0.95, 0.95)
    return {
        "volume": volume,
        "trades": np.maximum(np.rint(volume / size), 1.0),
        "taker_buy_volume": volume * (1 + imbalance) / 2,
    }
