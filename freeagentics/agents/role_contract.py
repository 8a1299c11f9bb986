"""The contract of roles: what a class of a user's own must be, before anything is run."""

from __future__ import annotations

import inspect
import re
from inspect import isclass

from pydantic import BaseModel

from freeagentics.agents.decision import REASONS
from freeagentics.agents.registry import BUILT_IN
from freeagentics.agents.returned import word
from freeagentics.agents.role_features import check_features
from freeagentics.agents.signal_kinds import SIGNAL_KINDS
from freeagentics.agents.user_role import EXECUTING, UserRole
from freeagentics.agents.user_state import GIVEN
from freeagentics.memory.codec import DESK
from freeagentics.user_code import Refused, shown

MOST_ACTIONS = 16
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,57}")


def check_role(role: type[UserRole]) -> None:
    """Raises Refused for the first thing that cannot be."""
    name = getattr(role, "name", None)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Refused(f"its name is {shown(name)}; it must be lower-case letters, digits and hyphens")
    if name in (*BUILT_IN, DESK):
        raise Refused(f"the name '{name}' comes with the package; give yours another")
    if not isinstance(role.phase, int) or role.phase not in range(EXECUTING + 1):
        raise Refused(f"its phase is {shown(role.phase)}; it must be BEFORE_RISK, RISK, OPTIMIZING or EXECUTING")
    _check_decide(role)
    _check_names(role, "actions", 1, MOST_ACTIONS)
    _check_names(role, "reasoning", 0, REASONS)
    for attribute in ("reads", "state", "heeds"):
        _check_names(role, attribute, 0, None)
    for kind in role.heeds:
        word(kind, "its heeds", SIGNAL_KINDS)
    check_features(role)
    _check_state(role)
    _check_settings(role)


def _check_decide(role: type[UserRole]) -> None:
    try:
        inspect.signature(role.decide).bind("self", "seen", "signals", "memories")
    except TypeError as error:
        raise Refused("decide must take (self, seen, signals, memories)") from error
    if inspect.iscoroutinefunction(role.decide) or inspect.isgeneratorfunction(role.decide):
        raise Refused("decide must be a plain function that returns an Action, neither async nor a generator")


def _check_names(role: type[UserRole], attribute: str, least: int, most: int | None) -> None:
    names = getattr(role, attribute)
    if not isinstance(names, tuple | list) or not all(isinstance(name, str) and name for name in names):
        raise Refused(f"its {attribute} is {shown(names)}; it must be a tuple of names, as in {attribute} = ('one',)")
    if len(set(names)) < len(names):
        raise Refused(f"its {attribute} has a name twice: {', '.join(names)}")
    if len(names) < least or (most is not None and len(names) > most):
        raise Refused(f"it has {len(names)} names in {attribute}; there may be {least} to {most}")


def _check_state(role: type[UserRole]) -> None:
    for name in role.state:
        if name in GIVEN:
            raise Refused(f"its state names '{name}', which the framework gives to agents; keep what changes under another name")
    if any(vars(kind).get("__slots__") for kind in role.__mro__):
        raise Refused("it has __slots__, and checkpoints keep only what is in an agent's __dict__; leave them out")


def _check_settings(role: type[UserRole]) -> None:
    if not isclass(role.Settings) or not issubclass(role.Settings, BaseModel):
        raise Refused(f"its Settings is {shown(role.Settings)}; it must be a class derived from pydantic.BaseModel")
    for name, setting in role.Settings.model_fields.items():
        if setting.is_required():
            raise Refused(f"its setting '{name}' has no default; give it one, for a scenario need not set it")
