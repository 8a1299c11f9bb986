"""Scenarios as TOML: found by name or path, overridden key by key, written down beside the results."""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import BaseModel, ValidationError

from freeagentics.agents import Registry
from freeagentics.errors import BadScenario, did_you_mean
from freeagentics.scenario.plugins import PluginLoader, kept_plugins, own_plugins
from freeagentics.scenario.scenario import Scenario
from freeagentics.scenario_catalog import scenario_folder, scenario_names


def load_scenario(name: str | Path, overrides: Mapping[str, object] | None = None, *, allow_plugins: bool = False) -> Scenario:
    """Load a scenario by its name or the path of a TOML file.

    Args:
        name: one of `scenario_names`, or a path that ends in ``.toml``.
        overrides: values by dotted key, e.g. ``{"agents.count": 10, "roles.market-hunter.threshold": 0.2}``.
        allow_plugins: run also plugins in a run directory that this user has not run before.

    Raises:
        BadScenario: no such scenario, not TOML, an unknown key, or a value that cannot be; one line that says which.
        UntrustedPlugin: it stands in a run directory, with plugins that this user has not run before.

    Examples:
        >>> from freeagentics import load_scenario
        >>> scenario = load_scenario("quick", {"agents.count": 10})
        >>> scenario.name, scenario.agents.count
        ('quick', 10)
    """
    path = _find(name)
    # What stands in a run directory may have come from anywhere; any other file is one that the user named.
    kept = (path.parent / "journal.db").exists()
    plugins = partial(kept_plugins, allow=allow_plugins) if kept else own_plugins
    return build_scenario(read_table(path), overrides, where=f"scenario {name}", folder=path.parent, plugins=plugins)


def read_table(path: Path) -> dict[str, Any]:
    """A scenario's file as TOML gives it, with its name: the file's, where it gives none itself. Raises BadScenario."""
    try:
        content = path.read_bytes()
        if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or b"\0" in content:
            raise BadScenario(f"scenario {path}: cannot be read: it is not in UTF-8 but, it seems, in UTF-16; save it as UTF-8")
        # Editors on Windows begin a file with a mark of its encoding.
        table = tomllib.loads(content.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadScenario(f"scenario {path}: cannot be read ({error})") from error
    except tomllib.TOMLDecodeError as error:
        raise BadScenario(f"scenario {path}: not TOML: {error}") from error
    table.setdefault("name", name_after(path, "scenario"))
    return table


def name_after(path: Path, otherwise: str) -> str:
    """A scenario's name after that of a file: what it has of small letters and digits, with hyphens between; or *otherwise* without any."""
    letters = unicodedata.normalize("NFKD", path.stem.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:64] or otherwise


def build_scenario(
    table: dict[str, Any],
    overrides: Mapping[str, object] | None = None,
    *,
    where: str = "scenario",
    folder: Path | None = None,
    plugins: PluginLoader = own_plugins,
) -> Scenario:
    """A scenario from a table as TOML gives it; its plugins are relative to *folder*. Raises BadScenario."""
    registry = plugins(_plugin_files(table, folder or Path()))
    _anchor(table, folder or Path())
    try:
        scenario = Scenario.model_validate(table, context=registry)
        if not overrides:
            return scenario
        # Onto every default written out: a key below a table changes that key, and leaves the table's others as they are.
        whole = _table(scenario)
        for key, value in overrides.items():
            _put(whole, key, value)
        # Not where agents or their team were given in one piece, which may be anything yet.
        if "agents.count" in overrides and not {"agents", "agents.team", "desks"} & set(overrides):
            _resize_groups(whole)
        registry = own_plugins(_plugin_files(whole, Path()), registry)
        _anchor(whole, Path())
        return Scenario.model_validate(whole, context=registry)
    except ValidationError as error:
        raise BadScenario(f"{where}: {_explain(error, registry)}") from error


def _resize_groups(table: dict[str, Any]) -> None:
    """Have groups of desks keep their shares where another number of agents makes another number of desks: each at least one, by largest
    remainders. What cannot be shared out is left for the checks, which say so."""
    count, team, groups = table["agents"]["count"], table["agents"]["team"], table.get("desks") or ()
    before, members = sum(group["count"] for group in groups), [size for size in team.values() if isinstance(size, int) and size > 0]
    desks = count // sum(members) if isinstance(count, int) and len(members) == len(team) else 0
    if not groups or desks < len(groups):
        return
    wanted = [group["count"] * desks / before for group in groups]
    counts = [max(int(share), 1) for share in wanted]
    while (over := sum(counts) - desks) != 0:
        # The one that has most too much, or too little.
        gaps = [counted - share if over < 0 or counted > 1 else -desks for counted, share in zip(counts, wanted, strict=True)]
        counts[gaps.index(min(gaps) if over < 0 else max(gaps))] += -1 if over > 0 else 1
    for group, number in zip(groups, counts, strict=True):
        group["count"] = number


def stated(values: Mapping[str, object]) -> dict[str, object]:
    """Those values that were given: None stands for an argument that was not."""
    return {key: value for key, value in values.items() if value is not None}


def with_changes(scenario: Scenario, changes: Mapping[str, object]) -> Scenario:
    """The scenario with some values changed, its plugins as they were when it was loaded. Raises BadScenario."""
    return build_scenario(_table(scenario), changes, plugins=partial(own_plugins, known=scenario.registry))


def runnable(scenario: Scenario, *, allow_plugins: bool = False) -> Scenario:
    """The scenario with its plugins run, where it was only read from a run directory. Raises UntrustedPlugin."""
    if scenario.registry.complete:
        return scenario
    return build_scenario(_table(scenario), plugins=partial(kept_plugins, allow=allow_plugins))


def _table(scenario: Scenario) -> dict[str, Any]:
    return scenario.model_dump(mode="python", exclude_none=True, serialize_as_any=True)


def parse_override(text: str) -> tuple[str, object]:
    """``key=value`` as a key and a TOML value; what is not TOML is taken as text. Raises BadScenario."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise BadScenario(f"--set {text}: give key=value, e.g. --set agents.count=10")
    try:
        return key.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), value.strip()


def parse_values(text: str) -> tuple[str, list[object]]:
    """``key=a,b`` as a key and its values, TOML or text each; one that has a comma in it is given as TOML. Raises BadScenario."""
    key, _, values = text.partition("=")
    try:
        return key.strip(), tomllib.loads(f"values = [{values}]")["values"]
    except tomllib.TOMLDecodeError:
        return parse_override(text)[0], [parse_override(f"{key}={value}")[1] for value in values.split(",")]


def to_toml(scenario: Scenario) -> str:
    """The scenario with every default written out."""
    return tomli_w.dumps(scenario.model_dump(mode="json", exclude_none=True, serialize_as_any=True))


def _plugin_files(table: dict[str, Any], folder: Path) -> list[Path]:
    """The plugins that a table names; in it their paths become absolute."""
    plugins = table.get("plugins")
    if not isinstance(plugins, dict) or not isinstance(plugins.get("files"), list | tuple):
        return []
    files = [(folder / str(name)).resolve() for name in plugins["files"]]
    table["plugins"] = {**plugins, "files": [str(path) for path in files]}
    return files


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
    if path.suffix.lower() == ".toml":
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


def _explain(error: ValidationError, registry: Registry) -> str:
    """The first thing that is wrong, as one line."""
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        near = _nearest_key(first["loc"], registry)
        return f"unknown key '{where}'" + (f"; did you mean '{near}'?" if near else "")
    if first["type"] in {"union_tag_not_found", "union_tag_invalid"}:
        kind, kinds = first["ctx"].get("tag"), str(first["ctx"].get("expected_tags", "")).replace("'", "").split(", ")
        return f"{where}: no kind '{kind}'; {did_you_mean(kind, kinds)}" if kind else f"{where}: give its kind"
    message = first["msg"].removeprefix("Value error, ")
    given = "" if first["type"] in {"value_error", "missing"} else f" (it is {first['input']!r})"
    return f"{where}: {message}{given}" if where else message


def _nearest_key(where: tuple[int | str, ...], registry: Registry) -> str | None:
    """The whole key that is most like one that is not known: by its last name, then by its place; in a list of tables the name alone."""
    *parents, last = map(str, where)
    keys = _known_keys(registry)
    names = difflib.get_close_matches(last, sorted({key.rpartition(".")[2] for key in keys}), n=1)
    if not names or any(isinstance(part, int) for part in where):
        return names[0] if names else None
    alike = [key for key in keys if key.rpartition(".")[2] == names[0]]
    beside = [key for key in alike if key.split(".")[:-1] == parents]
    return (beside or difflib.get_close_matches(".".join([*parents, last]), alike, n=1, cutoff=0))[0]


def _known_keys(registry: Registry) -> list[str]:
    """All keys, those of tables in lists under the name of the list."""
    found: set[str] = {f"roles.{name}" for name in registry.roles}
    models: list[tuple[str, type[BaseModel]]] = [
        ("", Scenario),
        *((f"roles.{name}.", role.Settings) for name, role in registry.roles.items()),
    ]
    while models:
        prefix, model = models.pop()
        for name, field in model.model_fields.items():
            found.add(f"{prefix}{name}")
            models += [(f"{prefix}{name}.", inner) for inner in _models_in(field.annotation)]
    return sorted(found)


def _models_in(annotation: object) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]
