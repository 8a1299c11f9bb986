"""What is built of the kernels: a wheel that any Python from 3.11 on takes, from sources that a source distribution has."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
HOOK: dict[str, Any] = runpy.run_path(str(ROOT / "hatch_build.py"))
SOURCES = {path.name for path in (ROOT / "freeagentics" / "kernels" / "c").iterdir()}


def built(root: Path, target: str, into: Path) -> Path:
    """The distribution that hatchling builds of the project in *root*."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into)], cwd=root, check=True, capture_output=True)
    (found,) = into.iterdir()
    return found


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source distribution, unpacked."""
    into = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(built(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))) as archive:
        archive.extractall(into, filter="data")
    (project,) = into.iterdir()
    return project


def hook_of(target: str) -> Any:
    """The hook as hatchling makes it for a target."""
    return HOOK["KernelBuildHook"](str(ROOT), {}, None, None, "", target)


def test_a_source_distribution_has_the_sources_of_kernels_and_nothing_compiled(unpacked: Path) -> None:
    assert {path.name for path in (unpacked / "freeagentics" / "kernels" / "c").iterdir()} == SOURCES
    assert not [path for path in unpacked.rglob("*") if path.suffix in {".so", ".o"}]


def test_a_wheel_built_of_it_has_the_module_alone_and_says_for_which_machines_it_is(unpacked: Path, tmp_path: Path) -> None:
    wheel = built(unpacked, "wheel", tmp_path)
    machine = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    assert wheel.name.split("-", 2)[2] == f"cp311-abi3-{machine}.whl" or sys.platform == "darwin"
    kernels = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("freeagentics/kernels/")}
    assert {Path(name).suffix for name in kernels} == {".py", ".pyi", ".so"}
    assert [name for name in kernels if name.endswith(".so")] == ["freeagentics/kernels/_compiled.abi3.so"]


def test_where_there_is_no_compiler_building_a_wheel_brings_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "/nonexistent/cc")
    assert [requirement.split(">")[0] for requirement in hook_of("wheel").dependencies()] == ["ziglang"]
    assert hook_of("sdist").dependencies() == []


def test_where_there_is_one_it_brings_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", f"{sys.executable} -O2")
    assert HOOK["compiler"]() == [sys.executable, "-O2"]
    assert hook_of("wheel").dependencies() == []


def test_missing_headers_of_python_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(SystemExit, match=r"^freeagentics: no Python\.h in .*, which its kernels need"):
        HOOK["compile_kernels"](tmp_path)


def test_a_compiler_that_fails_leaves_the_module_that_is_there(unpacked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = unpacked / HOOK["KERNELS"] / HOOK["MODULE"]
    module.write_bytes(b"as it was")
    monkeypatch.setenv("CC", f"{sys.executable} {os.devnull}/none")
    with pytest.raises(subprocess.CalledProcessError):
        HOOK["compile_kernels"](unpacked)
    assert module.read_bytes() == b"as it was"
