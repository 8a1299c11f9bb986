"""The run directory: where a run keeps what it leaves behind."""

from __future__ import annotations

import fcntl
import os
import platform
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from importlib import metadata
from pathlib import Path

import polars as pl

from freeagentics.errors import BadRunDirectory, RunFailed, in_command
from freeagentics.kernels import fingerprint
from freeagentics.records.lineage import Lineage
from freeagentics.scenario.files import build_scenario, load_scenario, read_table, to_toml
from freeagentics.scenario.plugins import unread_plugins
from freeagentics.scenario.scenario import Scenario, StoreSettings

RUNS = Path("runs")

AUDITED_FROM = 200
"""Steps of a run from which its memories are audited when it ends: shorter ones would take less time than their audit."""

_ANCESTOR = re.compile(r"to-step-([1-9][0-9]{0,17})\.toml")


class RunDirectory:
    """Paths of one run: ``run.toml`` (the resolved scenario), ``run.json`` (the summary), ``journal.db``, frames as Parquet, and what
    others may add: the report with its tables, the audit of memories, and ``states.db``, the versions of states that were saved. A fork
    has a ``to-step-N.toml`` beside them for each run that steps of it are from: the settings that the steps up to N were made under, with
    all that they need, for the other run may be gone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.scenario = path / "run.toml"
        self.summary = path / "run.json"
        self.journal = path / "journal.db"
        self.model_frame = path / "model.parquet"
        self.agent_frame = path / "agents.parquet"
        self.report = path / "report.html"
        self.tables = path / "tables"
        self.audit = path / "audit.json"
        self.states = path / "states.db"
        self._lock = path / "run.lock"

    @classmethod
    def create(cls, lineage: Lineage, out: Path | None = None) -> RunDirectory:
        """A new directory with ``run.toml`` in it, and ``to-step-N.toml`` for what it has of another run: *out*, or a fresh one under
        ``runs/``. Raises BadRunDirectory."""
        path = out or _fresh(lineage.own)
        if not _is_text(str(path)):
            raise BadRunDirectory(f"{str(path)!r}: not a name in UTF-8, so no summary could say it; give another")
        try:
            path.mkdir(parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise BadRunDirectory(f"{path}: not empty; give --out a new folder, or --resume this one")
            directory = cls(path)
            for last, scenario in lineage.ancestors.items():
                # Its stores are the other run's, and a password in their URLs is no setting that a step was made under.
                unfed = scenario.model_copy(update={"store": StoreSettings()})
                directory._write_scenario(path / f"to-step-{last}.toml", unfed)
            directory.rewrite(lineage.own)
        except OSError as error:
            raise BadRunDirectory(f"{path}: cannot be written ({error.strerror})") from error
        return directory

    @classmethod
    def open(cls, path: Path) -> RunDirectory:
        """A directory that a run left. Raises BadRunDirectory where it is none."""
        directory = cls(path)
        if not path.is_dir():
            raise BadRunDirectory(f"{path}: no such folder; a run directory is what a run printed as 'run directory'")
        for needed in (directory.scenario, directory.journal):
            if not needed.is_file():
                hint = ""
                if (path / "memory.json").is_file():
                    hint = f"; it is of a Mesa model with memory: freeagentics memory stats {in_command(path)}"
                raise BadRunDirectory(f"{path}: not a run directory, it has no {needed.name}{hint}")
        return directory

    def rewrite(self, scenario: Scenario) -> None:
        """Write ``run.toml``, whole or not at all. Plugins, bars, daily figures and trained codecs of a user's own are copied beside
        it: a run that is resumed or explained must find what it began with."""
        self._write_scenario(self.scenario, scenario)

    def _write_scenario(self, path: Path, scenario: Scenario) -> None:
        plugins = tuple(self._keep(plugin.path, "plugins", plugin.file.code) for plugin in scenario.registry.plugins)
        bars = {key: Path(getattr(scenario.market, key)) for key in ("bars", "daily")}
        market = {key: self._keep(file, "data", file.read_bytes()) for key, file in bars.items() if file.is_absolute()}
        weights = tuple(self._keep(file, "codecs", file.read_bytes()) for file in scenario.memory.files)
        kept = {
            "plugins": scenario.plugins.model_copy(update={"files": plugins}),
            "market": scenario.market.model_copy(update=market),
            "memory": scenario.memory.model_copy(update={"weights": weights}),
        }
        _write_whole(path, f"# {versions()}\n{to_toml(scenario.model_copy(update=kept))}")

    def _keep(self, file: Path, folder: str, content: bytes) -> str:
        """Copy a file into a folder of the run, unless its content is there already; its path from the run directory."""
        place = self.path / folder
        place.mkdir(exist_ok=True)
        target, number = place / file.name, 1
        while target.exists() and target.read_bytes() != content:
            number += 1
            target = place / f"{number}-{file.name}"
        if not target.exists():
            target.write_bytes(content)
        return str(Path(folder) / target.name)

    def write_summary(self, text: str) -> None:
        """Write ``run.json``, whole or not at all."""
        _write_whole(self.summary, f"{text}\n")

    def write_audit(self, text: str) -> None:
        """Write ``audit.json``, whole or not at all. Raises RunFailed."""
        try:
            _write_whole(self.audit, f"{text}\n")
        except OSError as error:
            raise RunFailed(f"{self.audit}: the audit could not be written ({error.strerror}); the run itself is whole") from error

    @contextmanager
    def writing(self, what: str) -> Iterator[None]:
        """Turn failures to write into RunFailed: the journal is whole by then, and a resume writes the rest."""
        try:
            yield
        except (OSError, pl.exceptions.ComputeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise RunFailed(f"{self.path}: {what} could not be written ({reason}); {self.resume_hint}") from error

    @property
    def resume_hint(self) -> str:
        """Advice after a run was stopped from outside."""
        return f"what was committed is whole: go on with: freeagentics run --resume {in_command(self.path)}"

    def what_is_missing(self, steps: int) -> str:
        """List the parts that a run of so many steps lacks since it was not left to end, and how to get them; empty where it has all."""
        path = in_command(self.path)
        no_audit, no_report = steps >= AUDITED_FROM and not self.audit.is_file(), not self.report.is_file()
        if not (no_audit or no_report):
            return ""
        names = " and ".join(["no audit"] * no_audit + ["no report"] * no_report)
        # The report shows the audit.
        commands = [f"freeagentics memory audit {path}"] * no_audit + [f"freeagentics report {path}"]
        return f"it has {names} yet; make {'them' if no_audit else 'it'} with: {' && '.join(commands)}"

    def discard_ending(self) -> None:
        """Delete what tells of the run as it had ended, now that it goes on: summary, frames, audit, report and tables."""
        for path in (self.summary, self.model_frame, self.agent_frame, self.audit, self.report, *self.tables.glob("*.csv")):
            path.unlink(missing_ok=True)
        # What a user put there stays.
        if self.tables.is_dir() and not any(self.tables.iterdir()):
            self.tables.rmdir()

    def load_scenario(self, *, allow_plugins: bool = False) -> Scenario:
        """The scenario as it was resolved, to be run. Raises BadScenario; UntrustedPlugin where it has plugins that this user has not run
        before and does not allow now."""
        return load_scenario(self.scenario, allow_plugins=allow_plugins)

    def load_lineage(self, *, allow_plugins: bool = False) -> Lineage:
        """All scenarios that steps of the run were made under, to be run. Raises what `load_scenario` raises."""
        return self._lineage(partial(load_scenario, allow_plugins=allow_plugins))

    def read_lineage(self) -> Lineage:
        """The same, to be read: no plugin is run. Raises BadScenario."""
        return self._lineage(_read_scenario)

    def read_scenario(self) -> Scenario:
        """The scenario as it was resolved, to be read: none of its plugins is run. Raises BadScenario."""
        return _read_scenario(self.scenario)

    def _lineage(self, load: Callable[[Path], Scenario]) -> Lineage:
        found = {int(name[1]): path for path in self.path.iterdir() if (name := _ANCESTOR.fullmatch(path.name))}
        return Lineage(load(self.scenario), {last: load(found[last]) for last in sorted(found)})

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the run's lock: one living process a run. Raises BadRunDirectory where another holds it.

        The kernel lets go of it when the process ends, however it ends.
        """
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BadRunDirectory(f"{self.path}: locked by a living run; wait for it to end, or stop it") from error
            yield
        finally:
            os.close(handle)


def provenance() -> dict[str, str]:
    """Provenance of a run: versions, and the fingerprint of the machine's arithmetic, which its last bits depend on."""
    return {"versions": versions(), "arithmetic": fingerprint()}


def versions() -> str:
    """Versions of what a run is made with."""
    names = ("freeagentics", "numpy", "mesa")
    return ", ".join([*(f"{name} {metadata.version(name)}" for name in names), f"Python {platform.python_version()}", platform.machine()])


def _read_scenario(path: Path) -> Scenario:
    return build_scenario(read_table(path), where=f"scenario {path}", folder=path.parent, plugins=unread_plugins)


def _is_text(name: str) -> bool:
    try:
        return "\0" not in name.encode().decode()
    except UnicodeEncodeError:
        return False


def _write_whole(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _fresh(scenario: Scenario) -> Path:
    moment = datetime.now().strftime("%Y%m%d-%H%M%S")
    stem = RUNS / f"{scenario.name}-seed{scenario.seed}-{moment}"
    path, number = stem, 1
    while path.exists():
        number += 1
        path = stem.with_name(f"{stem.name}-{number}")
    return path
