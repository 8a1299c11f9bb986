"""Running plugins: roles and sources of a user's own, found in Python files and checked."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable
from inspect import isabstract, isclass
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from freeagentics.agents.decision import REASONS
from freeagentics.agents.plugin import Plugin, PluginFile
from freeagentics.agents.registry import BUILT_IN
from freeagentics.agents.user_cohort import cohort_of
from freeagentics.agents.user_role import EXECUTING, UserRole
from freeagentics.errors import BadScenario
from freeagentics.market import Source
from freeagentics.market.sources import BUILT_IN as BUILT_IN_SOURCES
from freeagentics.memory.codec import DESK

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,57}")
_MOST_ACTIONS = 16


Kind = TypeVar("Kind", UserRole, Source)


def run_plugin(file: PluginFile) -> Plugin:
    """Run a file's code, and take the roles and sources in it. Raises BadScenario where it fails, or has none, or one that cannot be."""
    module, path = _run(file), file.path
    found = [thing for thing in vars(module).values() if isclass(thing) and thing.__module__ == module.__name__ and not isabstract(thing)]
    roles = [thing for thing in found if issubclass(thing, UserRole)]
    sources = [thing for thing in found if issubclass(thing, Source)]
    if not roles and not sources:
        raise BadScenario(f"plugin {path}: it has neither a role (a class derived from UserRole) nor a source (from Source)")
    for role in roles:
        _check_role(role, path)
    for source in sources:
        _check_source(source, path)
    by_name = {name: cohort_of(role) for name, role in _by_name(roles, "role", path).items()}
    return Plugin(file, by_name, _by_name(sources, "source", path))


def _run(file: PluginFile) -> ModuleType:
    # The same file may be loaded in two versions: each is a module of its own, and what it defines belongs to that one.
    module = ModuleType(f"freeagentics_plugin_{file.sha256[:16]}")
    module.__file__ = str(file.path)
    # Dataclasses and Pydantic look their module up by name.
    sys.modules[module.__name__] = module
    try:
        # Not by an import, which would read the file again: what runs must be the bytes that were hashed.
        exec(compile(file.code, str(file.path), "exec", dont_inherit=True), vars(module))  # noqa: S102
    except (Exception, SystemExit) as error:
        raise BadScenario(f"plugin {file.path}: {type(error).__name__}: {error}") from error
    return module


def _by_name(kinds: Iterable[type[Kind]], what: str, path: Path) -> dict[str, type[Kind]]:
    found: dict[str, type[Kind]] = {}
    for kind in dict.fromkeys(kinds):
        if kind.name in found:
            raise BadScenario(f"plugin {path}: it has two {what}s called '{kind.name}'; give one of them another name")
        found[kind.name] = kind
    return found


def _check_source(source: type[Source], path: Path) -> None:
    where = f"plugin {path}: source {source.__name__}"
    if not isinstance(getattr(source, "name", None), str):
        raise BadScenario(f"{where}: it has no name; give it a class attribute name, one word in lower case")
    if source.name in BUILT_IN_SOURCES:
        raise BadScenario(f"plugin {path}: the source '{source.name}' comes with the package; give yours another name")


def _check_role(role: type[UserRole], path: Path) -> None:
    where = f"plugin {path}: role {role.__name__}"
    name = getattr(role, "name", None)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BadScenario(f"{where}: its name is {name!r}; it must be lower-case letters, digits and hyphens")
    if name in (*BUILT_IN, DESK):
        raise BadScenario(f"{where}: the name '{name}' comes with the package; give yours another")
    try:
        inspect.signature(role.decide).bind("self", "seen", "signals", "memories")
    except TypeError as error:
        raise BadScenario(f"{where}: decide must take (self, seen, signals, memories)") from error
    if role.phase not in range(EXECUTING + 1):
        raise BadScenario(f"{where}: its phase is {role.phase!r}; it must be BEFORE_RISK, RISK, OPTIMIZING or EXECUTING")
    if not all(isinstance(word, str) for word in (*role.actions, *role.reasoning)):
        raise BadScenario(f"{where}: its actions and reasoning must be names, it has {role.actions!r} and {role.reasoning!r}")
    if not 1 <= len(role.actions) <= _MOST_ACTIONS or len(role.reasoning) > REASONS:
        raise BadScenario(f"{where}: it must have 1 to {_MOST_ACTIONS} actions and at most {REASONS} names of reasoning")
