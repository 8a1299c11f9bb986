"""The shelf: the scenarios that come with the package, by name and title; looking at it loads none of the models that check them."""

from __future__ import annotations

import tomllib
from pathlib import Path


def scenario_folder() -> Path:
    """The folder they are in: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).parent
    inside = package / "scenarios"
    return inside if inside.is_dir() else package.parent / "scenarios"


def scenario_names() -> list[str]:
    """Names that `run` takes to run them."""
    return sorted(path.stem for path in scenario_folder().glob("*.toml"))


def scenario_titles() -> dict[str, str]:
    """By name, the one line that says what each shows."""
    folder = scenario_folder()
    return {name: str(tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8")).get("title", "")) for name in scenario_names()}
