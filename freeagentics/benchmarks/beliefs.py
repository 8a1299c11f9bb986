"""Beliefs: bytes and time of sparse states against dense arrays and scipy's CSR, and what pooled scratch buffers save."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import process_time
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from freeagentics.arrays import F32, I64
from freeagentics.benchmarks.table import Spread, Table
from freeagentics.mind import BeliefCompressor, LazyBeliefArray, SparseBeliefState
from freeagentics.randomness import generator
from freeagentics.sharing import ScratchPool

SHAPES = ((100, 100), (1500, 3000))
ZEROS = (0.5, 0.9, 0.95, 0.99)
UPDATED = 1000
BATCH = (256, 1000)
CELLS_PER_TIMING = 9_000_000

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Contest:
    """The same work done three ways; none where there is no such way."""

    ours: Work
    csr: Work | None
    dense: Work


def beliefs(runs: int) -> Table:
    """A row a size, share of zeros and operation, and one for scratch buffers; the ways take turns."""
    rows = [row for shape in SHAPES for zeros in ZEROS for row in _rows(shape, zeros, runs)]
    rows.append(_row(BATCH, "", "batch update, scratch pooled / fresh", {}, _batch(), runs))
    note = (
        "float32, what is not zero at random places. *Ours* takes the smallest form whatever the share of zeros (threshold 0). "
        f"Update sets {UPDATED:,} cells; CSR does it by way of a dense array, as ours does. Dense: copies, and assignment in place. "
        "The last row has *ours* with a pooled buffer and *dense* with a fresh one. "
        f"µs are of CPU time; median of {runs} runs (least to most)."
    )
    return Table("Beliefs", note, rows)


def _rows(shape: tuple[int, int], zeros: float, runs: int) -> list[Mapping[str, object]]:
    belief, picked = _belief(shape, zeros)
    compressor, csr = BeliefCompressor(), csr_array(belief)
    state = compressor.compress(belief, 0)
    assert isinstance(state, SparseBeliefState)
    assert state.dense().tobytes() == belief.tobytes()
    sizes = {"ours": state.footprint(), "CSR": csr.data.nbytes + csr.indices.nbytes + csr.indptr.nbytes, "dense": belief.nbytes}
    contests = {
        "compress": Contest(lambda: compressor.compress(belief, 0), lambda: csr_array(belief), belief.copy),
        "read": Contest(state.dense, csr.toarray, belief.copy),
        "update": _update(belief, picked),
    }
    return [_row(shape, f"{zeros:.0%}", name, sizes, contest, runs) for name, contest in contests.items()]


def _belief(shape: tuple[int, int], zeros: float) -> tuple[F32, tuple[I64, I64]]:
    """A belief, and indexes of some of its cells."""
    random = generator(1, "benchmarks/beliefs")
    belief = np.zeros(shape, np.float32)
    filled = random.permutation(belief.size)[: round(belief.size * (1 - zeros))]
    belief.reshape(-1)[filled] = random.uniform(0.1, 1, len(filled))
    rows, columns = np.unravel_index(random.choice(filled, min(UPDATED, len(filled)), replace=False), shape)
    return belief, (rows, columns)


def _update(belief: F32, picked: tuple[I64, I64]) -> Contest:
    lazy, dense = LazyBeliefArray.holding(belief, sparsity_threshold=0), belief.copy()
    csr = csr_array(belief)

    def by_csr() -> None:
        nonlocal csr
        array = csr.toarray()
        array[picked] = 0.5
        csr = csr_array(array)

    return Contest(lambda: lazy.update(0.5, picked), by_csr, lambda: dense.__setitem__(picked, 0.5))


def _batch() -> Contest:
    """A cohort's beliefs weighed by likelihoods and normalised."""
    random, scratch = generator(1, "benchmarks/batch"), ScratchPool()
    belief, likelihood = random.random(BATCH, np.float32), random.random(BATCH, np.float32)

    def pooled() -> None:
        with scratch.take(BATCH) as weighed:
            np.multiply(belief, likelihood, out=weighed)
            np.divide(weighed, weighed.sum(axis=1, keepdims=True), out=belief)

    def fresh() -> None:
        weighed = np.multiply(belief, likelihood)
        np.divide(weighed, weighed.sum(axis=1, keepdims=True), out=belief)

    return Contest(pooled, None, fresh)


def _row(shape: tuple[int, int], zeros: str, what: str, sizes: Mapping[str, int], contest: Contest, runs: int) -> Mapping[str, object]:
    repeats = max(1, min(200, CELLS_PER_TIMING // (shape[0] * shape[1])))
    ways = {"ours": contest.ours, "CSR": contest.csr, "dense": contest.dense}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, work in ways.items():
            if work is not None:
                times[name].append(_microseconds(work, repeats))
    row: dict[str, Any] = {"shape": f"{shape[0]:,} x {shape[1]:,}", "zeros": zeros, "what": what}
    row |= {f"{name}, bytes": f"{sizes[name]:,}" if sizes else "" for name in ways}
    row |= {f"{name}, µs": Spread(tuple(times[name])) if times[name] else "" for name in ways}
    for other in ("CSR", "dense"):
        ratios = tuple(ours / theirs for ours, theirs in zip(times["ours"], times[other], strict=False))
        row[f"ours / {other}"] = Spread(ratios) if ratios else ""
    return row


def _microseconds(work: Work, repeats: int) -> float:
    work()
    began = process_time()
    for _ in range(repeats):
        work()
    return (process_time() - began) * 1e6 / repeats
