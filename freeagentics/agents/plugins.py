"""Roles and sources of a user's own, read from Python files."""

from __future__ import annotations

import hashlib
import inspect
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from inspect import isabstract, isclass
from pathlib import Path
from types import ModuleType

from freeagentics.agents.decision import REASONS
from freeagentics.agents.registry import BUILT_IN, ROLES
from freeagentics.agents.user_cohort import cohort_of
from freeagentics.agents.user_role import EXECUTING, UserRole
from freeagentics.errors import BadScenario
from freeagentics.market import SOURCES, Source
from freeagentics.market.sources import BUILT_IN as BUILT_IN_SOURCES
from freeagentics.memory.codec import DESK

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,57}")
_MOST_ACTIONS = 16


def load_plugin(path: Path) -> None:
    """Run a file and add the roles and sources in it. Raises BadScenario where it fails, or has none, or one that cannot be."""
    module = _run(path)
    found = [thing for thing in vars(module).values() if isclass(thing) and thing.__module__ == module.__name__ and not isabstract(thing)]
    roles = [thing for thing in found if issubclass(thing, UserRole)]
    sources = [thing for thing in found if issubclass(thing, Source)]
    if not roles and not sources:
        raise BadScenario(f"plugin {path}: it has neither a role (a class derived from UserRole) nor a source (from Source)")
    for role in roles:
        _check_role(role, path)
        ROLES[role.name] = cohort_of(role)
    for source in sources:
        if source.name in BUILT_IN_SOURCES:
            raise BadScenario(f"plugin {path}: the source '{source.name}' comes with the package; give yours another name")
        SOURCES[source.name] = source


def _run(path: Path) -> ModuleType:
    if not path.is_file():
        raise BadScenario(f"plugin {path}: no such file")
    name = f"freeagentics_plugin_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    # Dataclasses and Pydantic look their module up by name.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BadScenario(f"plugin {path}: {type(error).__name__}: {error}") from error
    return module


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
    if not 1 <= len(role.actions) <= _MOST_ACTIONS or len(role.reasoning) > REASONS:
        raise BadScenario(f"{where}: it must have 1 to {_MOST_ACTIONS} actions and at most {REASONS} names of reasoning")
