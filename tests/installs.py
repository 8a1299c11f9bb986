"""Installs the package as its users do, on every Python that is found here, and runs it there: ``make test-installs``.

Every CPython from 3.11 on gets an empty virtual environment under a temporary folder, and into it the wheel that it built itself, with
whatever versions pip takes today: no constraints file. Then the command line is run, the extras are installed and imported, and on the
newest Python all of it once more for each Mesa. Two environments are worked on side by side; pip's cache is shared.

`torch` is several GB where pip finds no build of it for the CPU alone. So ``train`` is installed only where resolving it brings no CUDA,
and elsewhere resolved, as ``all`` is everywhere: pip reads names and versions out of the wheels' ends and downloads none of them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[1]
OLDEST = (3, 11)
# Before it, a dry run downloads all that it resolves.
PIP = "pip>=25.2"

LIGHT = ("redis", "aws", "archive", "rl", "metrics", "sensitivity", "viz", "ray")
BROUGHT = {
    "redis": "redis, hiredis, freeagentics.stores.redis.store",
    "aws": "boto3, amazondax, freeagentics.stores.dynamodb.store",
    "archive": "obstore, freeagentics.stores.archive",
    "rl": "gymnasium, pettingzoo, freeagentics.env",
    "metrics": "prometheus_client, freeagentics.metrics.prometheus",
    "sensitivity": "SALib",
    "viz": "solara, ipyvuetify, freeagentics.visualization.page",
    "ray": "ray",
    "train": "torch, safetensors, freeagentics.memory.codec.nets, freeagentics.memory.codec.training.fit",
}
"""What each extra brings, and what of ours needs it."""

MESAS = ("mesa==3.3.1", "mesa==3.4.2", "mesa==3.5.1", "mesa>=4.0.0a0,<5")

# Warnings that our own code causes are errors: what is deprecated today is gone in a version that pip takes tomorrow.
STRICT = "import warnings; warnings.filterwarnings('error', module='freeagentics')\n"
COMMAND = f"{STRICT}from freeagentics.cli.main import main; main()"
ON_MESA = f"""{STRICT}
import mesa
from freeagentics import MarketModel
from freeagentics.scenario import load_scenario
with MarketModel(load_scenario("whale-pump", {{"agents.count": 20, "steps": 40}})) as model:
    hunter = model.agent("market-hunter-0003")
    assert isinstance(hunter.unique_id, int) and hunter.name == "market-hunter-0003"
    model.run_model()
    assert (model.steps, model.running) == (40, False)
    print(mesa.__version__, model.trajectory_sha256)
import freeagentics.visualization.page
"""


class Failed(Exception):
    """A command that ended otherwise than it should; its output is the message."""


@dataclass
class Place:
    """One virtual environment of one Python, and what was tried in it.

    Attributes:
        lines: what came of it, in order. failed: names of what went wrong.
    """

    python: Path
    version: str
    folder: Path
    lines: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Which Python it is."""
        return f"python {self.version}"

    @property
    def bin(self) -> Path:
        """Where the environment has its commands."""
        return self.folder / "venv" / "bin"

    def run(self, *command: object) -> str:
        """What a command printed, run outside of the checkout. Raises Failed."""
        kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}}
        words = [str(word) for word in command]
        done = subprocess.run(words, cwd=self.folder, env=kept, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failed(f"$ {' '.join(words)}\n{done.stdout}{done.stderr}exit code {done.returncode}")
        return done.stdout

    def python_code(self, code: str, *arguments: object) -> str:
        """What a program printed, in the environment."""
        return self.run(self.bin / "python", "-c", code, *arguments)

    def pip(self, *arguments: object) -> str:
        """Run the newest pip over the environment, which has none of its own: that halves the time it takes to make."""
        pip = self.folder.parent / "pip" / "bin" / "python"
        quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
        return self.run(pip, "-m", "pip", "--python", self.bin / "python", *quiet, *arguments)

    def resolve(self, *requirements: object) -> dict[str, str]:
        """Versions that pip would install, by name. No wheel is downloaded for it: only the ends of them, which say what they need."""
        report = self.folder / "report.json"
        self.pip("install", "--dry-run", "--ignore-installed", "--use-feature=fast-deps", "--report", report, *requirements)
        found = [package["metadata"] for package in json.loads(report.read_text())["install"]]
        return {package["name"].lower(): package["version"] for package in found}

    def version_of(self, package: str) -> str:
        """The version of an installed package."""
        return self.python_code(f"from importlib.metadata import version; print(version({package!r}))").strip()


Check = tuple[str, Callable[[Place], str]]
"""Something to try, with its name; it returns what there is to say about it, or raises Failed."""


def try_all(place: Place, checks: Sequence[Check], say: Callable[[str], object]) -> None:
    """Try one thing after the other in one environment; where the first fails, that is all."""
    for name, check in checks:
        began = time.monotonic()
        try:
            said = check(place)
        except Failed as failure:
            place.failed.append(name)
            place.lines.append(f"{name:18} FAILED")
            say(f"{place.name:16} {name} FAILED\n{failure}\n")
            if check is checks[0][1]:
                return
        else:
            place.lines.append(f"{name:18} {said}")
            say(f"{place.name:16} {name:18} {time.monotonic() - began:5.1f} s  {said}")


def wheel_of(place: Place) -> Path:
    """The wheel that this Python built."""
    return next((place.folder / "dist").glob("*.whl"))


def install(place: Place) -> str:
    """An empty environment, and the package as ``pip install .`` makes and installs it."""
    place.run(place.python, "-m", "venv", "--without-pip", place.folder / "venv")
    place.pip("wheel", "--no-deps", "--wheel-dir", place.folder / "dist", ROOT)
    place.pip("install", "--no-compile", wheel_of(place))
    return ", ".join(f"{name} {place.version_of(name)}" for name in ("mesa", "numpy", "polars", "pydantic"))


def command_line(place: Place) -> str:
    """What somebody does first, by the command's name and by the module's."""
    told = place.run(place.bin / "freeagentics", "--version")
    if told != place.run(place.bin / "python", "-m", "freeagentics", "--version"):
        raise Failed("`python -m freeagentics --version` says something else than `freeagentics --version`")
    place.python_code(COMMAND, "run", "quick", "--out", "quick")
    place.python_code(COMMAND, "explain", "quick", "--agent", "trade-executor-0001", "--step", 200)
    place.python_code(COMMAND, "report", "quick")
    return f"{told.strip()}: run quick, explain, report"


def light_extras(place: Place) -> str:
    """The extras that are small, all in one environment, imported."""
    place.pip("install", "--no-compile", f"{wheel_of(place)}[{','.join(LIGHT)}]")
    for extra in LIGHT:
        place.python_code(f"{STRICT}import {BROUGHT[extra]}")
    return (
        f"{', '.join(LIGHT)}: imported; {', '.join(f'{name} {place.version_of(name)}' for name in ('redis', 'boto3', 'obstore', 'solara'))}"
    )


def train(place: Place) -> str:
    """torch, as the constraints have it, where that is a build for the CPU; else only whether there is one for this Python."""
    (pinned,) = re.findall(r"^torch==.*$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    extra = f"{wheel_of(place)}[train]"
    found = place.resolve(extra, pinned)
    if any(name.startswith(("nvidia", "cuda")) for name in found):
        return f"resolves: torch {found['torch']}, a CUDA build, not downloaded"
    place.pip("install", "--no-compile", extra, pinned)
    place.python_code(f"{STRICT}import {BROUGHT['train']}")
    return f"imported; torch {found['torch']}"


def everything(place: Place) -> str:
    """Whether all extras go together, in versions that the tests know of."""
    found = place.resolve(f"{wheel_of(place)}[all]")
    wanted = {"torch", "safetensors", "redis", "hiredis", "boto3", "amazon_dax_client", "obstore", "prometheus_client", "mesa", "solara"}
    missing = wanted - set(found)
    if missing:
        raise Failed(f"{', '.join(sorted(missing))} is not among what [all] brings: {found}")
    return f"resolves: {len(found)} packages; solara {found['solara']}, torch {found['torch']}"


def each_mesa(place: Place) -> str:
    """The same trajectory on each Mesa that there is for this Python, and a page that can be imported."""
    hashes: dict[str, str] = {}
    for mesa in MESAS:
        try:
            place.pip("install", "--no-compile", "--pre", "--no-deps", mesa)
        except Failed as failure:
            # Of a version for newer Pythons, or before one that has come since, there is none.
            if "No matching distribution" not in str(failure):
                raise
        else:
            version, sha256 = place.python_code(ON_MESA).split()
            hashes[version] = sha256
    if len(set(hashes.values())) != 1:
        raise Failed(f"one trajectory, whatever the Mesa, is what there should be: {json.dumps(hashes, indent=2)}")
    return f"{', '.join(hashes)}: one trajectory, {sha256[:12]}…"


CHECKS: list[Check] = [
    ("build and install", install),
    ("command line", command_line),
    ("extras", light_extras),
    ("train", train),
    ("all", everything),
]


def pythons() -> dict[str, Path]:
    """Every CPython from 3.11 on that is found, one a minor version: the one that runs this, those on the path, and pyenv's."""
    names = [f"python3.{minor}" for minor in range(OLDEST[1], 30)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [Path(sys.executable).resolve(), *sorted(pyenv.glob("*/bin/python3"), reverse=True)]
    found += [Path(path) for name in names if (path := shutil.which(name))]
    # The first found of a version is the one that stays.
    return dict(reversed([(minor, path) for path in found for minor in minor_version(path)]))


def minor_version(python: Path) -> Iterator[str]:
    """Its version, unless it is too old, no CPython, or no Python at all, as pyenv's stand-ins for versions that are not chosen."""
    code = "import sys, sysconfig; print(sys.implementation.name, bool(sysconfig.get_config_var('Py_GIL_DISABLED')), *sys.version_info[:2])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        name, free_threaded, major, minor = done.stdout.split()
        if name == "cpython" and free_threaded == "False" and (int(major), int(minor)) >= OLDEST:
            yield f"{major}.{minor}"


def main() -> int:
    """Try all Pythons, two at a time, the newest first: it has most to do. Returns the exit code."""
    began = time.monotonic()
    found = sorted(pythons().items(), key=lambda item: [int(part) for part in item[0].split(".")], reverse=True)
    with tempfile.TemporaryDirectory(prefix="freeagentics-installs-") as folder:
        tool = Path(folder) / "pip"
        subprocess.run([sys.executable, "-m", "venv", tool], check=True)
        subprocess.run([tool / "bin" / "python", "-m", "pip", "install", "--quiet", "--upgrade", PIP], check=True, capture_output=True)
        places = [Place(python, version, Path(folder) / version) for version, python in found]
        for place in places:
            place.folder.mkdir()
        with ThreadPoolExecutor(2) as lanes:
            todo = [CHECKS + [("each Mesa", each_mesa)] * (place is places[0]) for place in places]
            list(lanes.map(try_all, places, todo, [partial(print, flush=True)] * len(places)))
    print()
    for place in places:
        print(f"{place.name}\n  " + "\n  ".join(place.lines))
    wrong = [f"{place.name}: {name}" for place in places for name in place.failed]
    print(f"\n{'FAILED: ' + '; '.join(wrong) if wrong else 'all installs work'}, {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
