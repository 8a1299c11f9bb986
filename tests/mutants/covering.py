"""Covering tests: which of a room's tests run a line, and how long they take."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import coverage
import pytest
from forked import QUIETLY, run_forked
from mutant import ROOT

PATIENCE = 1200
"""Seconds that the tests of one file may take while coverage looks on."""


@dataclass(frozen=True)
class Tests:
    """Tests that are to run: seconds that they took, by id, or by file where all of it is to run."""

    seconds: Mapping[str, float]

    def files(self, seconds: float) -> list[str]:
        """The files to collect from, quick ones first, as many as together take no longer; one in any case."""
        total: dict[str, float] = defaultdict(float)
        for test, taken in self.seconds.items():
            total[_file(test)] += taken
        files = sorted(total, key=lambda file: total[file])
        passed = accumulate(total[file] for file in files)
        return [file for place, (file, until) in enumerate(zip(files, passed, strict=True)) if not place or until <= seconds]

    def __contains__(self, test: str) -> bool:
        return test in self.seconds or _file(test) in self.seconds


class Covering:
    """What the tests of a room run, kept in a folder until a file of the room or a test changes."""

    def __init__(self, room: str, folder: Path, workers: int) -> None:
        sources = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "freeagentics" / room).rglob("*.py")))
        self._room, self._sources = room, hashlib.sha256(sources.encode()).hexdigest()
        folder.mkdir(parents=True, exist_ok=True)
        tests = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / room).glob("test_*.py"))
        self._kept = {test: folder / f"{Path(test).stem}-{self._digest(test)}.json" for test in tests}
        missing = [(test, PATIENCE) for test, kept in self._kept.items() if not kept.exists()]
        for ended in run_forked(iter(missing), self._measure, workers, folder / "logs"):
            if ended.code != 0:
                raise SystemExit(f"{ended.job} must pass before mutants are tried; it ended with {ended.code}\n{ended.written}")
        self._known = {test: json.loads(kept.read_text()) for test, kept in self._kept.items()}

    def _digest(self, test: str) -> str:
        helpers = [path for path in sorted((ROOT / test).parent.glob("*.py")) if not path.name.startswith("test_")]
        texts = [path.read_text(encoding="utf-8") for path in (*helpers, ROOT / test)]
        return hashlib.sha256("".join([self._sources, *texts]).encode()).hexdigest()[:16]

    def _measure(self, test: str) -> int:
        watcher = coverage.Coverage(data_file=None, include=[f"{ROOT}/freeagentics/{self._room}/*"])
        observer = _Observer(test, watcher)
        watcher.start()
        code = int(pytest.main([*QUIETLY, test], plugins=[observer]))
        watcher.stop()
        if code == 0:
            data = watcher.get_data()
            lines = {str(Path(file).relative_to(ROOT)): data.contexts_by_lineno(file) for file in data.measured_files()}
            self._kept[test].write_text(json.dumps({"seconds": observer.seconds, "lines": lines}))
        return code

    def of(self, file: str, line: int) -> Tests:
        """Tests that run a line; where it is run by the import of its file, those that run anything else of it, or else that import it."""
        known = self._known
        lines = {test: {number: set(names) for number, names in of["lines"].get(file, {}).items()} for test, of in known.items()}
        if any("" in of.get(str(line), ()) for of in lines.values()):
            names = {name for of in lines.values() for found in of.values() for name in found}
            names = names - {""} or {test for test, of in lines.items() if of}
        else:
            names = {name for of in lines.values() for name in of.get(str(line), ())}
        return Tests({name: known[_file(name)]["seconds"].get(name) or sum(known[name]["seconds"].values()) for name in names})


class _Observer:
    """A plugin of pytest that tells coverage which test runs; what fixtures run belongs to all tests of the file."""

    def __init__(self, test: str, watcher: coverage.Coverage) -> None:
        self._test, self._watcher = test, watcher
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        self._watcher.switch_context(self._test)
        yield

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        self._watcher.switch_context(item.nodeid)
        yield

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration


class Selection:
    """A plugin of pytest that leaves out all but these tests."""

    def __init__(self, tests: Tests) -> None:
        self._tests = tests

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid in self._tests]


def _file(test: str) -> str:
    return test.partition("::")[0]
