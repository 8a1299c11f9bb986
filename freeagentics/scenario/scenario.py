"""The scenario: all that a run depends on, beside its seed the only thing that does."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, PrivateAttr, ValidationError, ValidationInfo, create_model, field_validator, model_validator

from freeagentics.agents import BUILT_IN, SHIPPED, MemorySettings, PatternSettings, Registry, in_order
from freeagentics.agents.ranges import ShareSpan
from freeagentics.errors import BadInput, BadScenario, did_you_mean
from freeagentics.market import SOURCES, AuctionSettings, BookSettings, Event, Margin, SyntheticSettings
from freeagentics.market.events import DarkSource
from freeagentics.market.sources import BUILT_IN as BUILT_IN_SOURCES
from freeagentics.market.sources import EVERYWHERE
from freeagentics.scenario.desk_group import DeskGroupSettings
from freeagentics.scenario.section import OpenSection, Section

DEFAULT_TEAM = dict.fromkeys(BUILT_IN, 1)


class AgentSettings(Section):
    """Settings of the population."""

    count: int = Field(50, ge=1, le=1_000_000, description="Agents in all.")
    team: dict[str, Annotated[int, Field(ge=1, le=100)]] = Field(
        DEFAULT_TEAM, description="Agents of each role on a desk; there are as many desks as whole teams."
    )

    exposure: ShareSpan = Field(
        (0.4, 0.6), description="Range of the share of equity that a desk holds without any view, below 0 sold short; each draws its own."
    )
    left_out: tuple[str, ...] = Field(
        (), description="Roles of the team whose agents are left out; all others keep their desks, and whatever is drawn for them."
    )

    @field_validator("team")
    @classmethod
    def _known_roles(cls, team: dict[str, int], info: ValidationInfo) -> dict[str, int]:
        registry = _registry(info.context)
        for role in team if registry.complete else ():
            try:
                registry.role(role)
            except BadScenario as error:
                raise ValueError(str(error)) from error
        if not team:
            raise ValueError("a team needs at least one role")
        return {role: team[role] for role in in_order(team)}

    @model_validator(mode="after")
    def _one_whole_team(self) -> AgentSettings:
        if unknown := sorted(set(self.left_out).difference(self.team)):
            raise ValueError(f"left_out: '{unknown[0]}' is no role of the team ({', '.join(self.team)})")
        if set(self.left_out) == set(self.team):
            raise ValueError("left_out: a team needs at least one role")
        if self.count < self.team_size:
            raise ValueError(f"{self.count} agents are fewer than one desk's team of {self.team_size} ({', '.join(self.team)})")
        return self

    @property
    def team_size(self) -> int:
        """Agents of a whole desk."""
        return sum(self.team.values())

    @property
    def desks(self) -> int:
        """Whole teams that the agents form."""
        return self.count // self.team_size

    def counts(self) -> dict[str, int]:
        """Agents of each role, those that are left out included: whole teams, then one more of each role in pipeline order while agents
        are left."""
        counts = {role: size * self.desks for role, size in self.team.items()}
        left = self.count - sum(counts.values())
        for role in [role for role, size in self.team.items() for _ in range(size)][:left]:
            counts[role] += 1
        return counts


class MarketSettings(Section):
    """Settings of the market, and of what trading on it costs."""

    kind: Literal["replay", "synthetic", "auction", "book"] = Field(
        "replay", description="Real bars replayed, bars made from the seed, or prices made by those who trade, in auctions or on a book."
    )
    bars: str = Field("btcusdt-1h", description="Replay: name of shipped bars, or path of a Parquet or CSV file.")
    zone: str = Field("", description="Replay: time zone of a file's times that tell none, e.g. Europe/Berlin; empty for UTC.")
    daily: str = Field("", description="Replay: name or path of daily figures (fear_greed, funding_rate); empty for none.")
    symbols: tuple[str, ...] = Field((), description="Replay: assets to take from a file of many; empty for all.")
    start: datetime | None = Field(None, description="Replay: first bar to show; by default the one after the warm-up.")
    warmup: int = Field(168, ge=0, description="Bars before the first one shown, known to the sources' windows.")
    synthetic: SyntheticSettings = Field(SyntheticSettings(), description="Synthetic: assets, first price, and what is planted.")
    auction: AuctionSettings = Field(AuctionSettings(), description="Auction: assets, auctions, and the crowd that trades in them.")
    book: BookSettings = Field(BookSettings(), description="Book: assets, phases, and the crowd that trades on it.")
    cash: float = Field(100_000.0, gt=0, le=1e12, description="USD that each desk begins with.")
    fee_bps: float = Field(5.0, ge=0, le=1000, description="Fee of a fill, in basis points of its value.")
    impact_bps: float = Field(10.0, ge=0, le=1000, description="Price impact of a net order of one bar's volume, in basis points.")
    shared_impact: bool = Field(
        False, description="Whether impact comes from the net orders of all desks together; else a desk moves its own price alone."
    )
    max_participation: float = Field(
        0.0, ge=0, le=1, description="Largest share of the last bar's volume that all fills of an asset together may take; 0 for no cap."
    )
    max_leverage: float = Field(
        1.0,
        ge=1,
        le=100,
        description="Largest value of all positions of a desk, long and short, over its equity; above 1 it may borrow cash.",
    )
    short_selling: bool = Field(False, description="Whether desks may sell units that they have not, and owe them.")
    borrow_fee: float = Field(0.02, ge=0, le=10, description="Yearly fee of what a desk has borrowed, as a share of its value.")
    maintenance_margin: float = Field(
        0.25,
        ge=0,
        lt=1,
        description="Equity over the value of all positions below which all of a desk's positions are closed, where it may borrow.",
    )
    sources: dict[str, Annotated[int, Field(ge=0, le=10**12)]] = Field(
        {name: SOURCES[name].default_cost_cents for name in EVERYWHERE},
        description="Sources on sale, with the cost of a read in cents.",
    )

    left_out: tuple[str, ...] = Field(
        (), description="Sources that are not on sale after all; whatever is drawn stays what it is with them, and so do memories' codes."
    )

    @field_validator("sources")
    @classmethod
    def _known_sources(cls, sources: dict[str, int], info: ValidationInfo) -> dict[str, int]:
        registry = _registry(info.context)
        for name in sources if registry.complete else ():
            if name not in registry.sources:
                raise ValueError(f"no source '{name}'; sources are {', '.join(registry.sources)}")
        if "price" not in sources:
            raise ValueError("the source 'price' must be on sale: agents without prices cannot act")
        own = sorted(set(sources).difference(BUILT_IN_SOURCES))
        return {name: sources[name] for name in (*BUILT_IN_SOURCES, *own) if name in sources}

    @model_validator(mode="after")
    def _prices_answer_once(self) -> MarketSettings:
        if self.answers and (self.shared_impact or self.max_participation):
            raise ValueError("shared_impact and max_participation are for bars that do not answer; here orders move prices as it is")
        if self.answers and not self.warmup:
            raise ValueError("warmup: the crowd of a market must have traded before desks do; give 1 or more")
        return self

    @model_validator(mode="after")
    def _possible_margin(self) -> MarketSettings:
        try:
            _ = self.margin
        except BadInput as error:
            raise ValueError(str(error)) from error
        return self

    @property
    def margin(self) -> Margin | None:
        """Terms on which desks may borrow; None where they may not. Raises BadInput for terms that cannot be."""
        return Margin(self.max_leverage, self.short_selling, self.borrow_fee, self.maintenance_margin) if self.borrows else None

    @property
    def borrows(self) -> bool:
        """Answer whether desks may borrow."""
        return self.short_selling or self.max_leverage > 1

    @property
    def answers(self) -> bool:
        """Answer whether prices are made by those who trade."""
        return self.kind in ("auction", "book")

    @property
    def made(self) -> AuctionSettings:
        """Settings of a market whose prices are made by those who trade."""
        return self.book if self.kind == "book" else self.auction

    @model_validator(mode="after")
    def _price_on_sale(self) -> MarketSettings:
        if wrong := [name for name in self.left_out if name == "price" or name not in self.sources]:
            raise ValueError(f"left_out: '{wrong[0]}' cannot be; give sources of market.sources other than price")
        return self


class SignalSettings(Section):
    """Settings of signals."""

    enabled: bool = Field(True, description="Whether signals are delivered; without them nobody hears anything, all else equal.")
    ttl_hours: float = Field(24.0, gt=0, le=24 * 365, description="Market time after which a signal has expired.")


class StoreSettings(Section):
    """Stores that the run's records are projected into."""

    durable: str = Field("", description="URL of a store for memories, decisions and signals; empty: the run's journal is all there is.")
    hot: str = Field("", description="URL of a cache in front of the durable store; what it holds may be lost at any time.")
    cold: str = Field("", description="URL of an archive for what is older than 90 days of market time.")

    @model_validator(mode="after")
    def _cache_of_something(self) -> StoreSettings:
        if self.hot and not self.durable:
            raise ValueError("store.hot is a cache in front of store.durable; give that too")
        return self


class RunSettings(Section):
    """Settings of a run's execution; nothing here changes a trajectory."""

    engine: str = Field("threads", description="Who runs the cohorts: `threads`, `serial`, `ray`, or `ray://HOST:PORT`, a cluster of Ray.")
    workers: int = Field(1, ge=0, le=256, description="Threads, or workers of Ray; 0 takes one per core.")
    memory_limit_mb: int = Field(
        0, ge=0, description="RAM that the process is to stay under, in MB: near it agents hibernate between uses; 0 for no limit."
    )
    checkpoint_every: int = Field(100, ge=1, description="Steps between checkpoints: what a resume or a fork may have to compute again.")

    @field_validator("engine")
    @classmethod
    def _known_engine(cls, engine: str) -> str:
        if not re.fullmatch(r"threads|serial|ray(://\S+)?", engine):
            raise ValueError(f"'{engine}' should be 'threads', 'serial', 'ray' or 'ray://HOST:PORT'")
        return engine


class PluginSettings(Section):
    """Roles and sources of one's own."""

    files: tuple[str, ...] = Field((), description="Python files with roles and sources, relative to the scenario's file.")


class Scenario(Section):
    """A scenario. Scenario and seed give the same trajectory, bit for bit, on any engine with any number of workers.

    It carries the roles and sources that it was checked with, so that a plugin loaded for another scenario changes nothing in this one.
    They are the context of its validation; without one they are those of the package.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", description="Name of the scenario.")
    title: str = Field("", max_length=200, description="One line that says what it shows.")
    seed: int = Field(7, ge=0, lt=2**63, description="Seed of everything random.")
    steps: int = Field(2000, ge=1, le=10_000_000, description="Bars to run.")
    plugins: PluginSettings = PluginSettings()
    agents: AgentSettings = AgentSettings()
    desks: tuple[DeskGroupSettings, ...] = Field((), description="Groups of desks that differ from each other.")
    market: MarketSettings = MarketSettings()
    events: tuple[Event, ...] = Field((), description="Events that are planned, by the step whose bar they begin in.")
    memory: MemorySettings = MemorySettings()
    signals: SignalSettings = SignalSettings()
    patterns: Annotated[tuple[PatternSettings, ...], Field(max_length=32)] = Field(
        (), description="Patterns that agents begin with; one that outcomes do not bear out is not heard."
    )
    roles: dict[str, Any] = Field(default_factory=dict, description="Settings of each role.")
    store: StoreSettings = StoreSettings()
    run: RunSettings = RunSettings()

    _registry: Registry = PrivateAttr(default_factory=lambda: SHIPPED)

    def model_post_init(self, context: object, /) -> None:
        """Keep what it was checked with."""
        self._registry = _registry(context)

    @field_validator("events")
    @classmethod
    def _in_order(cls, events: tuple[Event, ...]) -> tuple[Event, ...]:
        # So those that have begun by a step are the first ones, and a fork may change the others.
        return tuple(sorted(events, key=lambda event: event.at))

    @model_validator(mode="after")
    def _possible_events(self) -> Scenario:
        for event in self.events:
            where = f"events: {event.kind} at step {event.at}"
            if event.in_auctions and not self.market.answers:
                raise ValueError(f'{where} takes prices that answer: market.kind = "auction" or "book"; it is "{self.market.kind}"')
            if isinstance(event, DarkSource) and (event.source == "price" or event.source not in self.market.sources):
                on_sale = [name for name in self.market.sources if name != "price"]
                raise ValueError(f"{where}: source '{event.source}' cannot go dark; {did_you_mean(event.source, on_sale)}")
        return self

    @model_validator(mode="after")
    def _whole_groups(self) -> Scenario:
        names = [group.name for group in self.desks]
        if doubled := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"desks: two groups have the name '{doubled[0]}'")
        together = sum(group.count for group in self.desks)
        if self.desks and together != self.agents.desks:
            made = f"{self.agents.count} agents in teams of {self.agents.team_size} make {self.agents.desks}"
            raise ValueError(f"desks: the groups have {together} desks together, and {made}; change agents.count or a group's count")
        known = [*self.agents.team, *(name for name in self.market.sources if name != "price")]
        for group in self.desks:
            if unknown := [name for name in group.left_out if name not in known]:
                raise ValueError(f"desks: left_out of '{group.name}' names '{unknown[0]}'; {did_you_mean(unknown[0], known)}")
            if set(self.agents.team) <= {*group.left_out, *self.agents.left_out}:
                raise ValueError(f"desks: '{group.name}' leaves out its whole team")
            self._check_group(group)
        return self

    @model_validator(mode="after")
    def _exposure_within_margin(self) -> Scenario:
        low = -self.market.max_leverage if self.market.short_selling else 0.0
        spans = [("agents.exposure", self.agents.exposure, self.agents.left_out)]
        spans += [(f"desks: '{group.name}': exposure", group.exposure, group.left_out) for group in self.desks if group.exposure]
        for where, span, left_out in spans:
            if not low <= span[0] <= span[1] <= self.market.max_leverage:
                raise ValueError(
                    f"{where}: {list(span)} goes beyond {low:g} to {self.market.max_leverage:g}, which is what market.short_selling and "
                    "market.max_leverage allow"
                )
            longs = {"portfolio-optimizer"} & set(self.agents.team) - {*left_out, *self.agents.left_out}
            if longs and not 0 <= span[0] <= span[1] <= 1:
                raise ValueError(f"{where}: a portfolio-optimizer is long only, without borrowing; leave it out, or give 0 to 1")
        return self

    def _check_group(self, group: DeskGroupSettings) -> None:
        """Raises ValueError, with the group's name, for settings that cannot be."""
        try:
            group.memory_of(self.memory)
            self.role_settings(group)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ValueError(f"desks: '{group.name}': {where}: {first['msg'].removeprefix('Value error, ')}") from error
        except ValueError as error:
            raise ValueError(f"desks: '{group.name}': {error}") from error

    def present(self) -> dict[str, int]:
        """Agents of each role that are there when a run begins."""
        counts, desks, first = self.agents.counts(), self.agents.desks, 0
        found = {role: count for role, count in counts.items() if role not in self.agents.left_out}
        for group in self.desks:
            for role in set(group.left_out) & set(found):
                each, more = divmod(counts[role], desks)
                found[role] -= each * group.count + max(min(more, first + group.count) - first, 0)
            first += group.count
        return {role: count for role, count in found.items() if count}

    def desk_groups(self) -> list[str]:
        """Name of the group of each desk; none where there are no groups."""
        return [group.name for group in self.desks for _ in range(group.count)]

    def memory_of(self, desk: int) -> MemorySettings:
        """Settings of memory of the agents of a desk."""
        groups = [group for group in self.desks for _ in range(group.count)]
        return groups[desk].memory_of(self.memory) if groups else self.memory

    def role_settings(self, group: DeskGroupSettings) -> dict[str, Any]:
        """Settings of each role on the desks of a group. Raises ValueError."""
        found = dict(self.roles)
        for role, differing in group.roles.items():
            if role not in self.agents.team:
                raise ValueError(f"roles.{role}: no such role in the team; {did_you_mean(role, self.agents.team)}")
            if not self.registry.complete:
                continue
            kind = self.registry.role(role).Settings
            common = self.roles.get(role, kind())
            found[role] = kind.model_validate(common.model_dump() | differing)
        return found

    @property
    def registry(self) -> Registry:
        """Its roles and sources."""
        return self._registry

    def with_registry(self, registry: Registry) -> Scenario:
        """The same scenario with other code behind the names of its roles and sources, whose settings are those of the same names."""
        other = self.model_copy()
        other._registry = registry
        return other

    @field_validator("roles", mode="before")
    @classmethod
    def _role_settings(cls, roles: object, info: ValidationInfo) -> dict[str, Any]:
        registry = _registry(info.context)
        # All roles as one model, so that what is wrong is named by its whole dotted key.
        fields: dict[str, Any] = {name: (role.Settings, None) for name, role in registry.roles.items()}
        base = Section if registry.complete else OpenSection
        whole: type[BaseModel] = create_model("Roles", __base__=base, **fields)
        return {role: settings for role, settings in whole.model_validate(roles) if settings is not None}


def _registry(context: object) -> Registry:
    return context if isinstance(context, Registry) else SHIPPED
