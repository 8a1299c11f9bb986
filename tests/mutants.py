"""Mutation testing: small changes to the code, each of which a test should notice.

    python tests/mutants.py --sample 40          # forty of each room, drawn by a seed
    python tests/mutants.py --rooms mind agents  # all of them: days

Changes are made by cosmic-ray in a copy of the tree, in .mutants/, and a room's own tests run on each until the first fails. A session that
was stopped goes on where it was. What lived is listed, with the change.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from math import sqrt
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORK = ROOT / ".mutants"
TREE = WORK / "tree"
ROOMS = ("agents", "memory", "mind", "signals", "market")
COPIED = ("freeagentics", "tests", "scenarios", "docs", "examples", "pyproject.toml", "README.md")

CONFIG = """
[cosmic-ray]
module-path = "freeagentics/{room}"
timeout = 300.0
excluded-modules = []
test-command = "{python} -m pytest -x -q -p no:cacheprovider tests/{room}"
[cosmic-ray.distributor]
name = "local"
"""

KILLED, SURVIVED = "KILLED", "SURVIVED"


def prepare() -> None:
    """Copy the tree, once: a mutant that was being tested when a session was killed must not stay in the code."""
    shutil.rmtree(TREE, ignore_errors=True)
    TREE.mkdir(parents=True)
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, TREE / name)


def call(*words: str) -> None:
    """Run cosmic-ray in the copy, whose package is imported before the installed one."""
    subprocess.run([sys.executable, "-m", "cosmic_ray.cli", *words], cwd=TREE, env=os.environ | {"PYTHONPATH": str(TREE)}, check=True)


def begin(room: str, session: Path, sample: int, seed: int) -> None:
    """List the changes to a room, and keep a sample of them; 0 keeps all. In annotations nothing can be wrong."""
    config = WORK / f"{room}.toml"
    config.write_text(CONFIG.format(room=room, python=sys.executable), encoding="utf-8")
    call("init", str(config), str(session))
    with sqlite3.connect(session) as database:
        columns = "job_id, module_path, operator_name, start_pos_row"
        rows = database.execute(f"SELECT {columns} FROM mutation_specs ORDER BY module_path, operator_name, occurrence").fetchall()
        real = [job for job, path, operator, line in rows if not _annotation(TREE / path, operator, line)]
        kept = set(random.Random(seed).sample(real, min(sample, len(real))) if sample else real)
        dropped = [(job,) for job, *_ in rows if job not in kept]
        for table in ("mutation_specs", "work_items"):
            database.executemany(f"DELETE FROM {table} WHERE job_id = ?", dropped)


def _annotation(path: Path, operator: str, line: int) -> bool:
    text = path.read_text(encoding="utf-8").splitlines()[line - 1]
    return "BitOr" in operator and ("None" in text or "def " in text or "->" in text)


def results(session: Path) -> tuple[int, int, list[str]]:
    """How many were killed and survived, and those that survived."""
    columns = "test_outcome, module_path, start_pos_row, operator_name, diff"
    with sqlite3.connect(session) as database:
        rows = database.execute(f"SELECT {columns} FROM work_results JOIN mutation_specs USING (job_id)").fetchall()
    alive = [f"{path}:{line} {operator}\n{_change(diff)}" for outcome, path, line, operator, diff in rows if SURVIVED in str(outcome)]
    return sum(KILLED in str(outcome) for outcome, *_ in rows), len(alive), alive


def _change(diff: str) -> str:
    return "\n".join(f"    {line}" for line in (diff or "").splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---"))


def interval(killed: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (1927, doi:10.1080/01621459.1927.10502953)."""
    share, z = killed / of, 1.96
    middle, half = share + z * z / (2 * of), z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)


def main() -> None:
    """Make the sessions that are missing, go on with the others, and print what lived."""
    parser = argparse.ArgumentParser(description="Mutation testing.")
    parser.add_argument("--rooms", nargs="*", default=ROOMS, choices=ROOMS)
    parser.add_argument("--sample", type=int, default=0, help="changes of each room; 0 for all")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    WORK.mkdir(exist_ok=True)
    killed = survived = 0
    for room in given.rooms:
        session = WORK / f"{room}-{given.sample}-{given.seed}.sqlite"
        prepare()
        if not session.exists():
            begin(room, session, given.sample, given.seed)
        call("exec", str(WORK / f"{room}.toml"), str(session))
        dead, lived, alive = results(session)
        killed, survived = killed + dead, survived + lived
        sys.stdout.write("\n".join([f"{room}: {dead} of {dead + lived} killed", *alive, ""]))
    if killed + survived:
        low, high = interval(killed, killed + survived)
        sys.stdout.write(f"all: {killed / (killed + survived):.0%} killed, 95 % interval {low:.0%} to {high:.0%}\n")


if __name__ == "__main__":
    main()
