"""Codes and decoded vectors as every version of a codec has them since it ships: what was written stays readable, bit for bit."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from golden_samples import GoldenSample, golden_sample, random_codes

from freeagentics.arrays import AnyArray
from freeagentics.memory.codec import BitsCodec, Codec, Codes, Float32Codec, Int8Codec, ScalarCodec, SideInformation
from freeagentics.memory.codec.registry import shipped
from freeagentics.memory.features import FEATURES, HIGH, LOW

ROWS = 300

# Hashes of codes, of the vectors that they give back, and of those that their beginnings of every length do.
GOLDEN = {
    ("desk", 1, "no column"): ("61cad5445da298c6", "7dd7f765499217cf", "881c594d51da73b3", "d058dba8473b1ad8"),
    ("desk", 3, "whales"): ("19bc7cb3bcd7ba78", "82ae8ff31e100ddd", "e2e78a8420501d02", "fba282674a546579"),
    ("desk", 10, "no column"): ("d7f164758baea949", "84f9de78e13238ef", "da252bd3d1431ef6", "f60a8a7bfe76499c"),
    ("market-hunter", 1, "no column"): ("b264c3db77c5a9c6", "20f28fcabef7ded2", "24f4ae5d4ebaef23", "19adab042ad2a39c"),
    ("market-hunter", 3, "whales"): ("950e513bc9a9c171", "ea13fdbfe92339e2", "1655a38d8a855218", "642becdce7ace8e1"),
    ("market-hunter", 10, "no column"): ("f7023927dccd2a58", "0905844dbd05012e", "2c0e1f42d987012d", "e44517ce9b6ade0f"),
    ("risk-manager", 1, "no column"): ("608e61616f40efa5", "1189a7a04191594b", "6006824545bdfb12", "0c1273bafc3cb169"),
    ("risk-manager", 3, "whales"): ("8c88f4f5ae9685f6", "a9d82512edc3d136", "a0eb96954e333d7d", "5d1f1e5d7916ed43"),
    ("risk-manager", 10, "no column"): ("464da64786395161", "722521e61904c6e3", "c79055c3b691df49", "fb473c011ceea79d"),
    ("portfolio-optimizer", 1, "no column"): ("54416aabaadde561", "17edf47795f68aff", "6cd6be62e9067160", "479ddaa16eae7255"),
    ("portfolio-optimizer", 3, "whales"): ("27476ca53c2d9d2f", "1dfda963702cf2e5", "1d841905e50eb76a", "35c9e8e0cb9d1977"),
    ("portfolio-optimizer", 10, "no column"): ("45fde7b2f252c3a6", "081cbf3a0818af30", "01f34d798548d955", "a09c20ccceb40522"),
    ("trade-executor", 1, "no column"): ("1f1033c420106199", "5fcc6748125453fd", "df33a7b699b05e99", "2b0adda9c06ca9f2"),
    ("trade-executor", 3, "whales"): ("ed7bf8a460f56824", "6f3a0aee5d94a781", "71e8e95c262f6c76", "c70eaaeeb2bda542"),
    ("trade-executor", 10, "no column"): ("78033a2a6bfece32", "e4749edc355dc2d4", "735b10ba33001797", "0d0408e3c71a8815"),
    ("sentiment-analyzer", 1, "no column"): ("d4ae4a551357c91d", "91ad6e6bf68d40ee", "8d7a0fca29da6fce", "2b12f9de2ea756ee"),
    ("sentiment-analyzer", 3, "whales"): ("6d4612e9ee458c8f", "7487076369f51641", "c05792c93d984acf", "dca23fc9fb391ee4"),
    ("sentiment-analyzer", 10, "no column"): ("20751b93e208b55c", "cb995eeb7c5d4af7", "5f9b5978ad584229", "2436b9e5cc0006e2"),
}

PLAIN = {
    2: ("1b6e34e1a000bf37", "b4e9f6a3588ddf26"),
    8: ("4630f0ab0329b8ef", "24cea226a9614951"),
    3: ("15a9a9570d4406c5", "cd9811f308c5ba61"),
    7: ("0b0f6a4fa405b08c", "4f0636ffa7cea317"),
    4: ("e2adddf914ada4e2", "943343869900fa5f"),
    6: ("82916a3d009f22f9", "4f0636ffa7cea317"),
    1: ("a9e886bde3b4599d", "943343869900fa5f"),
}


def digest(*parts: bytes | AnyArray) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(part if isinstance(part, bytes) else np.ascontiguousarray(part).tobytes())
    return found.hexdigest()[:16]


def beginnings(sample: GoldenSample, codes: Codes) -> list[AnyArray]:
    lengths = range(1, int(codes.length.max()))
    return [sample.codec.decode(codes.truncated(np.full(len(codes), kept)), sample.side_information) for kept in lengths]


def hashes(sample: GoldenSample) -> tuple[str, str, str, str]:
    encoded = sample.codec.encode(sample.vectors, sample.side_information, sample.focus)
    anything = sample.codec.decode(random_codes(np.random.default_rng(1), len(sample.vectors), 30), sample.side_information)
    return (
        digest(encoded.codes.length, encoded.codes.concatenated()),
        digest(encoded.vectors),
        digest(*beginnings(sample, encoded.codes)),
        digest(anything),
    )


@pytest.mark.parametrize(("role", "assets", "lacking"), GOLDEN)
def test_codes_and_vectors_are_bit_for_bit_what_they_were(role: str, assets: int, lacking: str) -> None:
    assert shipped(role).version == 22
    assert hashes(golden_sample(role, assets, ROWS, lacking)) == GOLDEN[role, assets, lacking]


@pytest.mark.parametrize(("role", "assets", "lacking"), GOLDEN)
def test_codes_are_the_same_alone(role: str, assets: int, lacking: str) -> None:
    sample = golden_sample(role, assets, ROWS, lacking)
    together = sample.codec.encode(sample.vectors, sample.side_information, sample.focus)
    codes = together.codes.to_list()
    for row in range(0, ROWS, 4):
        alone = sample.rows(slice(row, row + 1))
        encoded = alone.codec.encode(alone.vectors, alone.side_information, alone.focus)
        assert encoded.codes.to_list() == [codes[row]]
        assert encoded.vectors.tobytes() == together.vectors[row].tobytes()
        assert alone.codec.decode(encoded.codes, alone.side_information).tobytes() == together.vectors[row].tobytes()


@pytest.mark.parametrize("role", ["desk", "trade-executor"])
def test_codes_do_not_change_where_each_memory_has_an_observation_of_its_own(role: str) -> None:
    sample = golden_sample(role, 10, ROWS)
    values, book = sample.side_information.values, sample.side_information.book
    each = SideInformation(np.repeat(values[None], ROWS, axis=0), book)
    together = sample.codec.encode(sample.vectors, sample.side_information, sample.focus)
    assert sample.codec.encode(sample.vectors, each, sample.focus).codes.to_list() == together.codes.to_list()
    assert sample.codec.decode(together.codes, each).tobytes() == together.vectors.tobytes()


def plain_vectors() -> AnyArray:
    random = np.random.default_rng(5)
    vectors = random.uniform(1.2 * LOW - 0.1, 1.2 * HIGH, (ROWS, len(FEATURES)))
    vectors[random.random(vectors.shape) < 0.05] = np.nan
    return vectors.astype(np.float32)


@pytest.mark.parametrize(
    "codec", [Float32Codec(), Int8Codec(), Int8Codec(zero=False), BitsCodec(), BitsCodec(zero=False)], ids=lambda codec: str(codec.version)
)
def test_plain_codes_are_bit_for_bit_what_they_were(codec: Codec) -> None:
    encoded = codec.encode(plain_vectors(), SideInformation(np.zeros((1, 1), np.float32)), np.zeros(ROWS, np.int64))
    assert (digest(encoded.codes.concatenated()), digest(encoded.vectors)) == PLAIN[codec.version]


@pytest.mark.parametrize("codec", [ScalarCodec(), ScalarCodec(zero=False)], ids=lambda codec: str(codec.version))
def test_codes_with_a_checksum_of_two_bytes_are_what_they_were(codec: ScalarCodec) -> None:
    codes = codec.encode(plain_vectors())
    assert (digest(codes), digest(codec.decode(codes))) == PLAIN[codec.version]
