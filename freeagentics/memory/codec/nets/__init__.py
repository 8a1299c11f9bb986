"""Nets for codecs, as ordinary `torch.nn.Module`s. Needs the extra `train`; nothing that a run imports imports this."""

from freeagentics.memory.codec.nets.bottleneck import AdaptiveEntropyBottleneck, BottleneckOutput
from freeagentics.memory.codec.nets.device import check_device
from freeagentics.memory.codec.nets.files import NETS, load_net, save_net
from freeagentics.memory.codec.nets.grouped_vae import FeatureGroupedVAE, FeatureGroups, VAEOutput
from freeagentics.memory.codec.nets.losses import kl_loss, reconstruction_loss, vae_loss
from freeagentics.memory.codec.nets.prior import PriorNet

__all__ = [
    "NETS",
    "AdaptiveEntropyBottleneck",
    "BottleneckOutput",
    "FeatureGroupedVAE",
    "FeatureGroups",
    "PriorNet",
    "VAEOutput",
    "check_device",
    "kl_loss",
    "load_net",
    "reconstruction_loss",
    "save_net",
    "vae_loss",
]
