"""Weights of faculties, learned online from outcomes: each is heard as far as it was right, and silent until it has shown something."""

from __future__ import annotations

import numpy as np

from freeagentics import kernels
from freeagentics.arrays import F32, I64, ArrayState, Mask, readonly
from freeagentics.kernels import compiled

EXPLAINED = 0.015
"""Share of the variance of outcomes that a faculty is expected to explain, if any: it sets the width of the slab, whatever a component's
unit (a g-prior; Zellner, 1986)."""

FORGOTTEN = 0.002
"""Share of what is known that is lost with an independent outcome: half in 350."""

HEARD = 0.5
"""Credence from which a component is heard."""

LARGEST = 4.0
"""Residuals are clipped to this many standard deviations, as outcomes are."""

_NOISE_COUNT = 50.0
"""Outcomes that the first guess of their variance, 1, counts."""

_FIRST_READS, _FIRST_WORDS, _FIRST_SQUARE = 20.0, 0.6, 0.0125
"""What a component is taken to be before it was read: as if in 20 readings, of a mean square of 0.0125, it had spoken 0.6 times."""


class FacultyWeights(ArrayState):
    """Bayesian regression of outcomes on what C components said of them, for all agents of a cohort at once (``c/weights.c``).

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
        self._log_odds = kernels.log(probability / (1 - probability))
        self._log_odds.flags.writeable = False
        self._slope, self._signed = slope, signed
        self._all = readonly(np.ones(shape, dtype=np.bool_))
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
        """Take in the outcome of a step; steps come in order, and arrays are contiguous.

        Args:
            step: the one that is judged.
            component: what each component said then, (rows, C, assets).
            residual: what the others left of the outcome for it to explain, (rows, C, assets), or (rows, assets) for all components alike.
            result: the outcome, (rows, assets).
            judged: rows that were there, (rows,).
            read: components that were read, (rows, C); all, by default.
        """
        _, components, assets = component.shape
        compiled.weights_learn(
            component,
            residual,
            result,
            judged,
            self._all if read is None else read,
            self.recent,
            self.information,
            self.moment,
            self.squares,
            self.reads,
            self.words,
            self.noise,
            components,
            assets,
            step % len(self.recent),
            FORGOTTEN,
            LARGEST,
        )
        self._conclude()

    def _conclude(self) -> None:
        if self._slope is not None:
            compiled.weights_around(self.information, self.moment, self.noise, self.weight, self._slope, self.weight.shape[1])
            self.credence[:] = 1
            return
        self._judge(self.information, self.moment, self.noise, self.weight, self.credence)

    def _judge(self, information: F32, moment: F32, noise: F32, weight: F32, credence: F32) -> None:
        known = (information, moment, self.squares, self.reads, noise, self._log_odds, weight, credence)
        compiled.weights_conclude(*known, int(self._signed), EXPLAINED, HEARD, _FIRST_READS, _FIRST_SQUARE)

    def credence_of(self, information: F32, moment: F32, noise: F32) -> F32:
        """Credences (rows, C), were these the *information* and *moment* (rows, C) of its components, and the *noise* (rows, 2)."""
        weight, credence = np.empty((2, *self.weight.shape), dtype=np.float32)
        self._judge(information, moment, noise, weight, credence)
        return credence

    def worth(self, threshold: float, life: float) -> F32:
        """Squared error that one more reading of each component saves, (rows, C).

        That is its mean square in the forecast, and what is learned by it, over its *life* of so many readings. What is learned is, of a
        component that is heard, by how much the variance of its weight shrinks (a knowledge gradient; Frazier, Powell & Dayanik, 2008,
        doi:10.1137/070693424). One that is not heard saves nothing until it is, whatever a single reading adds: it is worth what it will
        save if there is anything, spread over the readings that it then takes to be heard (Frazier & Powell, 2010,
        doi:10.1287/deca.1100.0180). All count less the nearer the forecasts that it makes come to the *threshold* below which nobody acts
        on one.
        """
        worth = np.empty_like(self.weight)
        known = (self.information, self.moment, self.squares, self.reads, self.words, self.credence, self.noise, worth, worth.shape[1])
        compiled.weights_worth(*known, threshold, life, EXPLAINED, HEARD, _FIRST_READS, _FIRST_SQUARE, _FIRST_WORDS)
        return worth

    def inherit(self, rows: I64, other: FacultyWeights, theirs: I64) -> None:
        """Rows (indexes) begin with what rows *theirs* of another have learned: their evidence counts as if it were their own."""
        for name in ("information", "moment", "squares", "reads", "words", "noise"):
            getattr(self, name)[rows] = getattr(other, name)[theirs]
        self._conclude()

    def forget(self, rows: I64) -> None:
        """Rows (indexes) start afresh, for agents that arrive."""
        for array in (self.information, self.moment, self.squares, self.reads, self.words):
            array[rows] = 0
        self.recent[:, rows] = 0
        self.noise[rows] = _NOISE_COUNT
        self._conclude()
