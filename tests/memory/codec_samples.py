"""Feature vectors for tests of the autoregressive codec: of a real market, some that agents could have and some that none could."""

from __future__ import annotations

from functools import lru_cache

from freeagentics.arrays import F32, I64
from freeagentics.evaluation import CollectedRun as Run
from freeagentics.evaluation import collect
from freeagentics.memory import BOOK
from freeagentics.memory.codec import DESK, AutoregressiveCodec, SideInformation, open_codec, whole_market
from freeagentics.scenario import load_scenario

ROLES = (DESK, "market-hunter", "risk-manager", "portfolio-optimizer", "trade-executor", "sentiment-analyzer")


class CollectedRun:
    """Feature vectors of a role in btc-replay: feature vectors (n, 48), what they are coded given, focus (n,), and its codec."""

    def __init__(self, role: str) -> None:
        lived = _run()
        mine = lived.by_role[role]
        # At first every agent is alike.
        mine = mine.where(mine.step > 40)
        codec = open_codec("autoregressive", role, lived.by_role[DESK].columns)
        assert isinstance(codec, AutoregressiveCodec)
        self.codec = codec
        self.vectors: F32 = mine.vectors
        self.columns = lived.by_role[DESK].columns
        values: F32 = lived.observed[mine.step - 1]
        self.side_information = (
            SideInformation(whole_market(values)) if role == DESK else SideInformation(values, mine.side_information[:, -len(BOOK) :])
        )
        self.focus: I64 = mine.focus


@lru_cache(maxsize=1)
def _run() -> Run:
    return collect(load_scenario("btc-replay", {"agents.count": 25, "seed": 3}), 400)


@lru_cache(maxsize=len(ROLES))
def lived(role: str) -> CollectedRun:
    return CollectedRun(role)
