"""Every benchmark that is listed is there; what they measure is not for tests."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest

from freeagentics.benchmarks import BENCHMARKS, run_benchmark
from freeagentics.benchmarks.against import OtherVersion
from freeagentics.errors import BadInput


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_is_where_the_registry_says(name: str) -> None:
    file, _, function = BENCHMARKS[name].partition(":")
    assert callable(getattr(import_module(f"freeagentics.benchmarks.{file}"), function))


def test_a_benchmark_that_there_is_not_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(BadInput, match="did you mean 'beliefs'"):
        run_benchmark("belief", 1)


def test_another_version_is_a_checkout_or_the_command_of_a_venv(tmp_path: Path) -> None:
    checkout = Path(__file__).parents[2]
    assert OtherVersion.at(checkout) == OtherVersion(sys.executable, str(checkout))
    (tmp_path / "freeagentics").touch()
    with pytest.raises(BadInput, match="give a checkout"):
        OtherVersion.at(tmp_path / "freeagentics")
    (tmp_path / "python").touch()
    assert OtherVersion.at(tmp_path / "freeagentics") == OtherVersion(str(tmp_path / "python"))
