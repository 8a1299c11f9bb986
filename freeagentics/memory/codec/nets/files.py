"""Nets as files: safetensors, with their configuration in the head. Nothing of a file is run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from freeagentics.errors import BadInput
from freeagentics.memory.codec.nets.bottleneck import AdaptiveEntropyBottleneck
from freeagentics.memory.codec.nets.grouped_vae import FeatureGroupedVAE
from freeagentics.memory.codec.nets.prior import PriorNet

NETS: dict[str, type[nn.Module]] = {net.__name__: net for net in (AdaptiveEntropyBottleneck, FeatureGroupedVAE, PriorNet)}


def save_net(net: Any, path: Path) -> None:
    """A net of `NETS` with its weights to a file."""
    tensors = {name: tensor.contiguous() for name, tensor in net.state_dict().items()}
    save_file(tensors, path, metadata={"net": type(net).__name__, "config": json.dumps(net.get_config())})


def load_net(path: Path, device: str = "cpu") -> Any:
    """Inverse of `save_net`, on a device. Raises BadInput for anything else."""
    try:
        with safe_open(path, framework="pt", device=device) as file:
            about = file.metadata() or {}
            net = NETS[about["net"]](**json.loads(about["config"]))
            net.load_state_dict({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118 - it is no dict
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise BadInput(f"{path}: not a net that `save_net` wrote ({error})") from error
    return net.to(device)
