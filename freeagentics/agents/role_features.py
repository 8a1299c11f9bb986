"""The contract of a role's own features, part of that of roles."""

from __future__ import annotations

import inspect
import math
import re

from freeagentics.agents.user_role import UserRole
from freeagentics.memory import FEATURES, Feature
from freeagentics.user_code import Refused, shown

MOST_FEATURES = 12
"""The most features of its own that a role may have: a code has at most 255 bytes, and a key 250 numbers that share one weight."""

_NAME = re.compile(r"[a-z0-9_]+|[a-z0-9][a-z0-9_-]*\..+")
_TAKEN = {*(feature.name for feature in FEATURES), "step", "agent", "importance", "horizon", "result", "reward"}


def check_features(role: type[UserRole]) -> None:
    """Raises Refused for the first feature that cannot be."""
    features = role.features
    if not isinstance(features, tuple | list) or not all(isinstance(feature, Feature) for feature in features):
        raise Refused(f"its features are {shown(features)}; they must be a tuple, as in features = (Feature('held', 0, 1),)")
    if len(features) > MOST_FEATURES:
        raise Refused(f"it has {len(features)} features of its own; there may be {MOST_FEATURES}")
    for place, feature in enumerate(features):
        _check_name(role, feature.name)
        if feature.name in [other.name for other in features[:place]]:
            raise Refused(f"its features have '{feature.name}' twice")
        _check_range(feature)
    _check_perceive(role, [feature.name for feature in features if "." not in feature.name])


def _check_perceive(role: type[UserRole], names: list[str]) -> None:
    if names and role.perceive is UserRole.perceive:
        raise Refused(f"its feature '{names[0]}' is no column of a source: define perceive(self, seen, signals), which gives it")
    if not names and role.perceive is not UserRole.perceive:
        raise Refused("it defines perceive, and has no features that this would give; declare them in features")
    try:
        inspect.signature(role.perceive).bind("self", "seen", "signals")
    except TypeError as error:
        raise Refused("perceive must take (self, seen, signals)") from error


def _check_name(role: type[UserRole], name: object) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Refused(f"a feature is called {shown(name)}; a name has small letters, digits and _, or is that of a column, as in vwap.gap")
    if name in _TAKEN:
        raise Refused(f"all memories have '{name}'; give the feature another name")
    source, _, column = name.partition(".")
    if column and source not in role.reads:
        raise Refused(f"its feature '{name}' is a column of '{source}', which it does not read; add that to its reads")


def _check_range(feature: Feature) -> None:
    name, ends = feature.name, (feature.low, feature.high)
    if not all(isinstance(end, int | float) and math.isfinite(end) for end in ends) or not ends[0] < ends[1]:
        raise Refused(f"feature '{name}' goes from {shown(ends[0])} to {shown(ends[1])}; give numbers, the lower first")
    # A range around 0 has one step fewer than its bits could tell apart, so that 0 is one.
    least = 2 if feature.low < 0 else 1
    if not isinstance(feature.bits, int) or not least <= feature.bits <= 8:
        raise Refused(f"feature '{name}' has {shown(feature.bits)} bits; there may be {least} to 8")
