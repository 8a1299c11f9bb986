"""The registry of roles and sources: those that come with the package, and those of a scenario's own plugins beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from freeagentics.agents.cohort import Cohort
from freeagentics.agents.plugin import Plugin
from freeagentics.agents.role_features import MOST_FEATURES
from freeagentics.agents.roles.market_hunter import MarketHunter
from freeagentics.agents.roles.portfolio_optimizer import PortfolioOptimizer
from freeagentics.agents.roles.risk_manager import RiskManager
from freeagentics.agents.roles.sentiment_analyzer import SentimentAnalyzer
from freeagentics.agents.roles.trade_executor import TradeExecutor
from freeagentics.errors import BadScenario, did_you_mean
from freeagentics.market import SOURCES, Source
from freeagentics.memory import Feature

ROLES: Mapping[str, type[Cohort]] = MappingProxyType(
    {role.role: role for role in (MarketHunter, SentimentAnalyzer, RiskManager, PortfolioOptimizer, TradeExecutor)}
)
"""Roles that come with the package, by name, in pipeline order."""

BUILT_IN = tuple(ROLES)
"""Their names."""


@dataclass(frozen=True, slots=True)
class Registry:
    """The roles and sources of one scenario. Two are equal where they have the same code.

    Attributes:
        plugins: files that were run.
        roles, sources: by name, those of the package first.
        complete: whether these are all; not where a scenario is only read, for that runs none of its plugins, and names that are not
            known are taken as they stand.
    """

    plugins: tuple[Plugin, ...] = ()
    roles: Mapping[str, type[Cohort]] = field(default_factory=lambda: ROLES, compare=False)
    sources: Mapping[str, type[Source]] = field(default_factory=lambda: SOURCES, compare=False)
    complete: bool = True

    @classmethod
    def of(cls, plugins: Sequence[Plugin]) -> Registry:
        """The package and these plugins together. Raises BadScenario where two of them have a role or a source of one name, or a role
        reads a source that there is not, or remembers a column that its source has not."""
        owners: dict[tuple[str, str], Path] = {}
        for plugin in plugins:
            for what, name in plugin.names():
                other = owners.setdefault((what, name), plugin.path)
                if other != plugin.path:
                    raise BadScenario(f"plugin {plugin.path}: the {what} '{name}' is in {other} as well; give one of them another name")
        sources = dict(SOURCES) | {name: source for plugin in plugins for name, source in plugin.sources.items()}
        own = {name: _with_directions(role, sources) for plugin in plugins for name, role in plugin.roles.items()}
        roles = dict(ROLES) | own
        for role in roles.values():
            _check_sources(role, sources)
        return cls(tuple(plugins), MappingProxyType(roles), MappingProxyType(sources))

    def role(self, name: str) -> type[Cohort]:
        """The cohort class of a role. Raises BadScenario with the nearest name."""
        if name in self.roles:
            return self.roles[name]
        raise BadScenario(f"no role '{name}'; {did_you_mean(name, self.roles)}")

    def plugin(self, path: Path) -> Plugin | None:
        """The plugin that was read from a file, if one was."""
        return next((plugin for plugin in self.plugins if plugin.path == path), None)

    def __deepcopy__(self, memo: object) -> Registry:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        if self.plugins:
            raise TypeError("roles and sources of plugins cannot be pickled; load their scenario where it is needed")
        return _without_plugins, (self.complete,)


def _with_directions(role: type[Cohort], sources: Mapping[str, type[Source]]) -> type[Cohort]:
    """The role, whose memories also have what each source of a user's own that it reads says of direction: the range of that is known."""
    declared = {feature.name for feature in role.features}
    read = [sources[name] for name in role.reads if name in sources and name not in SOURCES]
    # Whether these are what they must be is checked when a market opens the sources.
    found = [getattr(source, "direction", None) for source in read]
    directions = tuple(Feature(name, -1, 1) for name in found if isinstance(name, str) and name not in declared)
    return type(role.__name__, (role,), {"features": (*role.features, *directions), "__doc__": role.__doc__}) if directions else role


def _check_sources(role: type[Cohort], sources: Mapping[str, type[Source]]) -> None:
    for name in role.reads:
        if name not in sources:
            raise BadScenario(f"role {role.role}: it reads '{name}', which is no source; {did_you_mean(name, sources)}")
    if len(role.features) > MOST_FEATURES:
        raise BadScenario(f"role {role.role}: it has {len(role.features)} features with those of its sources; there may be {MOST_FEATURES}")
    for feature in role.features:
        columns = getattr(sources.get(feature.name.partition(".")[0]), "columns", None)
        if isinstance(columns, tuple) and feature.name not in columns:
            raise BadScenario(f"role {role.role}: its feature '{feature.name}' is no column; {did_you_mean(feature.name, columns)}")


def _without_plugins(complete: bool) -> Registry:
    return Registry(complete=complete)


SHIPPED = Registry()
"""What comes with the package and nothing else."""


def in_order(names: Iterable[str]) -> list[str]:
    """Names of roles in the order in which agents are numbered: built-in ones as the pipeline has them, then others by name."""
    given = set(names)
    return [name for name in BUILT_IN if name in given] + sorted(given.difference(BUILT_IN))
