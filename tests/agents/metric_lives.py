"""Lives of agents to whose recall one number of a key matters, and how well their metrics rank later experience: for tests, and as a
measurement (``python tests/agents/metric_lives.py 30``)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from freeagentics.agents.recollection import Recollection
from freeagentics.arrays import F64, I32, U8
from freeagentics.clock import HOUR_MS
from freeagentics.memory import Ranking, RecallIndex

KEY_SIZE = 17

SHAPES: dict[str, Callable[[F64], F64]] = {
    "slope": lambda place: 3.4 * place - 1.7,
    "curve": lambda place: 8 * np.abs(place - 0.5) - 2,
    "nothing": lambda place: 0 * place,
}
"""Mean outcome by where in its range the telling number lies, 0..1."""


@dataclass(frozen=True)
class Lives:
    """So many hours of agents.

    Attributes:
        tells: the number of a key that tells of each agent's outcomes, (agents,).
        shape: in which it tells.
        noise: standard deviation of what nothing tells of.
        hours: of life.
        alike: whether all live through the same.
        liar: an agent whose outcomes are as large as can be, by another number; -1 for none.
    """

    tells: Sequence[int]
    shape: str
    noise: float = 2.0
    hours: int = 200
    alike: bool = False
    liar: int = -1

    def lived(self, seed: int, *, adapt: bool = True, federation: bool = False) -> Recollection:
        """What agents have learned by the end."""
        rows, draw = len(self.tells), np.random.default_rng(seed)
        made, there = Recollection(rows, KEY_SIZE, 1, 1.0, 0.01, adapt=adapt, federation=federation), np.ones(rows, dtype=np.bool_)
        for hour in range(1, self.hours + 1):
            keys = draw.integers(0, 256, (rows, KEY_SIZE)).astype(np.uint8)
            luck = draw.standard_normal(rows)
            if self.alike:
                keys[:], luck[:] = keys[0], luck[0]
            result = self.mean(keys) + self.noise * luck
            if self.liar >= 0:
                result[self.liar] = 40.0 if keys[self.liar, 0] > 127 else -40.0
            made.consolidate(hour, hour * HOUR_MS, there)
            made.learn(hour, keys[:, None], 0, result.astype(np.float32), there)
        return made

    def mean(self, keys: U8) -> F64:
        """Mean outcomes of agents with these keys (agents, KEY_SIZE), (agents,)."""
        return np.asarray(SHAPES[self.shape](keys[np.arange(len(keys)), self.tells] / 255))

    def error(self, seed: int, metric: I32, agent: int, memories: int = 150, asked: int = 60) -> float:
        """Squared error of the mean outcome of later situations of an agent, by those of its memories that are most like them."""
        draw, shape, telling = np.random.default_rng(seed + 1000), SHAPES[self.shape], self.tells[agent]
        keys, later = (draw.integers(0, 256, (count, KEY_SIZE)).astype(np.uint8) for count in (memories, asked))
        index = RecallIndex(1, memories, KEY_SIZE, horizon=1, ranking=Ranking(1e9, 0.12), doubt=1.0)
        index.key[0], index.step[0] = keys, np.arange(memories)
        index.result[0] = shape(keys[:, telling] / 255) + self.noise * draw.standard_normal(memories)
        said = [float(index.recall(one[None], 12, memories, metric[None]).expected[0]) for one in later]
        return float(np.square(np.array(said) - shape(later[:, telling] / 255)).mean())

    def errors(self, seed: int, made: Recollection) -> F64:
        """Those of all agents, by their own metrics, (agents,)."""
        return np.array([self.error(seed, metric, agent) for agent, metric in enumerate(made.metric())])


def _row(name: str, lives: Lives, seeds: int) -> str:
    own, peers, none, other = (np.empty((seeds, len(lives.tells))) for _ in range(4))
    for seed in range(seeds):
        made, slopes = lives.lived(seed), lives.lived(seed, adapt=False)
        own[seed], peers[seed] = lives.errors(seed, made), lives.errors(seed, lives.lived(seed, federation=True))
        none[seed] = lives.errors(seed, slopes)
        other[seed] = [lives.error(seed, metric, agent) for agent, metric in enumerate(np.roll(made.metric(), 1, axis=0))]
    honest = [agent for agent in range(len(lives.tells)) if agent != lives.liar]
    gains = [(one - two)[:, honest].mean(axis=1) for one, two in ((none, own), (other, own), (own, peers))]
    half = [1.96 * gain.std(ddof=1) / np.sqrt(seeds) for gain in gains]
    better, worse = ((peers < own)[:, honest].mean(), (peers > own)[:, honest].mean())
    found = [f"{gain.mean():+.3f} ± {wide:.3f}" for gain, wide in zip(gains, half, strict=True)]
    return " | ".join([name, f"{own[:, honest].mean():.3f}", *found, f"{better:.0%}, worse {worse:.0%}"])


MEASURED = {
    "each agent its own curve": Lives(range(3, 13), "curve", 1.0, 300),
    "each agent its own slope": Lives(range(3, 13), "slope", 1.0, 300),
    "one curve for all, fewer outcomes": Lives([3] * 10, "curve"),
    "the same, one of ten lies": Lives([3] * 10, "curve", liar=0),
    "one slope for all, fewer outcomes": Lives([3] * 10, "slope", hours=100),
    "half tell by another number": Lives([3] * 5 + [11] * 5, "curve"),
    "all live through the same": Lives([3] * 10, "curve", alike=True),
    "nothing tells": Lives([3] * 10, "nothing", 1.0),
}

if __name__ == "__main__":
    print("lives | error | less than by slopes alone | than by another's metric | with peers less by | better of agents with peers")  # noqa: T201
    for title, measured in MEASURED.items():
        print(_row(title, measured, int(sys.argv[1])), flush=True)  # noqa: T201
