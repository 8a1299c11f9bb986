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
    paths = {ROOT / top / name for top, cell in zip(("freeagentics", "tests"), row[1:], strict=True) for name in files_in(cell)}
    assert [str(path) for path in paths if not path.exists()] == []


def files_in(cell: str) -> list[str]:
    """Names of files and folders, without those that are yet to be made."""
    return [name for name in re.findall(r"`([a-z_/]+(?:/|\.py))`", cell)]
