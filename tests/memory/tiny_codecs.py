"""Codecs without a net, for tests of coding alone: of every feature one table for all contexts, around one prediction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from freeagentics.arrays import F32, F64, I64, AnyArray
from freeagentics.memory.codec import AutoregressiveCodec, CodecWeights, Codes, SideInformation
from freeagentics.memory.codec.fixed_point import OUTPUTS, WEIGHT_ONE
from freeagentics.memory.codec.tables import CONTEXTS, PROB_SCALE, integer_frequencies
from freeagentics.memory.features import FEATURES, HIGH, LOW

EXPECTED, STEP = 32775, 16
LARGEST = 65536


@dataclass(frozen=True)
class Message:
    """Symbols (rows, F) of tables, for a codec that knows these."""

    codec: AutoregressiveCodec
    tables: list[AnyArray]
    symbols: I64

    @property
    def side_information(self) -> SideInformation:
        """Nothing that tells anything."""
        return SideInformation(np.zeros((1, 1), np.float32))

    @property
    def fixed(self) -> F64:
        """Fixed-point numbers with these symbols, (rows, F)."""
        quanta = np.array([len(table) // 2 - 1 for table in self.tables])
        values = EXPECTED + STEP * (self.symbols - quanta).astype(np.float64)
        values[self.symbols > 2 * quanta] += 5000
        values[self.symbols == 2 * quanta + 2] = 0
        return values

    @property
    def escaped(self) -> AnyArray:
        """Symbols that a bypass number follows, (rows, F)."""
        return self.symbols == [len(table) - 2 for table in self.tables]

    def codes(self) -> Codes:
        """Codes of these symbols."""
        vectors = np.tile(LOW, (len(self.symbols), 1))
        vectors[:, : len(self.tables)] += self.fixed / self.codec.weights.scale[: len(self.tables)]
        return self.codec.encode(vectors.astype(np.float32), self.side_information, np.zeros(len(vectors), np.int64)).codes

    def read(self, codes: Codes) -> F64:
        """What codes give back, as fixed-point numbers (rows, F)."""
        return self.as_fixed(self.codec.decode(codes, self.side_information))

    def as_fixed(self, vectors: F32) -> F64:
        """Fixed-point numbers of vectors, (rows, F)."""
        found: F64 = np.rint((vectors - LOW) * self.codec.weights.scale)[:, : len(self.tables)]
        return found

    @property
    def fallback(self) -> F64:
        """What features come back as that a code does not determine, (F,)."""
        found: F64 = np.rint([EXPECTED * (1 - table[-1] / PROB_SCALE) for table in self.tables])
        return found


def message(tables: list[AnyArray], symbols: I64) -> Message:
    """A message of tables of an odd number of symbols, the last two of each the escape and the most common value."""
    return Message(AutoregressiveCodec(tiny_weights(tables), ("nothing",)), tables, symbols)


def tiny_weights(tables: list[AnyArray]) -> CodecWeights:
    """Weights that predict `EXPECTED` for every feature, each a stage by itself."""
    count, whole = len(tables), np.zeros(len(tables), dtype=np.int64)
    nets = []
    for first in range(count):
        net = np.zeros((1 + first + 1, OUTPUTS), dtype=np.int32)
        net[-1, 0] = EXPECTED * WEIGHT_ONE
        nets.append(net.ravel())
    return CodecWeights(
        role="tiny",
        version=9,
        columns=("nothing",),
        side_offset=np.zeros(1),
        side_scale=np.ones(1),
        center=LOW.copy(),
        scale=LARGEST / (HIGH - LOW),
        step=np.full(len(FEATURES), STEP),
        on_lattice=np.zeros(len(FEATURES), dtype=np.bool_),
        copied_from=np.full(len(FEATURES), -1),
        order=np.arange(count),
        stages=np.ones(count, dtype=np.int64),
        hidden=0,
        inner=np.concatenate(nets),
        outer=np.zeros(0, dtype=np.int32),
        spread_edge=whole,
        spread_width=whole + 1,
        common_edge=whole,
        common_width=whole + 1,
        max_quantum=np.array([len(table) // 2 - 1 for table in tables]),
        frequency=np.concatenate([np.tile(table, CONTEXTS) for table in tables]).astype(np.uint16),
        deterministic=np.zeros(count, dtype=np.bool_),
        p_no_escape=PROB_SCALE - 1,
    )


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """Tables of up to 13 symbols, and symbols (rows, tables) of them."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    count, rows = draw(st.integers(1, 14)), draw(st.integers(1, 6))
    skew = draw(st.sampled_from([0.1, 1.0, 8.0]))
    tables = [integer_frequencies(random.random(2 * random.integers(1, 6) + 3) ** skew + 1e-9) for _ in range(count)]
    return message(tables, np.stack([random.integers(0, len(table), rows) for table in tables], axis=1))
