from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from credulous import CREDULOUS

from freeagentics.arrays import F32, F64, I64
from freeagentics.evaluation import Agreement, decision_agreement
from freeagentics.evaluation.agreement import AgreementProbe, CodecOf, ShadowIndex
from freeagentics.memory import Ranking, RecallIndex
from freeagentics.memory.codec import Codec, Codes, Encoded, Float32Codec, SideInformation, open_codec
from freeagentics.scenario import load_scenario
from freeagentics.simulation import MarketModel

SCENARIO = load_scenario("btc-replay", {"agents.count": 5, "memory.recall": 2} | CREDULOUS)
STEPS = 60


class Amnesia(Codec):
    """Gives back nothing of what it was given."""

    name, version, shares = "amnesia", 250, False

    def encode(self, vectors: F32, side_information: SideInformation, focus: I64) -> Encoded:
        return Encoded(Float32Codec().encode(vectors, side_information, focus).codes, np.zeros_like(vectors))

    def decode(self, codes: Codes, side_information: SideInformation) -> F32:
        return np.zeros((len(codes), 48), np.float32)

    def bits(self, vectors: F32, side_information: SideInformation, focus: I64) -> F64:
        return np.zeros(48)


@pytest.fixture(scope="module")
def found() -> dict[str, Agreement]:
    codecs: dict[str, CodecOf] = {
        "float32": partial(open_codec, "float32"),
        "autoregressive": partial(open_codec, "autoregressive"),
        "amnesia": lambda role, columns: Amnesia(),
    }
    return decision_agreement(SCENARIO, codecs, STEPS)


def test_exact_memories_change_no_decision_and_lost_ones_do(found: dict[str, Agreement]) -> None:
    assert found["float32"].share == 1
    assert found["amnesia"].share < found["autoregressive"].share <= 1
    assert found["autoregressive"].share > 0.95
    assert all(one.decisions == one.memories == 5 * STEPS for one in found.values())


def test_bits_are_those_of_the_codes(found: dict[str, Agreement]) -> None:
    assert found["float32"].bits == 8 * (4 * 48 + 1)
    assert found["autoregressive"].bits < 200


def test_looking_on_does_not_change_the_run() -> None:
    hashes = []
    for probes in ([], [AgreementProbe({"autoregressive": partial(open_codec, "autoregressive")})]):
        with MarketModel(SCENARIO, probes=probes) as model:
            for _ in range(12):
                model.step()
            hashes.append(model.trajectory_sha256)
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize("horizon", [2, 5])
def test_keys_of_a_codec_are_moved_about_as_an_index_of_any_horizon_moves_its_own(horizon: int) -> None:
    rng = np.random.default_rng(1)
    index = RecallIndex(3, 12, 4, horizon=horizon, ranking=Ranking(50, 0.2), doubt=5)
    shadow = ShadowIndex(index)
    for step in range(40):
        keys = rng.integers(0, 256, (3, 4), dtype=np.uint8)
        shadow.follow(index, keys, step)
        index.remember(keys, rng.random(3, dtype=np.float32), step)
    kept = index.key.copy()
    shadow.cast(index)
    assert (index.step >= 0).all()
    assert np.array_equal(index.key, kept)
