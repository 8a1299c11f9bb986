"""What a user can get wrong: one clear line, exit code 2, nothing half-written."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import freeagentics

WRONG: list[tuple[tuple[object, ...], str]] = [
    (("run", "btc-repay"), "did you mean 'btc-replay'?"),
    (("run", "nowhere.toml"), "scenario nowhere.toml: no such file"),
    (("run", "--set", "agents.cont=5"), "unknown key 'agents.cont'; did you mean 'count'?"),
    (("run", "--set", "agents"), "give key=value"),
    (("run", "--set", "steps=many"), "steps: Input should be a valid integer"),
    (("run", "--set", "agents.team.market-hunte=1"), "did you mean 'market-hunter'?"),
    (("run", "--set", "memory.horizon=40"), "more than twice the horizon"),
    (("run", "--agents", 3), "fewer than one desk's team of 5"),
    (("run", "--agents", "many"), "--agents"),
    (("run", "--steps", 90_000), "ask for fewer steps"),
    (("run", "--workers", "no"), "give a number of threads from 1 on, or auto"),
    (("run", "--engine", "steam"), "should be 'threads' or 'serial'"),
    (("run", "--store", "redis:/x"), "unknown store scheme 'redis'"),
    (("run", "--bars", "none.csv"), "none.csv"),
    (("run", "--bars", "bad.csv"), "row 2"),
    (("run", "--resume", "nothing"), "no such folder"),
    (("run", "--resume", "empty"), "not a run directory"),
    (("run", "btc-replay", "--resume", "empty"), "give neither a scenario nor --out"),
    (("fork", "nothing", "--at", 3), "no such folder"),
    (("fork", "empty"), "Missing option '--at'"),
    (("walk",), "No such command 'walk'"),
    (("run", "--speed", 3), "No such option: --speed"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "empty").mkdir()
    head = "timestamp,open,high,low,close,volume\n2024-01-01T00:00:00,1,2,1,1,5\n"
    (folder / "bad.csv").write_text(head + "2024-01-01T01:00:00,1,2,-1,1,5\n2024-01-01T02:00:00,1,2,1,1,5\n")
    return folder


@pytest.mark.parametrize(("arguments", "line"), WRONG, ids=lambda value: " ".join(map(str, value)) if isinstance(value, tuple) else "")
def test_one_line_says_what_is_wrong(arguments: tuple[object, ...], line: str, folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    done = freeagentics(*arguments, cwd=folder)
    assert done.returncode == 2
    assert line in done.stderr
    assert done.stderr.startswith("freeagentics: ")
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert sorted(folder.rglob("*")) == before
