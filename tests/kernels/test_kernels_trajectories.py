"""One answer on any machine: the ends of six scenarios, and what the processor is taken to be while they run.

``golden_trajectories.json`` changes on purpose only: ``tests/kernels/trajectories.py`` prints it.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

_NUMPY = importlib.import_module("numpy._core._multiarray_umath")

OPTIONAL = " ".join(name for name in _NUMPY.__cpu_dispatch__ if _NUMPY.__cpu_features__[name])
"""Features of this processor that numpy has loops of its own for."""

ENVIRONMENTS = {
    "as it is": {},
    "baseline kernels": {"FREEAGENTICS_KERNELS": "baseline"},
    "numpy without optional features": {"NPY_DISABLE_CPU_FEATURES": OPTIONAL},
    **{f"OpenBLAS for {name}": {"OPENBLAS_CORETYPE": name} for name in ("PRESCOTT", "SANDYBRIDGE", "HASWELL")},
}


def under(environment: dict[str, str], script: str, *arguments: str) -> str:
    """What a script prints in a process with this environment beside today's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENBLAS_", "NPY_", "FREEAGENTICS_KERNELS"))}
    done = subprocess.run([sys.executable, script, *arguments], env=kept | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_a_scenario_ends_as_it_ended_everywhere(environment: dict[str, str]) -> None:
    if "OPENBLAS_CORETYPE" in environment and platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("OpenBLAS has these kinds of processors for x86-64 alone")
    golden = json.loads((HERE / "golden_trajectories.json").read_text(encoding="utf-8"))
    assert json.loads(under(environment, str(HERE / "trajectories.py"))) == golden


RUN_AND_EXPLAIN = """
import sys
from freeagentics import explain, fork, resume, run
path, part = sys.argv[1:]
if part == "run":
    run("whale-pump", agents=20, steps=60, seed=5, out=path)
else:
    print(explain(path, "market-hunter-0001", 50))
    print(resume(path, steps=80).summary.trajectory_sha256)
    print(fork(path, at=40, out=path + "-fork", overrides={"steps": 60}).summary.trajectory_sha256)
"""


def test_a_run_made_on_one_processor_is_explained_resumed_and_forked_on_another(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(RUN_AND_EXPLAIN, encoding="utf-8")
    here, there = tmp_path / "here", tmp_path / "there"
    for path in (here, there):
        under({}, str(script), str(path), "run")
    other = ENVIRONMENTS["numpy without optional features"] | ENVIRONMENTS["OpenBLAS for PRESCOTT"] | ENVIRONMENTS["baseline kernels"]
    assert under(other, str(script), str(there), "on").replace("there", "here") == under({}, str(script), str(here), "on")
