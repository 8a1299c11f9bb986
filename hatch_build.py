"""Compiles the kernels when the package is built or installed.

One unit of C becomes two objects, for any processor of the machine's kind and, on x86-64, for AVX2; both become one module with the limited
API, which every Python from 3.11 on can import. The compiler is ``$CC`` or ``cc``; where there is none, the wheel ``ziglang`` is one.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import sys_tags

KERNELS = Path("freeagentics", "kernels")
MODULE = "_compiled.abi3.so"

# Contraction would give other bits where there are fused multiply-adds, and so might whole numbers that overflow, were they not to wrap.
EXACT = ["-std=c11", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-fwrapv"]
FLAGS = [*EXACT, "-O3", "-fPIC", "-fvisibility=hidden"]
WIDE = ["-mavx2", "-mbmi", "-mbmi2"]

# Left to itself it compiles for the very processor it runs on.
ZIG = [sys.executable, "-m", "ziglang", "cc", "-mcpu=baseline", "-fomit-frame-pointer", "-s"]


def compiler() -> list[str] | None:
    """The command of a C compiler that is installed, if any."""
    command = shlex.split(os.environ.get("CC", "cc"))
    return command if shutil.which(command[0]) else None


def compile_kernels(root: Path) -> Path:
    """Compile the module beside its sources. Raises SystemExit with what is missing, and CalledProcessError where the compiler fails."""
    sources, headers = root / KERNELS / "c", sysconfig.get_path("include")
    if not Path(headers, "Python.h").exists():
        raise SystemExit(f"freeagentics: no Python.h in {headers}, which its kernels need; on Debian and Ubuntu install python3-dev")
    command = [*(compiler() or ZIG), *FLAGS]
    wide = platform.machine().lower() in ("x86_64", "amd64")
    macros = ["-DFREEAGENTICS_WIDE"] if wide else []
    link = ["-bundle", "-undefined", "dynamic_lookup"] if sys.platform == "darwin" else ["-shared"]
    target = root / KERNELS / MODULE
    with tempfile.TemporaryDirectory() as folder:
        objects = [str(Path(folder, name)) for name in (["baseline.o", "wide.o"] if wide else ["baseline.o"])]
        for path, extra in zip(objects, ([], ["-DTABLE=kernels_wide", *WIDE]), strict=False):
            subprocess.run([*command, *macros, *extra, "-c", str(sources / "kernels.c"), "-o", path], check=True)
        # Put in place whole: another Python may be importing the module that is there.
        built = Path(folder, MODULE)
        subprocess.run([*command, *macros, f"-I{headers}", *link, str(sources / "module.c"), *objects, "-o", str(built)], check=True)
        beside = target.with_suffix(".new")
        shutil.copyfile(built, beside)
        beside.replace(target)
    return target


def machine() -> str:
    """What the wheel is tagged with: this kind of machine, and no promise (manylinux, musllinux) of others' libraries."""
    return next(tag.platform for tag in sys_tags() if not tag.platform.startswith(("manylinux", "musllinux")))


class KernelBuildHook(BuildHookInterface):
    """Puts the compiled module into wheels, and beside the sources where the package is installed to be edited."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """A compiler from the package index, where none is installed."""
        return [] if compiler() or self.target_name != "wheel" else ["ziglang>=0.13"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and say for which machines the wheel is."""
        if self.target_name != "wheel":
            return
        compile_kernels(Path(self.root))
        build_data["pure_python"] = False
        build_data["tag"] = f"cp311-abi3-{machine()}"
        build_data["artifacts"].append(f"/{KERNELS.as_posix()}/{MODULE}")
