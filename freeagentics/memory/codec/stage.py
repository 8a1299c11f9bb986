"""A stage: the features that one net foretells, quantised around what it expects."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F64, I64, Mask
from freeagentics.memory.codec.fixed_point import FixedPointTransform
from freeagentics.memory.codec.range_coder import PROB_SCALE, RangeDecoder, RangeEncoder
from freeagentics.memory.codec.stage_net import LARGEST_INPUT, OUTPUTS, StageNet
from freeagentics.memory.codec.tables import COMMONS, SPREADS, Tables
from freeagentics.memory.codec.weights import CodecWeights


class Stage:
    """Features that are foretold together, from the observation and the stages before.

    Attributes:
        features: which, (k,).
    """

    def __init__(self, latents: FixedPointTransform, trained: CodecWeights, tables: Tables, net: StageNet, first: int, count: int) -> None:
        place = np.arange(first, first + count)
        self.features = trained.order[place]
        self._latents, self._net, self._tables = latents, net, tables
        self._inputs = len(trained.columns) + first
        self._radius = trained.radius[place][:, None].astype(np.float64)
        self._escape = 2 * self._radius + 1
        self._step = trained.step[self.features][:, None].astype(np.float64)
        self._first = first
        self._spoken = np.flatnonzero(~trained.implied[place])
        self._implied = np.flatnonzero(trained.implied[place])
        self._gridded = np.flatnonzero(trained.grid[self.features])
        self._edge = np.concatenate([trained.spread_edge[place], trained.common_edge[place]])[:, None].astype(np.float64)
        self._width = np.concatenate([trained.spread_width[place], trained.common_width[place]])[:, None].astype(np.float64)
        self._last = np.repeat([SPREADS - 1.0, COMMONS - 1.0], count)[:, None]
        self._table = (place * (SPREADS * COMMONS))[:, None].astype(np.float64)

    def write(self, encoder: RangeEncoder, whole: F64, decoded: F64, known: F64) -> None:
        """Code these features of *whole* (48, n); what they come back as enters *decoded* (48, n) and what is known."""
        expected, table = self.expect(known)
        difference, common = self.quantise(whole, expected)
        symbols = difference + self._radius
        escaped = np.abs(difference) > self._radius
        np.copyto(symbols, self._escape, where=escaped)
        np.copyto(symbols, self._escape + 1, where=common)
        cum_freq, freq = self._tables.lookup(symbols.astype(np.int64)[self._spoken], table[self._spoken])
        for place in range(len(self._spoken)):
            encoder.encode(cum_freq[place], freq[place])
        values = self.values(difference, common, expected)
        escaped &= ~common
        for place in np.flatnonzero(escaped.any(axis=1)).tolist():
            rows, feature = np.flatnonzero(escaped[place]), self.features[place]
            numbers = self._latents.to_bypass(whole[feature, rows], feature)
            encoder.encode_bypass(rows, numbers)
            values[place, rows] = self._latents.from_bypass(numbers, feature)
        self.learn(values, decoded, known)

    def read(self, decoder: RangeDecoder, decoded: F64, known: F64) -> None:
        """Inverse of `write`; where the code tells no more, what is to be expected."""
        expected, table = self.expect(known)
        symbols, determined = np.empty(table.shape, dtype=np.int64), np.ones(table.shape, dtype=np.bool_)
        symbols[self._implied] = self._radius[self._implied]
        base, first = table * PROB_SCALE, self._tables.first[table]
        for place in self._spoken.tolist():
            found, freq = self._tables.search(self._first + place, base[place] + decoder.decode_target())
            decoder.decode_update((self._tables.cdf[found] - base[place]).view(np.uint64), freq)
            symbols[place], determined[place] = found, decoder.determined
        symbols[self._spoken] -= first[self._spoken]
        values = self.values(symbols - self._radius, symbols > self._escape, expected)
        escaped = symbols == self._escape
        if not decoder.determined.all():
            # The most common value is 0: this is the mean of what it may be, rounded so that sums stay exact.
            values = np.where(determined, values, np.rint(expected * self._tables.uncommon[table]))
            escaped &= determined
        for place in np.flatnonzero(escaped.any(axis=1)).tolist():
            rows, feature = np.flatnonzero(escaped[place] & decoder.determined), self.features[place]
            numbers = decoder.decode_bypass(rows)
            values[place, escaped[place]] = expected[place, escaped[place]]
            there = decoder.determined[rows]
            values[place, rows[there]] = self._latents.from_bypass(numbers[there], feature)
        self.learn(values, decoded, known)

    def foretell(self, known: F64) -> F64:
        """What the net says, in whole numbers (3 k, n)."""
        return self._net(known[: self._inputs])

    def expect(self, known: F64) -> tuple[F64, I64]:
        """What is expected, in whole numbers (k, n), and the number of each one's table, (k, n)."""
        foretold, count = self.foretell(known), len(self.features)
        bins = foretold[count:]
        bins -= self._edge
        bins /= self._width
        np.floor(bins, out=bins)
        np.maximum(bins, 0, out=bins)
        np.minimum(bins, self._last, out=bins)
        table = bins[:count] * COMMONS
        table += bins[count:]
        table += self._table
        return self.expected(foretold), table.astype(np.int64)

    def expected(self, foretold: F64) -> F64:
        """The values (k, n) around which these features are quantised; of whole numbers a multiple of their step."""
        expected = foretold[: len(self.features)]
        if self._gridded.size:
            step = self._step[self._gridded]
            expected[self._gridded] = np.rint(expected[self._gridded] / step) * step
        return expected

    def quantise(self, whole: F64, expected: F64) -> tuple[F64, Mask]:
        """How many steps these features of *whole* (48, n) are from what was expected, and which have their most common value, both (k, n).

        What is implied is taken to be as expected.
        """
        mine = whole[self.features]
        common = mine == 0
        mine -= expected
        mine /= self._step
        mine[self._implied], common[self._implied] = 0, False
        return np.rint(mine, out=mine), common

    def values(self, difference: F64, common: Mask, expected: F64) -> F64:
        """What quantised features (k, n) stand for."""
        values = difference * self._step
        values += expected
        values[common] = 0
        return values

    def learn(self, values: F64, decoded: F64, known: F64) -> None:
        """Values (k, n) become known."""
        decoded[self.features] = values
        np.maximum(values, -LARGEST_INPUT, out=values)
        np.minimum(values, LARGEST_INPUT, out=known[self._inputs : self._inputs + len(values)])


def stages_of(latents: FixedPointTransform, trained: CodecWeights) -> tuple[Stage, ...]:
    """The stages of a trained codec, in the order of the code."""
    tables, hidden = Tables(trained), trained.hidden
    stages, first, inner, outer = [], 0, trained.inner, trained.outer
    for count in trained.stages.tolist():
        inputs, outputs = len(trained.columns) + first + 1, OUTPUTS * count
        inner_here, inner = np.split(inner, [inputs * (hidden + outputs)])
        outer_here, outer = np.split(outer, [hidden * outputs])
        net = StageNet(inner_here.reshape(inputs, hidden + outputs), outer_here.reshape(hidden, outputs))
        stages.append(Stage(latents, trained, tables, net, first, count))
        first += count
    return tuple(stages)
