"""Weights of faculties, learned online from outcomes: each is heard as far as it was right, and silent until it has shown something."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import F32, I64, ArrayState, Mask

EXPLAINED = np.float32(0.015)
"""Share of the variance of outcomes that a faculty is expected to explain, if any: it sets the width of the slab, whatever a component's
unit (a g-prior; Zellner, 1986)."""

FORGOTTEN = np.float32(0.002)
"""Share of what is known that is lost with an independent outcome: half in 350."""

HEARD = np.float32(0.5)
"""Credence from which a component is heard."""

LARGEST = np.float32(4)
"""Residuals are clipped to this many standard deviations, as outcomes are."""

_NOISE_COUNT = np.float32(50)
"""Outcomes that the first guess of their variance, 1, counts."""

_FIRST_READS, _FIRST_WORDS, _FIRST_SQUARE = np.float32(20), np.float32(0.6), np.float32(0.0125)
"""What a component is taken to be before it was read: as if in 20 readings, of a mean square of 0.0125, it had spoken 0.6 times."""


class FacultyWeights(ArrayState):
    """Bayesian regression of outcomes on what C components said of them, for all agents of a cohort at once.

    A weight is zero with probability 1 - p and otherwise drawn from a slab (a spike and a slab; Mitchell & Beauchamp, 1988,
    doi:10.1080/01621459.1988.10478694). The slab is w^2 times a normal density, which is nought at nought, so that silence is believed as
    readily as speech (a moment prior; Johnson & Rossell, 2010, doi:10.1111/j.1467-9868.2009.00730.x). The weight is its posterior mean, the
    mean under the slab times the probability that there is anything, where that is more likely than not, and otherwise exactly zero (the
    median probability model; Barbieri & Berger, 2004, doi:10.1214/009053604000000238): what has shown nothing changes nothing.

    For a component that tells nothing the Bayes factor is a martingale of mean 1: the chance that it ever makes anyone believe by q or more
    is about p / q at most, however often one looks (Ville's inequality; see Ramdas et al., 2023, doi:10.1214/23-STS894).

    With a *slope* weights are normal around it instead, with a precision of 1: for components that are forecasts, and come weighted.

    Outcomes over a horizon overlap. One counts as much as its component's square has of the squares of the horizon that ends with it: a
    word said once in a horizon counts once, one that stands counts 1 / horizon a bar.

    Args:
        rows: of the cohort.
        horizon: bars that an outcome looks ahead.
        probability: p of each component, (C,).
        slope: mean of the weights, or None where most are zero.
        signed: whether a weight may be negative; else there is nothing to believe in what was wrong.

    Attributes:
        weight: in the forecast, (rows, C).
        credence: posterior probabilities that there is anything, (rows, C).
        information: squares of components, as far as they count, (rows, C).
        moment: products of components and outcomes, as far as they count, (rows, C).
        recent: squares over the last horizon, a ring (horizon, rows, C).
        squares: sum of all squares, (rows, C).
        reads: outcomes for which a component was read, (rows, C).
        words: those for which it said anything, (rows, C).
        noise: sum of squared outcomes, and their number, (rows, 2).
    """

    def __init__(self, rows: int, horizon: int, probability: F32, *, slope: float | None = None, signed: bool = True) -> None:
        shape = (rows, len(probability))
        self._log_odds = np.log(probability / (1 - probability)).astype(np.float32)
        self._log_odds.flags.writeable = False
        self._slope, self._signed = slope, signed
        self.weight = np.full(shape, slope or 0, dtype=np.float32)
        self.credence = np.zeros(shape, dtype=np.float32)
        self.information = np.zeros(shape, dtype=np.float32)
        self.moment = np.zeros(shape, dtype=np.float32)
        self.recent = np.zeros((horizon, *shape), dtype=np.float32)
        self.squares = np.zeros(shape, dtype=np.float32)
        self.reads = np.zeros(shape, dtype=np.float32)
        self.words = np.zeros(shape, dtype=np.float32)
        self.noise = np.full((rows, 2), _NOISE_COUNT, dtype=np.float32)
        self._conclude()

    def contributions(self, component: F32) -> F32:
        """Forecast of each component (rows, C, assets), weighted."""
        return self.weight[:, :, None] * component

    def learn(self, step: int, component: F32, residual: F32, result: F32, judged: Mask, read: Mask | None = None) -> None:
        """Take in the outcome of a step; steps come in order.

        Args:
            step: the one that is judged.
            component: what each component said then, (rows, C, assets).
            residual: what the others left of the outcome for it to explain, (rows, C, assets).
            result: the outcome, (rows, assets).
            judged: rows that were there, (rows,).
            read: components that were read, (rows, C); all, by default.
        """
        there = judged[:, None]
        square = np.where(there, np.square(component).mean(axis=2), 0).astype(np.float32)
        product = np.where(there, (component * np.clip(residual, -LARGEST, LARGEST)).mean(axis=2), 0).astype(np.float32)
        self.recent[step % len(self.recent)] = square
        share = square / np.maximum(self.recent.sum(axis=0), np.float32(1e-12))
        self.information += share * (square - FORGOTTEN * self.information)
        self.moment += share * (product - FORGOTTEN * self.moment)
        self.squares += square
        self.words += square > 0
        self.reads += there if read is None else read & there
        self.noise[judged] += np.stack([np.square(result).mean(axis=1), np.ones(len(result))], axis=1)[judged].astype(np.float32)
        self._conclude()

    def _conclude(self) -> None:
        if self._slope is not None:
            information, moment = self._standardised()
            self.weight[:] = (moment + np.float32(self._slope)) / (information + 1)
            self.credence[:] = 1
            return
        mean, spread = self._slab()
        precision, second = self.power / EXPLAINED, np.square(mean) + spread
        log_factor = 0.5 * np.log(precision * spread) + 0.5 * np.square(mean) / spread + np.log(precision * second)
        believed = 1 / (1 + np.exp(-np.clip(self._log_odds + log_factor, -60, 60)))
        self.credence[:] = believed if self._signed else np.where(mean > 0, believed, 0)
        self.weight[:] = np.where(self.credence >= HEARD, self.credence * mean * (second + 2 * spread) / second, 0)

    def _standardised(self) -> tuple[F32, F32]:
        precision = (self.noise[:, 1] / self.noise[:, 0])[:, None].astype(np.float32)
        return self.information * precision, self.moment * precision

    def _slab(self) -> tuple[F32, F32]:
        """Mean and variance of each weight under the normal part of its slab, both (rows, C)."""
        information, moment = self._standardised()
        spread = (1 / (information + self.power / EXPLAINED)).astype(np.float32)
        return moment * spread, spread

    @property
    def power(self) -> F32:
        """Mean square of each component where it was read, (rows, C)."""
        return (self.squares + _FIRST_READS * _FIRST_SQUARE) / (self.reads + _FIRST_READS)

    def worth(self, threshold: float, life: float) -> F32:
        """Squared error that one more reading of each component saves, (rows, C).

        That is its mean square in the forecast, and what is learned by it, over its *life* of so many readings. What is learned is, of a
        component that is heard, by how much the variance of its weight shrinks (a knowledge gradient; Frazier, Powell & Dayanik, 2008,
        doi:10.1137/070693424). One that is not heard saves nothing until it is, whatever a single reading adds: it is worth what it will
        save if there is anything, spread over the readings that it then takes to be heard (Frazier & Powell, 2010,
        doi:10.1287/deca.1100.0180). All count less the nearer the forecasts that it makes come to the *threshold* below which nobody acts
        on one.
        """
        mean, spread = self._slab()
        second = np.square(mean) + spread
        square = (np.square(mean) * (np.square(mean) + 6 * spread) + 3 * np.square(spread)) / second
        loudness = (self.squares + _FIRST_READS * _FIRST_SQUARE) / (self.words + _FIRST_WORDS)
        pace = (self.information + _FIRST_READS * _FIRST_SQUARE) / (self.reads + _FIRST_READS)
        acted_on = np.square(np.maximum(1 - np.float32(threshold) / np.sqrt(square * loudness), 0))
        # The evidence for a weight w grows by half of its square, in standard deviations of outcomes, with each unit of information.
        credence = np.clip(self.credence, np.float32(1e-6), np.float32(1 - 1e-6))
        to_be_heard = np.log((1 - credence) / credence) / (square * pace / 2)
        learned = np.where(self.credence >= HEARD, np.square(spread) * pace, square / np.maximum(to_be_heard, 1))
        return (self.credence * acted_on * (square + np.float32(life) * learned) * self.power).astype(np.float32)

    def forget(self, rows: I64) -> None:
        """Rows (indexes) start afresh, for agents that arrive."""
        for array in (self.information, self.moment, self.squares, self.reads, self.words):
            array[rows] = 0
        self.recent[:, rows] = 0
        self.noise[rows] = _NOISE_COUNT
        self._conclude()
