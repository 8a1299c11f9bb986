"""Nets against codecs: bits of a grouped autoencoder for the same feature vectors, parameters of each, and what an adapter an agent would
save."""

from __future__ import annotations

import copy
import io
from functools import lru_cache

import numpy as np
import torch
from torch import nn

from freeagentics.arrays import F32, F64
from freeagentics.benchmarks.codec_baselines import CHECKSUM, LENGTH, CodingResult, entropy
from freeagentics.benchmarks.codec_data import Sample, samples
from freeagentics.benchmarks.table import Table
from freeagentics.memory.codec.adapters import Adapters
from freeagentics.memory.codec.fixed_point import ONE
from freeagentics.memory.codec.nets import FeatureGroupedVAE
from freeagentics.memory.codec.nets.grouped_vae import FeatureGroups
from freeagentics.memory.codec.training.data import TrainingData
from freeagentics.memory.codec.training.nets import NetSettings, fit_net
from freeagentics.memory.codec.training.quantised import quantised
from freeagentics.memory.features import FEATURES, GROUPS

_LATENTS = 32
_STEPS, _BATCH = 1500, 1024
_FIRST = 0.4
"""Share of an agent's time that its adapter is fitted on."""

HARD: FeatureGroups = {"portfolio": (0, 12, 2.0), "view": (12, 30, 3.0), "signals": (30, 40, 3.0), "action": (40, 48, 4.0)}
"""Compression levels high enough that all bottlenecks project."""


class Separate(FeatureGroupedVAE):
    """A `FeatureGroupedVAE` without sharing: every group has a compressor and hidden layers of its own."""

    def __init__(self, input_dim: int, latent_dim: int, groups: FeatureGroups) -> None:
        super().__init__(input_dim, latent_dim, groups)
        shared = [self.encoder_hidden, self.shared_compressor, self.decoder_hidden]
        self.own = nn.ModuleDict({name: nn.ModuleList(map(copy.deepcopy, shared)) for name in groups})
        del self.encoder_hidden, self.shared_compressor, self.decoder_hidden, self.group_params


def parameters(net: nn.Module) -> int:
    """Number of parameters of a net."""
    return sum(parameter.numel() for parameter in net.parameters())


def grouped_vae(sample: Sample) -> CodingResult:
    """The whole numbers of a `FeatureGroupedVAE`, at the bits of its own learned prior."""
    net = _trained(sample)
    with torch.no_grad():
        coded = net(_inputs(sample, sample.test))
    return CodingResult(float(coded.bits.mean()) + CHECKSUM + LENGTH, sample.errors(_vectors(sample, coded.reconstruction)))


def torch_save(sample: Sample) -> CodingResult:
    """Float latents of that net, every memory through `torch.save`."""
    net = _trained(sample)
    with torch.no_grad():
        latents, _ = net.posterior(_inputs(sample, sample.test))
        decoded = net.decoded(latents)
    file = io.BytesIO()
    torch.save(latents[0].clone(), file)
    return CodingResult(8.0 * len(file.getvalue()), sample.errors(_vectors(sample, decoded)))


@lru_cache(maxsize=16)
def _trained(sample: Sample) -> FeatureGroupedVAE:
    """A net for one role's feature vectors."""
    places = np.searchsorted(sample.weights.filled, [part[0] for part in sample.groups.values()])
    ends = [*places[1:].tolist(), len(sample.weights.filled)]
    groups = {str(name): (int(start), int(end), 1.0) for name, start, end in zip(sample.groups, places, ends, strict=True)}
    importance = {str(group): weight for group, weight in GROUPS.items()}
    settings = NetSettings(latents=min(_LATENTS, ends[-1]), importance=importance, steps=_STEPS, batch=_BATCH)
    return fit_net(_inputs(sample, sample.learn).numpy(), groups, settings)


def _middle(sample: Sample) -> F64:
    return (sample.weights.center * sample.weights.scale / ONE)[sample.weights.filled]


def _inputs(sample: Sample, data: TrainingData) -> torch.Tensor:
    """Features that vary, in standard deviations from their most common value, (n, F)."""
    return torch.as_tensor(sample.standard(data.vectors)[:, sample.weights.filled] - _middle(sample), dtype=torch.float32)


def _vectors(sample: Sample, decoded: torch.Tensor) -> F32:
    """Inverse of `_inputs`, beside features that do not vary."""
    vectors, features = sample.test.vectors.copy(), sample.weights.filled
    vectors[:, features] = (decoded.double().numpy() + _middle(sample)) / (sample.weights.scale / ONE)[features]
    return vectors


def codec_nets(runs: int) -> Table:
    """Parameters, and what adapters would save. Nothing here varies from run to run."""
    net = parameters(FeatureGroupedVAE(len(FEATURES), _LATENTS, HARD))
    apart = parameters(Separate(len(FEATURES), _LATENTS, HARD))
    rows = []
    for sample in samples("btc-replay"):
        own, alone, saved = _adapted(sample)
        trunk = sample.weights.inner.size + sample.weights.outer.size
        rows.append(
            {
                "role": sample.role,
                "shipped codec, a role": f"{trunk:,}",
                "adapter, an agent": f"{own:,}",
                "fewer than such a codec each": f"{1 - own / trunk:.1%}",
                "bits a memory that centers alone would save": f"{alone:.2f}",
                "that adapters would save": f"{saved:.2f}",
            }
        )
    note = (
        f"Parameters. A `FeatureGroupedVAE` of {len(FEATURES)} features and {_LATENTS} latents has {net:,}; without sharing"
        f" {apart:,}: {1 - net / apart:.0%} fewer. btc-replay, agents that nothing was trained on: an adapter is fitted to what the shipped"
        f" codec leaves of the first {_FIRST:.0%} of an agent's time. On the rest, what it would save is the entropy of what is"
        " left, in quantised steps, less that of what is left then and of its latents."
    )
    return Table("Parameters of nets, and what adapters would save", note, rows)


def _adapted(sample: Sample) -> tuple[int, float, float]:
    """Numbers of one agent's adapter, and the bits a memory that adapters would save: by their centers alone, and with latents."""
    # Every agent is there in every step: (agents, steps, features).
    order, agents = np.argsort(sample.test.agent, kind="stable"), len(np.unique(sample.test.agent))
    left = _left(sample)[order].reshape(agents, -1, len(sample.weights.order))
    first = int(left.shape[1] * _FIRST)
    learn, rest = left[:, :first], left[:, first:]
    # What has its most common value says so and no more: adapters neither learn from it nor are judged by it.
    known = ~np.isnan(learn)
    usual = np.where(known, learn, 0).sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1)
    adapters = Adapters(agents, np.ones(left.shape[2], dtype=np.float32))
    adapters.fit(np.arange(agents), np.where(known, learn, usual).astype(np.float32))
    centered, adapted, latents = [], [], []
    for step in range(rest.shape[1]):
        now = rest[:, step]
        latent = np.rint(adapters.encode(np.where(np.isnan(now), adapters.center, now).astype(np.float32)))
        centered.append(now - adapters.center)
        adapted.append(now - adapters.decode(latent))
        latents.append(latent)
    before, alone, after = (_bits(part) for part in (rest.transpose(1, 0, 2), np.array(centered), np.array(adapted)))
    own = adapters.center[0].size + adapters.basis[0].size
    return own, before - alone, before - after - _bits(np.array(latents, dtype=np.float64))


def _bits(values: F64) -> float:
    """Entropy of values (steps, agents, k), rounded: bits in all of a row, of which what is not a number takes none."""
    columns = values.reshape(-1, values.shape[2]).T
    known = [column[~np.isnan(column)] for column in columns]
    return sum(entropy(np.rint(column)) * len(column) / columns.shape[1] for column in known if len(column))


def _left(sample: Sample) -> F64:
    """Residuals of the test's features under the shipped codec, in quantised steps, (n, F); NaN where one has its most common value."""
    order, seen = sample.weights.order, quantised(sample.weights, sample.test)
    exact = (seen.fixed[:, order] - seen.expected) / sample.weights.step[order]
    return np.where(np.isnan(seen.difference), np.nan, exact)
