"""Arrows point down: who may import whom."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "freeagentics"

LEAVES = {
    "amounts",
    "arrays",
    "charts",
    "clock",
    "condition",
    "errors",
    "plain_data",
    "progress",
    "kernels",
    "randomness",
    "scenario_catalog",
    "sharing",
    "user_code",
}
FACULTIES = {"market", "signals", "mind", "memory"}
ROOMS = {
    **{room: set[str]() for room in (*FACULTIES, "journal", "stores")},
    "runtime": {"mind"},
    "mesa_memory": {"journal", "stores"},
    "agents": FACULTIES,
    "scenario": {"agents", "market"},
    "records": {"scenario", "agents", "journal"} | FACULTIES - {"mind"},
    "simulation": {"records", "scenario", "agents", "journal", "runtime"} | FACULTIES,
    "services": {"journal", "stores"},
    "sync": {"records", "scenario", "agents", "journal", "stores"} | FACULTIES - {"market", "mind"},
    "replay": {"simulation", "records", "scenario", "agents", "journal", "runtime"} | FACULTIES,
    "runs": {"replay", "sync", "services", "simulation", "records", "scenario", "agents", "mind", "journal", "stores", "runtime"},
    "metrics": {"simulation", "agents", "journal", "runtime"},
    "experiments": {"simulation", "records", "scenario", "agents", "market", "journal", "runtime"},
    "env": {"simulation", "scenario", "agents", "market", "memory"},
    "evaluation": {"replay", "simulation", "records", "scenario", "agents", "market", "memory", "journal", "runtime", "services"},
    "report": {"mesa_memory", "evaluation", "experiments", "replay", "records", "scenario", "agents", "journal"}
    | FACULTIES - {"mind", "signals"},
    "visualization": {"evaluation", "runs", "replay", "simulation", "records", "scenario", "agents", "journal", "runtime"} | FACULTIES,
    "memory_optimization": {"mind", "runtime"},
    "optimized_threadpool_manager": {"runtime"},
    "toolbox": {"memory_optimization", "optimized_threadpool_manager"},
    "benchmarks": {"evaluation", "runs", "records", "simulation", "scenario", "agents", "memory", "mind", "journal", "stores", "runtime"}
    | {"market", "mesa_memory", "optimized_threadpool_manager", "env", "sync"},
    "cli": {"benchmarks", "visualization", "report", "experiments", "evaluation", "runs", "replay", "sync", "simulation", "records"}
    | {"scenario", "agents", "market", "memory", "mesa_memory", "metrics", "services", "stores"},
    "__main__": {"cli"},
}

OPENS_A_FACE = {"records/run_record.py": {"report"}}
"""The one arrow that points up, when it is called: `RunRecord.save_report`."""


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports_at_run_time(path: Path) -> set[str]:
    """First parts below ``freeagentics`` of what a file imports, but for types only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide which way an arrow points"
            names = [f"{node.module}.{alias.name}" if node.module == "freeagentics" else str(node.module) for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("freeagentics.")}
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_imports_only_what_lies_below_its_room(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    allowed = LEAVES | {"__version__"} if room in LEAVES else LEAVES | {room, "__version__"} | ROOMS[room]
    assert imports_at_run_time(path) <= allowed | OPENS_A_FACE.get(str(path.relative_to(PACKAGE)), set())


def test_every_room_has_its_place_in_the_house() -> None:
    assert {room_of(path) for path in modules()} == LEAVES | set(ROOMS) | {"__init__"}


def test_the_lowest_leaves_import_nothing_of_ours() -> None:
    for name in ("arrays", "clock", "errors", "progress", "scenario_catalog"):
        assert imports_at_run_time(PACKAGE / f"{name}.py") == set()
    for path in sorted((PACKAGE / "kernels").glob("*.py")):
        assert imports_at_run_time(path) <= {"arrays", "kernels"}
