"""Try mutants of the package on the tests of their rooms, and say which are alive: `make mutants`."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from collections.abc import Iterator
from functools import partial
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from types import CodeType

import pytest
from covering import Covering, Selection, Tests
from equivalent import Equivalents
from forked import QUIETLY, Ended, import_libraries, run_forked
from hand_made import HAND_MADE
from mutant import ROOT, Mutant, of_all, of_each
from verdicts import Fate, Verdict, Verdicts, table

FOLDER = ROOT / "build" / "mutants"
ROOMS = ("agents", "market", "memory", "mind", "signals")
KEYS = ROOT / "docs" / "scenario-keys.md"
TRAJECTORIES = ROOT / "tests" / "kernels" / "golden_trajectories.json"
SCENARIOS = {"freeagentics/market/auction/": ("floor",), "freeagentics/": ("whale-pump", "ten-pairs")}
"""Scenarios whose golden trajectories are computed where a room's tests pass, by the files that take part: one made market and one of
several assets, and that of auctions."""

_PASSED = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
_SEEN_ELSEWHERE = 99


class _Changed(MetaPathFinder):
    """A finder that finds a mutant in the place of its file."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if fullname != self._mutant.module:
            return None
        file = str(ROOT / self._mutant.file)
        return spec_from_file_location(fullname, file, loader=_Loader(fullname, file, self._mutant.after))


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, code: str) -> None:
        super().__init__(fullname, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._code, self.path, "exec", dont_inherit=True)


def _try(seconds: float, job: tuple[Mutant, Tests]) -> int:
    mutant, tests = job
    sys.meta_path.insert(0, _Changed(mutant))
    for file in tests.files(seconds):
        code = pytest.main(["-x", *QUIETLY, file], plugins=[Selection(tests)])
        if code not in _PASSED:
            return int(code)
    return 0 if _same_elsewhere(mutant) else _SEEN_ELSEWHERE


def _same_elsewhere(mutant: Mutant) -> bool:
    """Whether two tests of other rooms pass: the page of keys has these defaults and limits, and scenarios end as they should."""
    sys.path.insert(0, str(TRAJECTORIES.parent))
    golden = json.loads(TRAJECTORIES.read_text(encoding="utf-8"))
    names = next(names for folder, names in SCENARIOS.items() if mutant.file.startswith(folder))
    try:
        page = importlib.import_module("freeagentics.scenario").keys_markdown()
        trajectory = importlib.import_module("trajectories").trajectory
        return page == KEYS.read_text(encoding="utf-8") and all(trajectory(name) == golden[name] for name in names)
    except Exception:
        return False


def tried(mutants: list[Mutant], verdicts: Verdicts, workers: int, again: bool, seconds: float) -> Iterator[Verdict]:
    """Verdicts on mutants, those known first."""
    equivalents = Equivalents()
    left = []
    for mutant in mutants:
        known = Verdict.on(mutant, Fate.EQUIVALENT) if mutant in equivalents else verdicts.of(mutant)
        if known is None or (again and known.lives):
            left.append(mutant)
        else:
            yield known
    covering = {
        room: Covering(room, FOLDER / "covering" / room, workers) for room in sorted({mutant.file.split("/")[1] for mutant in left})
    }
    jobs = [(mutant, covering[mutant.file.split("/")[1]].of(mutant.file, mutant.line)) for mutant in left]
    timed = ((job, 300 + 10 * min(seconds, sum(job[1].seconds.values()))) for job in jobs)
    for ended in run_forked(timed, partial(_try, seconds), workers, FOLDER / "logs"):
        verdict = Verdict.on(ended.job[0], _fate(ended))
        verdicts.add(verdict)
        yield verdict


def _fate(ended: Ended[tuple[Mutant, Tests]]) -> Fate:
    """What an exit code of pytest says; that a file could not be imported is a failure as well."""
    if ended.code is None:
        return Fate.TIMED_OUT
    if ended.code == _SEEN_ELSEWHERE:
        return Fate.ELSEWHERE
    if ended.code in _PASSED:
        return Fate.ALIVE if ended.job[1].seconds else Fate.UNTESTED
    if ended.code in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):
        return Fate.KILLED
    raise SystemExit(f"the tests could not be run: pytest ended with {ended.code}\n{ended.written}")


def _drawn(files: list[str], arguments: argparse.Namespace) -> list[Mutant]:
    if arguments.of_all:
        return of_all(files, arguments.of_all, arguments.seed)
    return of_each(files, arguments.per_file or sys.maxsize, arguments.seed)


def main() -> None:
    """Try a sample, or the hand-made ones; fail where one of those is alive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", help="files to change, or parts of their names; by default all of five rooms")
    parser.add_argument("--per-file", type=int, default=10, help="mutants a file, drawn at random; 0 for all (default: 10)")
    parser.add_argument("--of-all", type=int, metavar="N", help="instead so many, drawn from all files together")
    parser.add_argument("--seed", type=int, default=0, help="of the draw (default: 0)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (default: one a core)")
    parser.add_argument("--seconds", type=float, default=60, help="that the tests of one may take, beside scenarios (default: 60)")
    parser.add_argument("--again", action="store_true", help="try once more what was alive, after a change of the tests")
    parser.add_argument("--hand-made", action="store_true", help="only the changes of hand_made.py, all of which must die")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    os.environ["CI"] = "true"
    sys.path.insert(0, str(ROOT))
    import_libraries()
    found = [path.relative_to(ROOT).as_posix() for room in ROOMS for path in sorted((ROOT / "freeagentics" / room).rglob("*.py"))]
    files = [file for file in found if not arguments.files or any(part in file for part in arguments.files)]
    mutants = HAND_MADE if arguments.hand_made else _drawn(files, arguments)
    all_of = []
    for verdict in tried(mutants, Verdicts(FOLDER / "verdicts.jsonl"), arguments.workers, arguments.again, arguments.seconds):
        all_of.append(verdict)
        print(f"{len(all_of)} of {len(mutants)}: {verdict.fate}: {verdict.file}:{verdict.line}: {verdict.after}", flush=True)
    print(table(all_of))
    if arguments.hand_made and not all(verdict.dead for verdict in all_of):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
