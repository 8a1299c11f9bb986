"""Codecs: bits a memory, speed, parameters, and decisions that come out the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from freeagentics.arrays import F32, I64
from freeagentics.benchmarks import codec_baselines as rivals
from freeagentics.benchmarks import codec_nets as nets
from freeagentics.benchmarks.codec_baselines import CodingResult, Errors
from freeagentics.benchmarks.codec_data import Sample, samples
from freeagentics.benchmarks.table import Spread, Table
from freeagentics.evaluation import decision_agreement
from freeagentics.evaluation.agreement import CodecOf
from freeagentics.memory.codec import Codec, Float32Codec, Int8Codec, SideInformation, open_codec
from freeagentics.memory.codec.training.plan import BOUNDS
from freeagentics.memory.features import BOOK, FEATURES
from freeagentics.scenario import load_scenario

SCENARIOS = ("btc-replay", "ten-pairs", "whale-pump")
BATCHES = (1, 50, 256, 10_000)

_MATCHED: dict[str, Callable[[Sample, Errors], CodingResult]] = {
    "quantised, zstd-19 with dictionary": partial(rivals.quantised_zstd, side=False),
    "the same, given what is shared": partial(rivals.quantised_zstd, side=True),
    "weighted PCA, ideal entropy coding": partial(rivals.pca, side=False),
    "the same, given what is shared, linear": partial(rivals.pca, side=True),
}
_AS_IS: dict[str, Callable[[Sample], CodingResult]] = {
    "float32": rivals.plain(Float32Codec()),
    "float16, zlib": rivals.float16_zlib,
    "int8": rivals.plain(Int8Codec()),
    "4 bits": rivals.plain(rivals.FourBitsCodec()),
    "FeatureGroupedVAE, its own prior": nets.grouped_vae,
    "torch.save of its latents": nets.torch_save,
}


def codec(runs: int) -> Table:
    """Bits a memory. Nothing here varies from run to run but the agents' seeds, of which there is one."""
    rows = []
    for scenario in SCENARIOS:
        tested = samples(scenario)
        mine = [rivals.ours(sample) for sample in tested]
        rows.append(_row(scenario, "autoregressive (ours)", mine, mine))
        for name, matched in _MATCHED.items():
            there = [matched(sample, own.errors) for sample, own in zip(tested, mine, strict=True)]
            rows.append(_row(scenario, name, there, mine))
        for name, as_is in _AS_IS.items():
            rows.append(_row(scenario, name, [as_is(sample) for sample in tested], mine))
    bounds = ", ".join(f"{bound} {group}" for group, bound in BOUNDS.items())
    note = (
        "Bits a memory with checksum, length and its share of its desk's book, mean over roles; the last 30 % of the bars, agents that"
        " nothing was trained on."
        " Rivals learn from the first 70 % of the same scenario with other agents; zstd and PCA are given our error in every group,"
        " the others have one of their own."
        f" Errors are root mean squares in standard deviations, over features and roles; bounds: {bounds}."
    )
    return Table("Codecs", note, rows)


def _row(scenario: str, name: str, coded: Sequence[CodingResult], mine: Sequence[CodingResult]) -> Mapping[str, object]:
    bits, own = (float(np.mean([found.bits for found in these])) for these in (coded, mine))
    errors = {group: [found.errors[group] for found in coded if group in found.errors] for group in BOUNDS}
    shown = {f"error, {group}": f"{np.sqrt(np.mean(np.square(there))):.3f}" if there else "" for group, there in errors.items()}
    return {"scenario": scenario, "codec": name, "bits a memory": f"{bits:.1f}", "ours / this": f"{own / bits:.2f}", **shown}


def codec_speed(runs: int) -> Table:
    """Microseconds a memory, encoding and decoding, on one thread, beside int8."""
    rows = []
    sample = max(samples("btc-replay"), key=lambda sample: len(sample.weights.order))
    last = sample.test.step == sample.test.step.max()
    values, book = sample.side_information.values[last][0], sample.test.side_information[last][:, -len(BOOK) :]
    for batch in BATCHES:
        vectors = np.resize(sample.test.vectors[last], (batch, len(FEATURES)))
        focus = np.resize(sample.test.focus[last], batch)
        now = SideInformation(values, np.resize(book, (batch, len(BOOK))))
        row: dict[str, object] = {"batch": f"{batch:,}"}
        plain: Codec = Int8Codec()
        for found in (sample.codec, plain):
            writing, reading = _timed(found, vectors, now, focus, runs)
            row |= {f"{found.name}, encode": writing, f"{found.name}, decode": reading}
        rows.append(row)
    note = f"Microseconds a memory, one thread, {sample.role}. Median of {runs} runs (least to most) of a tenth of a second."
    return Table("Speed of codecs", note, rows)


def _timed(found: Codec, vectors: F32, side_information: SideInformation, focus: I64, runs: int) -> tuple[Spread, Spread]:
    codes = found.encode(vectors, side_information, focus).codes
    with threadpool_limits(1):
        writing = [_rate(lambda: found.encode(vectors, side_information, focus), len(vectors)) for _ in range(runs)]
        reading = [_rate(lambda: found.decode(codes, side_information), len(vectors)) for _ in range(runs)]
    return Spread(tuple(writing)), Spread(tuple(reading))


def _rate(work: Callable[[], object], batch: int) -> float:
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < 0.1:
        work()
        count += 1
    return (time.perf_counter() - began) / count / batch * 1e6


def codec_agreement(runs: int) -> Table:
    """Decisions in btc-replay that come out the same with memories as they are decoded."""
    codecs: dict[str, CodecOf] = {name: partial(open_codec, name) for name in ("float32", "int8", "scalar", "autoregressive")}
    codecs["4 bits"] = lambda role, columns: rivals.FourBitsCodec()
    scenario = load_scenario("btc-replay")
    found = decision_agreement(scenario, codecs, scenario.steps)
    rows = [
        {
            "codec": name,
            "decisions": f"{one.decisions:,}",
            "the same": f"{100 * one.share:.2f} %",
            "bits a memory": f"{one.bits + one.shared_bits:.0f}",
        }
        for name, one in found.items()
    ]
    note = "`btc-replay`, 50 agents, 2,000 steps: decisions of the same action on the same asset as with exact memories, in the same place."
    return Table("Decisions with decoded memories", note, rows)
