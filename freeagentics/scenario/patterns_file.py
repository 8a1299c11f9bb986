"""Files of patterns: TOML with a table ``[[patterns]]`` for each, as a scenario has them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from freeagentics.condition import Condition
from freeagentics.errors import BadScenario

_TABLE = "patterns"


def read_patterns(path: Path) -> dict[str, Any]:
    """The patterns of a file, as a scenario's override. Raises BadScenario where it cannot be read, or has something else."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadScenario(f"patterns {path}: cannot be read ({error})") from error
    if list(table) != [_TABLE] or not isinstance(table[_TABLE], list):
        raise BadScenario(f"patterns {path}: it must have [[{_TABLE}]] tables, and nothing else; `freeagentics patterns --save` makes one")
    return table


def write_patterns(path: Path, told: Mapping[Condition, str]) -> None:
    """Write conditions into a file, each below what is told of it. Raises BadScenario where it cannot be written."""
    made = (f"# {text}\n[[{_TABLE}]]\nconditions = {{{_inline(condition)}}}\n" for condition, text in told.items())
    try:
        path.write_text("\n".join(made) or f"{_TABLE} = []\n", encoding="utf-8")
    except OSError as error:
        raise BadScenario(f"patterns {path}: cannot be written ({error})") from error


def _inline(condition: Condition) -> str:
    """The inside of an inline table; numbers, texts and lists of texts are in TOML what they are in JSON."""
    return ", ".join(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in condition.to_data().items())
