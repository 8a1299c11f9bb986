"""Verdicts on mutants: kept in a file of lines, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from math import sqrt
from pathlib import Path

from mutant import Mutant


class Fate(StrEnum):
    """What became of a mutant: a test of its room failed, or one of two elsewhere (golden trajectories, the page of keys), tests never
    ended, all passed, no test of its room runs its line, or it was not tried because `equivalent.jsonl` says why it changes nothing."""

    KILLED = "killed"
    ELSEWHERE = "killed elsewhere"
    TIMED_OUT = "timed out"
    ALIVE = "alive"
    UNTESTED = "untested"
    EQUIVALENT = "equivalent"


@dataclass(frozen=True)
class Verdict:
    """One mutant and its fate; *before* and *after* are the line that differs."""

    key: str
    file: str
    line: int
    operator: str
    before: str
    after: str
    fate: Fate

    @classmethod
    def on(cls, mutant: Mutant, fate: Fate) -> Verdict:
        """The verdict on a mutant."""
        return cls(mutant.key, mutant.file, mutant.line, mutant.operator, *mutant.change, fate)

    @property
    def dead(self) -> bool:
        """Whether tests saw it."""
        return self.fate in (Fate.KILLED, Fate.ELSEWHERE, Fate.TIMED_OUT)

    @property
    def lives(self) -> bool:
        """Whether tests should have seen it, and did not."""
        return self.fate in (Fate.ALIVE, Fate.UNTESTED)


class Verdicts:
    """All verdicts so far, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self._known = {found.key: found for found in (_read(line) for line in lines)}

    def of(self, mutant: Mutant) -> Verdict | None:
        """What is known of a mutant."""
        return self._known.get(mutant.key)

    def add(self, verdict: Verdict) -> None:
        """Keep a verdict; the latest on a mutant counts."""
        self._known[verdict.key] = verdict
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(verdict)) + "\n")


def _read(line: str) -> Verdict:
    values = json.loads(line)
    return Verdict(**values | {"fate": Fate(values["fate"])})


def table(verdicts: Iterable[Verdict]) -> str:
    """Killed and tried, by file and in all, with a 95 % interval (Wilson, 1927), and every mutant that is alive."""
    all_of = list(verdicts)
    tried = [verdict for verdict in all_of if verdict.fate != Fate.EQUIVALENT]
    rows = []
    for file in sorted({verdict.file for verdict in tried}):
        of_file = [verdict for verdict in tried if verdict.file == file]
        rows.append(f"{sum(verdict.dead for verdict in of_file):4d} of {len(of_file):4d}  {file}")
    dead = sum(verdict.dead for verdict in tried)
    low, high = wilson(dead, len(tried))
    late, elsewhere = (sum(verdict.fate == fate for verdict in tried) for fate in (Fate.TIMED_OUT, Fate.ELSEWHERE))
    share = f"{dead / len(tried):.1%} (95 % interval {low:.1%} to {high:.1%})"
    rows.append(f"{dead:4d} of {len(tried):4d}  killed, {share}; {late} of them by time, {elsewhere} elsewhere alone")
    rows.append(f"{len(all_of) - len(tried):4d} more are equivalent; of all {len(all_of)}, {dead / len(all_of):.1%} were killed")
    left = [verdict for verdict in tried if verdict.lives]
    rows += [f"{verdict.fate}: {verdict.file}:{verdict.line}\n    - {verdict.before}\n    + {verdict.after}" for verdict in left]
    return "\n".join(rows)


def wilson(successes: int, tries: int, z: float = 1.96) -> tuple[float, float]:
    """Interval of a share."""
    share, spread = successes / tries, z * z / tries
    centre = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(share * (1 - share) / tries + spread / (4 * tries))
    return centre - half, centre + half
