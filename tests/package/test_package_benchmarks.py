"""Every benchmark that is listed is there; what they measure is not for tests."""

from __future__ import annotations

from importlib import import_module

import pytest

from freeagentics.benchmarks import BENCHMARKS, run_benchmark
from freeagentics.errors import BadInput


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_is_where_the_registry_says(name: str) -> None:
    file, _, function = BENCHMARKS[name].partition(":")
    assert callable(getattr(import_module(f"freeagentics.benchmarks.{file}"), function))


def test_a_benchmark_that_there_is_not_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(BadInput, match="did you mean 'beliefs'"):
        run_benchmark("belief", 1)
