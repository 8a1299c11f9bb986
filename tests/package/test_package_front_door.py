"""What `import freeagentics` offers, and what it costs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import freeagentics

HEAVY = ("torch", "solara", "redis", "boto3", "mesa", "pandas", "polars", "matplotlib")


def modules_after(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after running *code*."""
    script = f"{code}\nimport sys; print(' '.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_the_front_door_is_pinned() -> None:
    assert freeagentics.__all__ == [
        "AccessDenied",
        "Action",
        "AgentMemory",
        "BadInput",
        "CompressedHistory",
        "CorruptRecord",
        "Experiment",
        "FreeagenticsError",
        "Interrupted",
        "LazyBeliefArray",
        "MarketModel",
        "OptimizedThreadPoolManager",
        "Order",
        "Probe",
        "Role",
        "RunFailed",
        "RunRecord",
        "Scenario",
        "Source",
        "StoreUnavailable",
        "Tell",
        "TradingAgent",
        "VersionConflict",
        "__version__",
        "ablate",
        "ablate_model",
        "compare",
        "errors",
        "explain",
        "fork",
        "load_scenario",
        "open_store",
        "replay_frames",
        "resume",
        "run",
        "sweep",
        "toolbox",
    ]


@pytest.mark.parametrize("name", freeagentics.__all__)
def test_every_name_of_the_front_door_opens(name: str) -> None:
    assert getattr(freeagentics, name) is not None


def test_the_net_in_torch_is_there_for_who_has_torch_and_says_so_to_others() -> None:
    pytest.importorskip("torch")
    assert freeagentics.FeatureGroupedVAE.__name__ == "FeatureGroupedVAE"
    assert "FeatureGroupedVAE" in dir(freeagentics)
    without = "import sys; sys.modules['torch'] = None\nfrom freeagentics import *\nfrom freeagentics import FeatureGroupedVAE"
    done = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == "ImportError: FeatureGroupedVAE needs torch; install freeagentics[train]"


def test_errors_are_a_module_beside_them() -> None:
    from freeagentics import errors

    assert issubclass(errors.BadBars, errors.FreeagenticsError)
    named = {name for name in freeagentics.__all__ if getattr(freeagentics, name) is getattr(errors, name, None)}
    assert named == {"FreeagenticsError", *(error.__name__ for error in errors.FreeagenticsError.__subclasses__())}


def test_tools_for_lean_agents_are_a_module_beside_them_without_the_model() -> None:
    from freeagentics import memory_optimization, optimized_threadpool_manager, toolbox

    assert {*memory_optimization.__all__, *optimized_threadpool_manager.__all__} < set(toolbox.__all__)
    assert modules_after("import freeagentics; freeagentics.toolbox.LazyBeliefArray").isdisjoint(HEAVY)


def test_a_wrong_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Modle'"):
        freeagentics.Modle  # noqa: B018


def test_importing_the_package_imports_nothing_heavy() -> None:
    assert modules_after("import freeagentics").isdisjoint(HEAVY)


def test_a_run_imports_no_torch_and_no_driver_of_a_server() -> None:
    code = "from freeagentics import MarketModel\nwith MarketModel('btc-replay') as model: model.step()"
    assert modules_after(code).isdisjoint({"torch", "solara", "redis", "boto3", "matplotlib"})


def test_the_package_is_run_as_a_module_like_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "freeagentics", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"freeagentics {freeagentics.__version__}\n"
    wrong = subprocess.run([sys.executable, "-m", "freeagentics", "explain", "nowhere"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)


def test_run_as_a_module_it_takes_no_library_from_the_current_folder(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise SystemExit('run instead of the library')")
    search = os.environ | {"PYTHONPATH": str(Path(freeagentics.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-m", "freeagentics", "--version"], cwd=tmp_path, env=search, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == (f"freeagentics {freeagentics.__version__}\n", 0), done.stderr
