"""Golden vectors: what kernels give is on record, and compilers, optimisations and processors give it again."""

from __future__ import annotations

import platform
import subprocess
from operator import attrgetter

import pytest
from golden_vectors import GOLDEN, SIGNATURES, golden, recorded
from replay import CPUS, FOREIGN, FUSED, NATIVE, OWN, SANITIZED, Build

name_of = attrgetter("name")


def test_recorded_anew_the_vectors_are_what_is_kept() -> None:
    changed = [kernel for kernel in SIGNATURES if recorded([kernel])[:-1] not in golden()]
    assert not changed, "these kernels changed: if they should, run python tests/kernels/record_vectors.py, and say so in CHANGELOG.md"
    assert recorded() == golden()


def test_the_vectors_are_small_enough_to_be_kept() -> None:
    assert GOLDEN.stat().st_size < 300_000


@pytest.mark.parametrize("build", NATIVE, ids=name_of)
def test_every_compiler_and_every_optimisation_gives_the_same_bits(build: Build) -> None:
    assert build.replay().endswith("all bits equal")


@pytest.mark.parametrize("build", FOREIGN, ids=name_of)
def test_another_kind_of_processor_gives_the_same_bits(build: Build) -> None:
    if not build.installed:
        pytest.skip(f"install {build.package}, as make test-kernels-everywhere does for root on Debian")
    assert build.replay().endswith("all bits equal")


def test_a_program_that_rounds_otherwise_is_caught() -> None:
    careless = Build(OWN, ["-O3", *CPUS[-1], "-ffp-contract=fast"])
    if CPUS[-1] != FUSED and platform.machine() != "aarch64":
        pytest.skip("this processor has no fused multiply-adds")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        careless.replay()
    assert "differs from item" in caught.value.output


@pytest.mark.parametrize("build", SANITIZED[:1], ids=name_of)
def test_what_is_too_short_or_out_of_bounds_is_refused_before_it_is_read(build: Build) -> None:
    assert build.replay("hostile").endswith("all that is short is refused")
