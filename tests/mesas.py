"""Tests memory attached to Mesa models on every Mesa that there is for some Python found here: ``make test-mesa``.

Each Mesa gets a virtual environment of its own under a temporary folder, on the newest Python that can have it, with the wheel that this
Python built, and the tests of ``tests/mesa_memory`` are run there.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from installs import MESAS, PIP, ROOT, Failed, Place, install, pythons

TESTS = ROOT / "tests" / "mesa_memory"


def try_mesa(mesa: str, found: dict[str, Path], folder: Path) -> str:
    """Install a Mesa where it can be, and run the tests; what there is to say about it. Raises Failed."""
    refused = "no Python here can have it"
    for version, python in sorted(found.items(), key=lambda item: int(item[0].partition(".")[2]), reverse=True):
        place = Place(python, version, folder / f"{version}-{mesa.strip('>=').replace('=', '')[:12]}")
        place.folder.mkdir()
        install(place)
        try:
            place.pip("install", "--no-compile", "--pre", mesa)
        except Failed as failure:
            if "No matching distribution" not in str(failure):
                raise
            continue
        place.pip("install", "--no-compile", "pytest", "hypothesis", "networkx")
        # Without conftest.py Hypothesis would have deadlines, and timings never decide a test.
        options = ("-q", "-p", "no:cacheprovider", "--noconftest", "--hypothesis-profile", "ci", "-c", "/dev/null", "--rootdir", ROOT)
        said = place.run(place.bin / "python", "-W", "ignore", "-m", "pytest", *options, TESTS)
        return f"mesa {place.version_of('mesa')}, python {version}: {said.splitlines()[-1]}"
    return f"{mesa}: {refused}"


def main() -> int:
    """Try all, one after the other. Returns the exit code."""
    began, wrong = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="freeagentics-mesas-") as name:
        folder = Path(name)
        subprocess.run([sys.executable, "-m", "venv", folder / "pip"], check=True)
        subprocess.run(
            [folder / "pip" / "bin" / "python", "-m", "pip", "install", "--quiet", "--upgrade", PIP], check=True, capture_output=True
        )
        for mesa in MESAS:
            try:
                print(try_mesa(mesa, pythons(), folder), flush=True)
            except Failed as failure:
                wrong.append(mesa)
                print(f"{mesa} FAILED\n{failure}\n", flush=True)
    print(f"{'FAILED: ' + ', '.join(wrong) if wrong else 'memory works on every Mesa'}, {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
