"""Training of grouped nets on anybody's states: from principal components on, in a plain loop."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import torch
from torch import Tensor

from freeagentics.arrays import F32
from freeagentics.errors import BadInput
from freeagentics.memory.codec.nets.device import check_device
from freeagentics.memory.codec.nets.grouped_vae import FeatureGroupedVAE, FeatureGroups
from freeagentics.memory.codec.nets.losses import RATE, feature_weights, vae_loss
from freeagentics.memory.codec.training.principal import PrincipalComponents
from freeagentics.memory.codec.training.threads import one_thread
from freeagentics.progress import ProgressCallback, no_progress, track

FEWEST_ROWS = 20

_KEPT = 0.1
"""Share of the states that a net is not trained on, but chosen by."""

_CHOICES = 10

_ONE_UNIT = 100.0
"""How many times as much as another a feature of the same group may vary, for both to be taken to be in one unit."""


@dataclass(frozen=True, slots=True)
class NetSettings:
    """Settings of training a net.

    Attributes:
        latents: how many; by default a quarter of the features, at least one a group.
        level: base compression level.
        hidden: units of the hidden layers.
        importance: weight of each group's error; one not named counts 1.
        rate: share that rounding adds to the squared error at level 1.
        steps: of training.
        batch: states a step.
        learning_rate: the largest.
        seed: of all that is drawn.
        device: where to train, e.g. cpu or cuda.
    """

    latents: int | None = None
    level: float = 1.0
    hidden: int = 64
    importance: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    rate: float = RATE
    steps: int = 1000
    batch: int = 256
    learning_rate: float = 3e-3
    seed: int = 0
    device: str = "cpu"


def fit_net(
    states: F32, groups: FeatureGroups, settings: NetSettings | None = None, progress: ProgressCallback = no_progress
) -> FeatureGroupedVAE:
    """A net for states (n, F), trained and in evaluation mode. On the CPU the same states, settings and seed give the same net.

    Raises:
        BadInput: too few states, or all the same, or some that are not finite; groups or latents that do not fit them; no such device.
    """
    settings = settings or NetSettings()
    return train_net(start_net(states, groups, settings), states, settings, progress)


def start_net(states: F32, groups: FeatureGroups, settings: NetSettings) -> FeatureGroupedVAE:
    """An untrained net that codes the principal components of states (n, F); raises as `fit_net`."""
    check_device(settings.device)
    given = _checked(states)
    if bool((given == given[0]).all()):
        raise BadInput("all states are the same: there is nothing to learn from")
    latents = settings.latents or max(given.shape[1] // 4, len(groups))
    if latents > given.shape[1]:
        raise BadInput(f"{latents} latents for {given.shape[1]} features: give at most as many latents as features")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        try:
            net = FeatureGroupedVAE(given.shape[1], latents, groups, settings.level, settings.hidden)
        except ValueError as error:
            raise BadInput(str(error)) from error
    with one_thread():
        net.center.copy_(given.mean(dim=0))
        net.scale.copy_(_scale(given, net.feature_groups))
        standard = net.standard(given)
        weight = feature_weights(net.feature_groups, settings.importance, standard)
        PrincipalComponents.fitted(standard, weight, net.linear_dim).start(net, settings.rate)
    return net.to(settings.device).eval()


def train_net(net: FeatureGroupedVAE, states: F32, settings: NetSettings, progress: ProgressCallback = no_progress) -> FeatureGroupedVAE:
    """A net trained further on states (n, F), in evaluation mode; the one given stays as it is.

    A tenth of the states is kept apart: what comes back is the one, of the net at the start and ten on its way, that does best on those.
    Of the settings those of the net itself, latents, level and hidden, are its own.

    Raises:
        BadInput: too few states, of another width, or some that are not finite; no such device.
    """
    check_device(settings.device)
    given = _checked(states).to(settings.device)
    if given.shape[1] != net.input_dim:
        raise BadInput(f"states of {given.shape[1]} features; this net takes {net.input_dim}")
    training = copy.deepcopy(net).to(settings.device)
    with torch.random.fork_rng(), one_thread():
        torch.manual_seed(settings.seed)
        order = torch.randperm(len(given)).to(given.device)
        kept = max(int(len(given) * _KEPT), 1)
        return _Training(training, given[order[kept:]], given[order[:kept]], settings).best(progress)


@dataclass(slots=True)
class _Training:
    net: FeatureGroupedVAE
    learn: Tensor
    choose: Tensor
    settings: NetSettings

    def best(self, progress: ProgressCallback) -> FeatureGroupedVAE:
        settings = self.settings
        best, least = copy.deepcopy(self.net), self.chosen_by()
        optimizer = torch.optim.Adam(self.net.parameters(), lr=settings.learning_rate, fused=True)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings.learning_rate, total_steps=settings.steps)
        for step in track(progress, "training the net", range(1, settings.steps + 1)):
            batch = self.learn[torch.randint(len(self.learn), (settings.batch,)).to(self.learn.device)]
            loss = self.loss(batch)
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
            if step % max(settings.steps // _CHOICES, 1) == 0 and (found := self.chosen_by()) < least:
                best, least = copy.deepcopy(self.net), found
        return best.eval()

    def chosen_by(self) -> float:
        """Loss on what is kept apart, with rounding."""
        self.net.eval()
        with torch.no_grad():
            found = float(self.loss(self.choose))
        self.net.train()
        return found

    def loss(self, states: Tensor) -> Tensor:
        """The net's loss in standard units: a feature in dollars and one in millions of them count the same."""
        coded = self.net(states)
        standard = coded._replace(reconstruction=self.net.standard(coded.reconstruction))
        importance, rate = self.settings.importance, self.settings.rate
        return vae_loss(standard, self.net.standard(states), self.net.feature_groups, importance, rate=rate)


def _scale(states: Tensor, groups: FeatureGroups) -> Tensor:
    """Scale of each feature (F,): the root mean square of its group's deviations, or its own where these differ beyond `_ONE_UNIT`."""
    deviation = states.double().std(dim=0, correction=0)
    scale = torch.where(deviation > 0, deviation, torch.ones(()))
    for start, end, _ in groups.values():
        varying = deviation[start:end][deviation[start:end] > 0]
        if len(varying) and varying.max() <= _ONE_UNIT * varying.min():
            scale[start:end] = varying.square().mean().sqrt()
    return scale.float()


def _checked(states: F32) -> Tensor:
    if states.ndim != 2 or len(states) < FEWEST_ROWS:
        raise BadInput(f"states of shape {states.shape}; at least {FEWEST_ROWS} rows of features are needed, (n, features)")
    given = torch.as_tensor(states, dtype=torch.float32)
    if not given.isfinite().all():
        row, column = (~given.isfinite()).nonzero()[0].tolist()
        raise BadInput(f"row {row}, column {column} is {states[row, column]}; every number must be finite, and inside float32")
    return given
