"""The architecture page names files that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split("## Where to change what")[1].split("\n## ")[0]
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in TABLE.splitlines() if line.startswith("| ")][1:]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_the_files_of_a_change_and_its_tests_are_there(row: list[str]) -> None:
    _, files, tests = row
    assert [name for name in names_in(files) if not (ROOT / "freeagentics" / name).exists()] == []
    assert [name for name in names_in(tests) if not list((ROOT / "tests").rglob(Path(name).name))] == []


def names_in(cell: str) -> list[str]:
    """Names of files and folders, without those that are yet to be made."""
    return re.findall(r"`([a-z_/]+(?:/|\.py))`", cell)
