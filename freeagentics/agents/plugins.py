"""Roles and sources of a user's own, read from Python files."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from inspect import isabstract, isclass
from pathlib import Path
from types import ModuleType

from freeagentics.agents.registry import ROLES
from freeagentics.agents.role_contract import check_role
from freeagentics.agents.user_cohort import cohort_of
from freeagentics.agents.user_role import UserRole
from freeagentics.errors import BadScenario
from freeagentics.foreign import Place, Refused, blaming
from freeagentics.market import SOURCES, Source
from freeagentics.market.contract import check_name
from freeagentics.market.sources import BUILT_IN as BUILT_IN_SOURCES


def load_plugin(path: Path) -> None:
    """Run a file and add the roles and sources in it. Raises BadScenario where it fails, or has none, or one that cannot be."""
    if path.suffix != ".py":
        raise BadScenario(f"plugin {path}: it must be a Python file, with a name that ends in .py")
    if not path.is_file():
        raise BadScenario(f"plugin {path}: no such file")
    with blaming(Place(str(path.absolute())), _failing("plugin")):
        module = _run(path)
    found = [thing for thing in vars(module).values() if isclass(thing) and thing.__module__ == module.__name__ and not isabstract(thing)]
    roles = [thing for thing in found if issubclass(thing, UserRole)]
    sources = [thing for thing in found if issubclass(thing, Source)]
    if not roles and not sources:
        raise BadScenario(f"plugin {path}: it has neither a role (a class derived from UserRole, with `decide`) nor a source (from Source)")
    for role in roles:
        with blaming(Place(str(path)), _failing(f"plugin: role {role.__name__}")):
            check_role(role)
            ROLES[role.name] = cohort_of(role)
    for source in sources:
        with blaming(Place(str(path)), _failing(f"plugin: source {source.__name__}")):
            check_name(source)
            if source.name in BUILT_IN_SOURCES:
                raise Refused(f"the name '{source.name}' comes with the package; give yours another")
            SOURCES[source.name] = source


def _failing(what: str) -> Callable[[str], BadScenario]:
    return lambda said: BadScenario(f"{what}: {said}")


def _run(path: Path) -> ModuleType:
    name = f"freeagentics_plugin_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    # Dataclasses and Pydantic look their module up by name.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
