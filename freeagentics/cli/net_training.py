"""Training of a net on a user's own states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import typer

from freeagentics.arrays import F32
from freeagentics.cli.columns import aligned
from freeagentics.cli.progress import Progress
from freeagentics.errors import BadInput
from freeagentics.memory.codec.nets import FeatureGroupedVAE, check_device, save_net
from freeagentics.memory.codec.nets.grouped_vae import FeatureGroups
from freeagentics.memory.codec.training.net_figures import GroupFigures, net_figures
from freeagentics.memory.codec.training.nets import FEWEST_ROWS, NetSettings, fit_net
from freeagentics.memory.codec.training.states_file import StatesFile, read_states

_HELD_OUT = 0.1
_HEADS = ("group", "features", "numbers", "bits", "error", "PCA's error")


def train_on_file(path: Path, columns: Sequence[str], groups: Sequence[str], settings: NetSettings, out: Path | None) -> None:
    """Train a net on the states of a file, write it, and print what it makes of states that it was not trained on."""
    check_device(settings.device)
    out = out or Path(path.with_suffix(".safetensors").name)
    _check_output(out)
    file = read_states(path, columns)
    wanted = _groups(groups, file)
    learned, held_out = _apart(path, file.states, settings.seed)
    with Progress("training the net") as progress:
        net = fit_net(learned, wanted, settings, progress)
    save_net(net, out)
    _print(net, net_figures(net, learned, held_out, settings.importance), len(learned), len(held_out), out)


def _check_output(out: Path) -> None:
    """Refuse what could not be written before anything is trained."""
    if out.is_dir() or not out.absolute().parent.is_dir():
        raise BadInput(f"--out {out}: give the name of a file, e.g. net.safetensors, in a folder that there is")


def _apart(path: Path, states: F32, seed: int) -> tuple[F32, F32]:
    """Most states, and some that are drawn to be held out."""
    count = max(int(len(states) * _HELD_OUT), 1)
    if len(states) - count < FEWEST_ROWS:
        raise BadInput(f"{path}: {len(states)} rows; at least {FEWEST_ROWS + 3} are needed to train on some and measure on others")
    order = np.random.default_rng(seed).permutation(len(states))
    return states[np.sort(order[count:])], states[np.sort(order[:count])]


def _groups(given: Sequence[str], file: StatesFile) -> FeatureGroups:
    """Groups as they were given, in the order of their features, or one of all features."""
    features = len(file.columns)
    if not given:
        return {"all": (0, features, 1.0)}
    found = dict(_group(text) for text in given)
    if len(found) < len(given):
        raise BadInput("--group: two groups of one name")
    ordered = dict(sorted(found.items(), key=lambda item: item[1][0]))
    expected = 0
    for name, (start, end, _) in ordered.items():
        if start != expected:
            raise BadInput(f"--group {name}={start}:{end}: groups lie side by side from feature 0; one that begins at {expected} is needed")
        expected = end
    if expected != features:
        more = f"; add --group rest={expected}:{features}" if expected < features else ""
        raise BadInput(f"--group: groups cover {expected} features, and there are {features} in the file{more}")
    return ordered


def _group(text: str) -> tuple[str, tuple[int, int, float]]:
    name, _, rest = text.partition("=")
    parts = rest.split(":")
    try:
        start, end = int(parts[0]), int(parts[1])
        compression = float(parts[2]) if len(parts) > 2 else 1.0
    except (ValueError, IndexError):
        start, end, compression = 0, 0, 0.0
    if not name or len(parts) > 3 or not 0 <= start < end or not compression > 0:
        raise BadInput(f"--group {text}: write NAME=START:END or NAME=START:END:COMPRESSION, e.g. prices=0:4 or volumes=4:6:2.0")
    return name, (start, end, compression)


def _print(net: FeatureGroupedVAE, found: Mapping[str, GroupFigures], learned: int, held_out: int, out: Path) -> None:
    rows = [_HEADS, *(_cells(name or "all together", figures) for name, figures in found.items() if name or len(found) > 2)]
    for line in aligned(rows):
        typer.echo(line)
    typer.echo(
        f"on {held_out:,} states held out of {learned + held_out:,}: bits under the net's own prior (float32 takes {32 * net.input_dim:,}),"
        " errors as roots of mean squares in standard deviations, PCA with as many numbers, unrounded"
    )
    typer.echo(f"{out}: {out.stat().st_size:,} bytes, {sum(parameter.numel() for parameter in net.parameters()):,} parameters")
    typer.echo(f"to use it: from freeagentics.memory.codec.nets import load_net; net = load_net({str(out)!r})")


def _cells(name: str, figures: GroupFigures) -> tuple[str, ...]:
    amounts = (f"{figures.bits:.1f}", f"{figures.error:.4f}", f"{figures.principal_error:.4f}")
    return (name, str(figures.features), str(figures.numbers), *amounts)
