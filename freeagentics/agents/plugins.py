"""Running plugins: roles and sources of a user's own, found in Python files and checked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from inspect import isabstract, isclass
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from freeagentics.agents.plugin import Plugin, PluginFile
from freeagentics.agents.role_contract import check_role
from freeagentics.agents.user_cohort import cohort_of
from freeagentics.agents.user_role import UserRole
from freeagentics.errors import BadScenario
from freeagentics.market import Source
from freeagentics.market.source_contract import check_name
from freeagentics.market.sources import BUILT_IN as BUILT_IN_SOURCES
from freeagentics.user_code import Place, Refused, blaming

Kind = TypeVar("Kind", UserRole, Source)


def run_plugin(file: PluginFile) -> Plugin:
    """Run a file's code, and take the roles and sources in it. Raises BadScenario where it fails, or has none, or one that cannot be."""
    path = file.path
    with blaming(Place(str(path)), _failing("plugin")):
        module = _run(file)
    found = [thing for thing in vars(module).values() if isclass(thing) and thing.__module__ == module.__name__ and not isabstract(thing)]
    roles = [thing for thing in found if issubclass(thing, UserRole)]
    sources = [thing for thing in found if issubclass(thing, Source)]
    if not roles and not sources:
        raise BadScenario(f"plugin {path}: it has neither a role (a class derived from UserRole, with `decide`) nor a source (from Source)")
    for role in roles:
        with blaming(Place(str(path)), _failing(f"plugin: role {role.__name__}")):
            check_role(role)
    for source in sources:
        with blaming(Place(str(path)), _failing(f"plugin: source {source.__name__}")):
            _check_source(source)
    by_name = {name: cohort_of(role) for name, role in _by_name(roles, "role", path).items()}
    return Plugin(file, by_name, _by_name(sources, "source", path))


def _run(file: PluginFile) -> ModuleType:
    # The same file may be loaded in two versions: each is a module of its own, and what it defines belongs to that one.
    module = ModuleType(f"freeagentics_plugin_{file.sha256[:16]}")
    module.__file__ = str(file.path)
    # Dataclasses and Pydantic look their module up by name.
    sys.modules[module.__name__] = module
    # Not by an import, which would read the file again: what runs must be the bytes that were hashed.
    exec(compile(file.code, str(file.path), "exec", dont_inherit=True), vars(module))  # noqa: S102
    return module


def _check_source(source: type[Source]) -> None:
    check_name(source)
    if source.name in BUILT_IN_SOURCES:
        raise Refused(f"the name '{source.name}' comes with the package; give yours another")


def _by_name(kinds: Iterable[type[Kind]], what: str, path: Path) -> dict[str, type[Kind]]:
    found: dict[str, type[Kind]] = {}
    for kind in dict.fromkeys(kinds):
        if kind.name in found:
            raise BadScenario(f"plugin {path}: it has two {what}s called '{kind.name}'; give one of them another name")
        found[kind.name] = kind
    return found


def _failing(what: str) -> Callable[[str], BadScenario]:
    return lambda said: BadScenario(f"{what}: {said}")
