"""Golden vectors replayed by programs that compilers make of kernels: ``python tests/kernels/replay.py everywhere``, or ``sanitized``."""

from __future__ import annotations

import importlib.util
import platform
import runpy
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from golden_vectors import golden

from freeagentics.kernels import _compiled

ROOT = Path(__file__).parents[2]
HOOK = runpy.run_path(str(ROOT / "hatch_build.py"))
SOURCES = ROOT / HOOK["KERNELS"] / "c"
EXACT, WIDE, ZIG = HOOK["EXACT"], HOOK["WIDE"], HOOK["ZIG"]

WARNINGS = ["-Wall", "-Wextra", "-Werror"]
"""Here, not where users compile: the next compiler has new ones."""


@dataclass(frozen=True)
class Build:
    """A way to compile and run the program.

    Attributes:
        compiler: its command.
        flags: what it is told besides what makes results exact.
        emulator: the command that runs the program, if this machine cannot.
        package: what to install where one of them is missing.
    """

    compiler: list[str]
    flags: list[str]
    emulator: list[str] = field(default_factory=list)
    package: str = "a C compiler"

    @property
    def name(self) -> str:
        """What is printed of it."""
        return " ".join([*(["zig", "cc"] if self.compiler == ZIG else self.compiler), *self.flags])

    @property
    def installed(self) -> bool:
        """Whether the compiler and the emulator are here."""
        commands = [*self.emulator[:1], *self.compiler[:1]]
        return all(map(shutil.which, commands)) and (self.compiler != ZIG or importlib.util.find_spec("ziglang") is not None)

    def replay(self, *words: str) -> str:
        """What the program says, told *words*. Raises CalledProcessError with it where bits differ, or it cannot be compiled."""
        with tempfile.TemporaryDirectory() as folder:
            program = str(Path(folder, "replay"))
            sources = [str(SOURCES / "kernels.c"), str(Path(__file__).with_name("replay_vectors.c"))]
            subprocess.run([*self.compiler, *WARNINGS, *EXACT, *self.flags, f"-I{SOURCES}", *sources, "-o", program, "-lm"], check=True)
            ran = subprocess.run([*self.emulator, program, *words], input=golden(), stdout=subprocess.PIPE, check=False)
            said = ran.stdout.decode().strip()
            if ran.returncode:
                raise subprocess.CalledProcessError(ran.returncode, self.name, said)
            return said


FUSED = [*WIDE, "-mfma"]

CPUS: list[list[str]] = [[], WIDE, FUSED] if _compiled.wide() else [[]]
"""Flags for kinds of this processor; fused multiply-adds are there to be taken, and must not be."""

OWN = HOOK["compiler"]() or ZIG
"""The compiler that makes the module."""

COMPILERS = [OWN, *(command for command in (["clang"], ZIG) if command != OWN and Build(command, []).installed)]

NATIVE = [Build(command, [level, *cpu]) for command in COMPILERS for level, cpu in [("-O0", []), *(("-O3", cpu) for cpu in CPUS)]]
"""Programs for this machine."""

_EMULATOR = [] if platform.machine() == "aarch64" else ["qemu-aarch64"]
_ZIG_CROSS = Build(ZIG, ["-target", "aarch64-linux-musl", "-O3"], _EMULATOR)

FOREIGN = [
    Build(["aarch64-linux-gnu-gcc"], ["-static", level], _EMULATOR, "gcc-aarch64-linux-gnu and qemu-user") for level in ("-O0", "-O3")
] + [_ZIG_CROSS][: _ZIG_CROSS.installed]
"""Programs for another kind of processor."""

_SANITIZERS = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]

SANITIZED = [Build(OWN, [*_SANITIZERS, *cpu]) for cpu in CPUS if cpu != FUSED and OWN != ZIG]
"""Programs that stop where they read or write outside an array, or do what C does not define; zig has no such."""


def _told(builds: list[Build], *words: str) -> bool:
    """Whether all say that all is well; prints what each says."""
    well = True
    for build in builds:
        try:
            said = build.replay(*words) if build.installed else f"not here: install {build.package}"
            well = well and build.installed
        except subprocess.CalledProcessError as error:
            said, well = error.output or str(error), False
        print(f"{build.name}: {said}")  # noqa: T201
    return well


if __name__ == "__main__":
    if sys.argv[1] == "everywhere":
        sys.exit(not _told([*NATIVE, *FOREIGN]))
    if not SANITIZED:
        sys.exit("no compiler with sanitizers here: install gcc or clang")
    sys.exit(not all([_told(SANITIZED), _told(SANITIZED, "hostile")]))
