"""Nets as files: safetensors, with their configuration in the head. Nothing of a file is run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from freeagentics.errors import BadInput
from freeagentics.memory.codec.nets.bottleneck import AdaptiveEntropyBottleneck
from freeagentics.memory.codec.nets.device import check_device
from freeagentics.memory.codec.nets.grouped_vae import FeatureGroupedVAE
from freeagentics.memory.codec.nets.prior import PriorNet

NETS: dict[str, type[nn.Module]] = {net.__name__: net for net in (AdaptiveEntropyBottleneck, FeatureGroupedVAE, PriorNet)}


def save_net(net: Any, path: Path) -> None:
    """A net of `NETS` with its weights to a file. Raises BadInput where it cannot be written."""
    tensors = {name: tensor.contiguous() for name, tensor in net.state_dict().items()}
    try:
        save_file(tensors, path, metadata={"net": type(net).__name__, "config": json.dumps(net.get_config())})
    except (OSError, SafetensorError) as error:
        raise BadInput(f"{path}: the net cannot be written there ({error})") from error


def load_net(path: Path, device: str = "cpu") -> Any:
    """Inverse of `save_net`, on a device, in evaluation mode: ``train()`` goes on with training.

    Raises:
        BadInput: no such file, no such device here, or anything that `save_net` did not write.
    """
    check_device(device)
    try:
        with safe_open(path, framework="pt") as file:
            return _opened(file).to(device).eval()
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror or error})") from error
    except (SafetensorError, KeyError, TypeError, AttributeError, ValueError, ArithmeticError, RuntimeError) as error:
        raise BadInput(f"{path}: not a net that `save_net` wrote ({str(error).splitlines()[0]})") from error


def _opened(file: Any) -> nn.Module:
    about = file.metadata() or {}
    # Without memory of its own until the tensors are known to fit: a configuration may claim any size.
    with torch.device("meta"):
        net = NETS[about["net"]](**json.loads(about["config"]))
    tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dict
    if any(tensor.dtype != torch.float32 for tensor in tensors.values()):
        raise ValueError("its numbers are no float32")
    net.load_state_dict(tensors, assign=True)
    return net
