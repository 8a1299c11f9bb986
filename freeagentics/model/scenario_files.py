"""Scenarios as TOML: found by name or path, overridden key by key, written down beside the results."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import BaseModel, ValidationError

from freeagentics.agents import ROLES, load_plugin
from freeagentics.errors import BadScenario, did_you_mean
from freeagentics.model.scenario import Scenario
from freeagentics.shelf import scenario_folder, scenario_names


def load_scenario(name: str | Path, overrides: Mapping[str, object] | None = None) -> Scenario:
    """A scenario by name or path of a TOML file.

    Args:
        name: one of `scenario_names`, or a path that ends in ``.toml``.
        overrides: values by dotted key, e.g. ``{"agents.count": 10, "roles.market-hunter.threshold": 0.2}``.

    Raises:
        BadScenario: no such scenario, not TOML, an unknown key, or a value that cannot be; one line that says which.
    """
    path = _find(name)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadScenario(f"scenario {path}: cannot be read ({error})") from error
    except tomllib.TOMLDecodeError as error:
        raise BadScenario(f"scenario {path}: not TOML: {error}") from error
    table.setdefault("name", path.stem)
    return build_scenario(table, overrides, where=f"scenario {name}", folder=path.parent)


def build_scenario(
    table: dict[str, Any], overrides: Mapping[str, object] | None = None, *, where: str = "scenario", folder: Path | None = None
) -> Scenario:
    """A scenario from a table as TOML gives it; its plugins are relative to *folder*. Raises BadScenario."""
    _load_plugins(table, folder or Path())
    _anchor(table, folder or Path())
    try:
        scenario = Scenario.model_validate(table)
        if not overrides:
            return scenario
        # Onto every default written out: a key below a table changes that key, and leaves the table's others as they are.
        whole = scenario.model_dump(mode="python", exclude_none=True, serialize_as_any=True)
        for key, value in overrides.items():
            _put(whole, key, value)
        _load_plugins(whole, Path())
        _anchor(whole, Path())
        return Scenario.model_validate(whole)
    except ValidationError as error:
        raise BadScenario(f"{where}: {_explain(error)}") from error


def parse_override(text: str) -> tuple[str, object]:
    """``key=value`` as a key and a TOML value; what is not TOML is taken as text. Raises BadScenario."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise BadScenario(f"--set {text}: give key=value, e.g. --set agents.count=10")
    try:
        return key.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), value.strip()


def to_toml(scenario: Scenario) -> str:
    """The scenario with every default written out."""
    return tomli_w.dumps(scenario.model_dump(mode="json", exclude_none=True, serialize_as_any=True))


def _load_plugins(table: dict[str, Any], folder: Path) -> None:
    """Run the plugins, so that their roles and sources are known when the scenario is checked; their paths become absolute."""
    plugins = table.get("plugins")
    if isinstance(plugins, dict) and isinstance(plugins.get("files"), list | tuple):
        files = [str((folder / str(name)).resolve()) for name in plugins["files"]]
        for name in files:
            load_plugin(Path(name))
        table["plugins"] = {**plugins, "files": files}


def _anchor(table: dict[str, Any], folder: Path) -> None:
    """Files of bars, daily figures and trained codecs that stand beside the scenario are found from anywhere."""
    memory = table.get("memory")
    if isinstance(memory, dict) and isinstance(memory.get("weights"), list | tuple):
        table["memory"] = {**memory, "weights": [file for name in memory["weights"] for file in _weights((folder / str(name)).resolve())]}
    market = table.get("market")
    if isinstance(market, dict):
        for key in ("bars", "daily"):
            name = market.get(key)
            if isinstance(name, str) and Path(name).suffix and not Path(name).is_absolute():
                table["market"] = market = {**market, key: str((folder / name).resolve())}


def _weights(path: Path) -> list[str]:
    """Trained codecs that a file is, or a folder has. Raises BadScenario where there are none."""
    found = sorted(path.glob("*.npz")) if path.is_dir() else [path] * path.is_file()
    if not found:
        raise BadScenario(f"memory.weights: {path} is neither a trained codec nor a folder of them; `freeagentics train` makes both")
    return [str(file) for file in found]


def _find(name: str | Path) -> Path:
    path = Path(name)
    if path.suffix == ".toml":
        if path.is_file():
            return path
        raise BadScenario(f"scenario {path}: no such file")
    if str(name) in scenario_names():
        return scenario_folder() / f"{name}.toml"
    raise BadScenario(f"no scenario '{name}'; {did_you_mean(str(name), scenario_names())} (or give the path of a .toml file)")


def _put(table: dict[str, Any], key: str, value: object) -> None:
    *parents, last = key.split(".")
    for parent in parents:
        table = table.setdefault(parent, {})
        if not isinstance(table, dict):
            raise BadScenario(f"{key}: '{parent}' is a value, not a table of keys")
    table[last] = value


def _explain(error: ValidationError) -> str:
    """The first thing that is wrong, as one line."""
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(first["loc"][-1]), _known_keys(), n=1)
        return f"unknown key '{where}'" + (f"; did you mean '{near[0]}'?" if near else "")
    message = first["msg"].removeprefix("Value error, ")
    given = "" if first["type"] in {"value_error", "missing"} else f" (it is {first['input']!r})"
    return f"{where}: {message}{given}" if where else message


def _known_keys() -> list[str]:
    models: list[type[BaseModel]] = [Scenario, *(role.Settings for role in ROLES.values())]
    keys: set[str] = set(ROLES)
    while models:
        for name, field in models.pop().model_fields.items():
            keys.add(name)
            models.extend(_models_in(field.annotation))
    return sorted(keys)


def _models_in(annotation: object) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]
