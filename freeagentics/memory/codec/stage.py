"""A stage: features that one net predicts, quantised around their predictions."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F64, I64, Mask
from freeagentics.memory.codec.fixed_point import FixedPointTransform
from freeagentics.memory.codec.range_coder import PROB_SCALE, RangeDecoder, RangeEncoder
from freeagentics.memory.codec.stage_net import LARGEST_INPUT, OUTPUTS, StageNet
from freeagentics.memory.codec.tables import COMMONS, SPREADS, Tables
from freeagentics.memory.codec.weights import CodecWeights


class Stage:
    """Features that are predicted together, from side information and the stages before.

    Attributes:
        features: which, (k,).
    """

    def __init__(
        self, transform: FixedPointTransform, weights: CodecWeights, tables: Tables, net: StageNet, first: int, count: int
    ) -> None:
        place = np.arange(first, first + count)
        self.features = weights.order[place]
        self._transform, self._net, self._tables = transform, net, tables
        self._input_count = len(weights.columns) + first
        self._max_quantum = weights.max_quantum[place][:, None].astype(np.float64)
        self._escape = 2 * self._max_quantum + 1
        self._step = weights.step[self.features][:, None].astype(np.float64)
        self._first = first
        self._coded = np.flatnonzero(~weights.deterministic[place])
        self._deterministic = np.flatnonzero(weights.deterministic[place])
        self._on_lattice = np.flatnonzero(weights.on_lattice[self.features])
        self._edge = np.concatenate([weights.spread_edge[place], weights.common_edge[place]])[:, None].astype(np.float64)
        self._width = np.concatenate([weights.spread_width[place], weights.common_width[place]])[:, None].astype(np.float64)
        self._last = np.repeat([SPREADS - 1.0, COMMONS - 1.0], count)[:, None]
        self._table = (place * (SPREADS * COMMONS))[:, None].astype(np.float64)

    def write(self, encoder: RangeEncoder, fixed: F64, decoded: F64, inputs: F64) -> None:
        """Encode these features of *fixed* (48, n); as decoded they enter *decoded* (48, n) and *inputs*."""
        expected, table = self.expect(inputs)
        difference, common = self.quantise(fixed, expected)
        symbols = difference + self._max_quantum
        escaped = np.abs(difference) > self._max_quantum
        np.copyto(symbols, self._escape, where=escaped)
        np.copyto(symbols, self._escape + 1, where=common)
        cum_freq, freq = self._tables.lookup(symbols.astype(np.int64)[self._coded], table[self._coded])
        for place in range(len(self._coded)):
            encoder.encode(cum_freq[place], freq[place])
        values = self.values(difference, common, expected)
        escaped &= ~common
        for place in np.flatnonzero(escaped.any(axis=1)).tolist():
            rows, feature = np.flatnonzero(escaped[place]), self.features[place]
            numbers = self._transform.to_bypass(fixed[feature, rows], feature)
            encoder.encode_bypass(rows, numbers)
            values[place, rows] = self._transform.from_bypass(numbers, feature)
        self.learn(values, decoded, inputs)

    def read(self, decoder: RangeDecoder, decoded: F64, inputs: F64) -> None:
        """Inverse of `write`; what the code does not determine comes back as predicted."""
        expected, table = self.expect(inputs)
        symbols, determined = np.empty(table.shape, dtype=np.int64), np.ones(table.shape, dtype=np.bool_)
        symbols[self._deterministic] = self._max_quantum[self._deterministic]
        base, first = table * PROB_SCALE, self._tables.first[table]
        for place in self._coded.tolist():
            found, freq = self._tables.search(self._first + place, base[place] + decoder.decode_target())
            decoder.decode_update((self._tables.cdf[found] - base[place]).view(np.uint64), freq)
            symbols[place], determined[place] = found, decoder.determined
        symbols[self._coded] -= first[self._coded]
        values = self.values(symbols - self._max_quantum, symbols > self._escape, expected)
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
            values[place, rows[there]] = self._transform.from_bypass(numbers[there], feature)
        self.learn(values, decoded, inputs)

    def predict(self, inputs: F64) -> F64:
        """Outputs of the net, integers (3 k, n)."""
        return self._net(inputs[: self._input_count])

    def expect(self, inputs: F64) -> tuple[F64, I64]:
        """Predicted values, integers (k, n), and the number of each one's table, (k, n)."""
        predicted, count = self.predict(inputs), len(self.features)
        bins = predicted[count:]
        bins -= self._edge
        bins /= self._width
        np.floor(bins, out=bins)
        np.maximum(bins, 0, out=bins)
        np.minimum(bins, self._last, out=bins)
        table = bins[:count] * COMMONS
        table += bins[count:]
        table += self._table
        return self.expected(predicted), table.astype(np.int64)

    def expected(self, predicted: F64) -> F64:
        """Values (k, n) around which these features are quantised; those on a lattice at multiples of their step."""
        expected = predicted[: len(self.features)]
        if self._on_lattice.size:
            step = self._step[self._on_lattice]
            expected[self._on_lattice] = np.rint(expected[self._on_lattice] / step) * step
        return expected

    def quantise(self, fixed: F64, expected: F64) -> tuple[F64, Mask]:
        """Quantise these features of *fixed* (48, n): their steps from the prediction, and which have their most common value, both (k, n).

        Deterministic features are taken to be as predicted.
        """
        mine = fixed[self.features]
        common = mine == 0
        mine -= expected
        mine /= self._step
        mine[self._deterministic], common[self._deterministic] = 0, False
        return np.rint(mine, out=mine), common

    def values(self, difference: F64, common: Mask, expected: F64) -> F64:
        """Dequantise features (k, n)."""
        values = difference * self._step
        values += expected
        values[common] = 0
        return values

    def learn(self, values: F64, decoded: F64, inputs: F64) -> None:
        """Put values (k, n) into *decoded* and *inputs*."""
        decoded[self.features] = values
        np.maximum(values, -LARGEST_INPUT, out=values)
        np.minimum(values, LARGEST_INPUT, out=inputs[self._input_count : self._input_count + len(values)])


def stages_of(transform: FixedPointTransform, weights: CodecWeights) -> tuple[Stage, ...]:
    """The stages of a trained codec, in the order of the code."""
    tables, hidden = Tables(weights), weights.hidden
    stages, first, inner, outer = [], 0, weights.inner, weights.outer
    for count in weights.stages.tolist():
        inputs, outputs = len(weights.columns) + first + 1, OUTPUTS * count
        inner_here, inner = np.split(inner, [inputs * (hidden + outputs)])
        outer_here, outer = np.split(outer, [hidden * outputs])
        net = StageNet(inner_here.reshape(inputs, hidden + outputs), outer_here.reshape(hidden, outputs))
        stages.append(Stage(transform, weights, tables, net, first, count))
        first += count
    return tuple(stages)
