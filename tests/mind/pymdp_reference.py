"""What pymdp makes of generative models: a process of its own, so that its libraries and their settings stay out of the tests'.

Usage: ``python pymdp_reference.py GIVEN.npz FOUND.npz``. Arrays are named ``GROUP/NAME``; a group holds models of one shape, one a row.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from freeagentics.arrays import AnyArray


def solve(given: dict[str, AnyArray]) -> dict[str, AnyArray]:
    """Posterior, policy posterior and negative expected free energy of a batch, each with its own model, by `pymdp.agent.Agent`."""
    jax = import_module("jax")
    modalities = given["observations"].shape[1]
    agent = import_module("pymdp.agent").Agent(
        A=[jax.numpy.asarray(given[f"A{m}"]) for m in range(modalities)],
        B=[jax.numpy.asarray(given["B"])],
        C=[jax.numpy.asarray(given[f"C{m}"]) for m in range(modalities)],
        D=[jax.numpy.asarray(given["prior"])],
        E=jax.numpy.asarray(given["E"]),
        policy_len=int(given["horizon"]),
        gamma=float(given["gamma"]),
        batch_size=len(given["prior"]),
    )
    observations = [jax.numpy.asarray(given["observations"][:, m]) for m in range(modalities)]

    def think(observations: Any, prior: Any) -> Any:
        states = agent.infer_states(observations, empirical_prior=[prior])
        return states[0][:, -1], *agent.infer_policies(states)

    posterior, chosen, value = jax.jit(think)(observations, agent.D[0])
    return {
        "posterior": np.asarray(posterior),
        "chosen": np.asarray(chosen),
        "value": np.asarray(value),
        "policies": np.asarray(agent.policies.policy_arr)[:, :, 0],
    }


def main(given: Path, found: Path) -> None:
    """Solve every group of one file into another."""
    import_module("jax").config.update("jax_enable_x64", True)
    groups: dict[str, dict[str, AnyArray]] = {}
    with np.load(given, allow_pickle=False) as arrays:
        for key in arrays.files:
            group, _, name = key.partition("/")
            groups.setdefault(group, {})[name] = arrays[key]
    np.savez(found, **{f"{group}/{name}": array for group, content in groups.items() for name, array in solve(content).items()})  # type: ignore[arg-type]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
