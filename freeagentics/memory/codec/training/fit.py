"""Fitting a role's codec: a net is trained, made integers, and its tables are counted on agents that it was not trained on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from freeagentics.arrays import F64, I64
from freeagentics.errors import BadInput
from freeagentics.memory.codec.fixed_point import LARGEST_INPUT, ONE, WEIGHT_ONE
from freeagentics.memory.codec.nets.device import check_device
from freeagentics.memory.codec.nets.prior import PriorNet
from freeagentics.memory.codec.training.data import TrainingData, as_shared
from freeagentics.memory.codec.training.plan import BOUNDS, Plan, plan
from freeagentics.memory.codec.training.quantised import quantised
from freeagentics.memory.codec.training.tables import fit_tables, group_errors, with_deterministic, without_tables
from freeagentics.memory.codec.training.threads import one_thread
from freeagentics.memory.codec.weights import CodecWeights
from freeagentics.memory.features import Group
from freeagentics.progress import ProgressCallback, no_progress, track

_MARGIN = 0.8
"""Share of a bound that is aimed at: other runs are not like those it was fitted on."""


@dataclass(frozen=True, slots=True)
class FitSettings:
    """Settings of training a codec."""

    steps: int = 2000
    batch: int = 2048
    learning_rate: float = 8e-3
    decay: float = 0.02
    hidden: int = 32
    every: int = 3
    """Every so many agents are kept for the tables."""
    early: float = 0.75
    """Share of the others' time that the net learns from: tables must know how far off it is of what comes later."""
    compression: float = 0.5
    """Of the role; half of it is the share of its bound that the view may spend on what memories are recalled by."""
    seed: int = 0
    device: str = "cpu"


def fit(
    data: TrainingData,
    version: int,
    settings: FitSettings | None = None,
    desk: CodecWeights | None = None,
    progress: ProgressCallback = no_progress,
) -> CodecWeights:
    """A trained codec for the role of this data, with errors inside `BOUNDS` on agents it was not trained on.

    Args:
        desk: the codec of books; None where the data is books themselves.

    Raises BadInput where there is nothing to learn from, or no such device.
    """
    settings = settings or FitSettings()
    check_device(settings.device)
    learning, counting = data.apart(settings.every, settings.early)
    if not len(learning) or not len(counting):
        raise BadInput(
            f"{data.role}: feature vectors of at least {settings.every} agents are needed, some to learn from and some to count on"
        )
    if desk is not None:
        learning, counting = (as_shared(part, desk) for part in (learning, counting))
    planned = plan(data, settings.compression, desk)
    step = planned.steps(BOUNDS)
    with one_thread():
        net = train(planned, learning, step, settings, progress)
    drawn = with_deterministic(replace(_exported(planned, net, data.role, version), step=step), counting)
    return fit_tables(_within_bounds(drawn, planned, counting), counting)


def train(planned: Plan, data: TrainingData, step: I64, settings: FitSettings, progress: ProgressCallback = no_progress) -> PriorNet:
    """A plain training loop: fewest bits, from features as they will be decoded, with the noise of quantising."""
    torch.manual_seed(settings.seed)
    side, features = _as_tensors(planned, data, settings.device)
    width = torch.as_tensor(step[planned.order] / ONE, dtype=torch.float32, device=settings.device)
    net = PriorNet(side.shape[1], planned.stages.tolist(), settings.hidden).to(settings.device)
    optimizer = torch.optim.AdamW(net.parameters(), lr=settings.learning_rate, weight_decay=settings.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings.learning_rate, total_steps=settings.steps)
    drawing = torch.Generator().manual_seed(settings.seed)
    for _ in track(progress, f"training the codec of {data.role}", range(settings.steps)):
        rows = torch.randint(len(features), (settings.batch,), generator=drawing)
        wanted = features[rows]
        seen = as_decoded(wanted, torch.rand(wanted.shape, generator=drawing).to(settings.device), width)
        loss = net.bits(torch.cat([side[rows], seen], dim=1), wanted, width).mean()
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
    return net


def as_decoded(wanted: Tensor, place: Tensor, width: Tensor) -> Tensor:
    """Features (n, F) as a decoder may have them, in standard deviations within eight: each at a *place* (n, F) from 0 to 1 of its step's
    *width* (F,), but for the most common value, which is 0 and comes back exactly."""
    return torch.where(wanted == 0, wanted, wanted + (place - 0.5) * width).clamp(-8, 8)


def _as_tensors(planned: Plan, data: TrainingData, device: str) -> tuple[Tensor, Tensor]:
    seen = quantised(without_tables(planned), data)
    side = seen.inputs[:, : len(planned.columns)]
    fixed = np.clip(seen.fixed[:, planned.order], -4 * LARGEST_INPUT, 4 * LARGEST_INPUT)
    return tuple(torch.as_tensor(values / ONE, dtype=torch.float32, device=device) for values in (side, fixed))  # type: ignore[return-value]


def _exported(planned: Plan, net: PriorNet, role: str, version: int) -> CodecWeights:
    """The net in integers."""
    inner, outer = [], []
    for first, second in zip(net.inner, net.outer, strict=True):
        weight, bias, after = (_numbers(parameter) for parameter in (*first.parameters(), *second.parameters()))
        inner.append(_whole(np.vstack([weight.T * WEIGHT_ONE, bias * (ONE * WEIGHT_ONE)])))
        outer.append(_whole(after.T * WEIGHT_ONE))
    blank = replace(without_tables(planned), role=role, version=version)
    return replace(blank, hidden=net.hidden, inner=np.concatenate(inner), outer=np.concatenate(outer))


def _numbers(parameter: Tensor) -> F64:
    return parameter.detach().cpu().double().numpy()


def _whole(values: F64) -> np.ndarray:
    return np.rint(values).astype(np.int32).ravel()


def _within_bounds(drawn: CodecWeights, planned: Plan, data: TrainingData) -> CodecWeights:
    """Steps as wide as the bounds allow, on data that the net was not trained on."""
    bound: dict[Group, float] = dict(BOUNDS)
    for _ in range(4):
        drawn = replace(drawn, step=planned.steps(bound))
        for group, error in group_errors(drawn, data).items():
            bound[group] = min(bound[group] * _MARGIN * BOUNDS[group] / max(error, 1e-3), 3 * BOUNDS[group])
    return drawn
