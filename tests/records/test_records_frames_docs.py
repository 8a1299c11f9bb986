"""The page on frames, against the frames of a run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from freeagentics import RunRecord, replay_frames, run

PAGE = (Path(__file__).parents[2] / "docs" / "frames.md").read_text(encoding="utf-8")
ROWS: dict[str, str] = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| (.+) \|$", PAGE, re.MULTILINE))
SUMMED_UP = ("reason.", "price.", "whales.", "derivatives.", "sentiment.")
"""Columns that the page names by what they are."""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return run("whale-pump", agents=5, steps=30, out=tmp_path_factory.mktemp("page") / "run")


def named(frame: str) -> list[str]:
    """Columns in the order in which the page names them."""
    return re.findall(r"`([\w.]+)`", re.sub(r"\([^)]*\)", "", ROWS[frame]).replace("`reason.NAME`", ""))


def test_every_frame_is_on_the_page() -> None:
    frames = {name for name in dir(RunRecord) if name.endswith("_frame") and name != "_frame"}
    assert frames | {"beliefs", "recalled", "weights", "importance", "traits"} == set(ROWS)


@pytest.mark.parametrize("name", [name for name in ROWS if name.endswith("_frame")])
def test_the_page_names_the_columns_of_a_frame_in_their_order(record: RunRecord, name: str) -> None:
    columns = [column for column in getattr(record, name).columns if not column.startswith(SUMMED_UP)]
    if name == "memory_frame":
        assert len(columns) == 3 + 48 + 3
        columns = columns[:3] + columns[-3:]
    assert named(name) == columns


@pytest.mark.parametrize("name", ["beliefs", "recalled", "weights", "importance", "traits"])
def test_the_page_names_the_columns_of_a_replayed_frame(record: RunRecord, name: str) -> None:
    assert named(name) == getattr(replay_frames(record.path, first=29), name).columns
