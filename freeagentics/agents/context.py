"""The context of a cohort: all that it is told once, at birth."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from freeagentics.agents.given_patterns import PatternSettings
from freeagentics.agents.recollection import Recollection
from freeagentics.arrays import F32, F64, I32, I64
from freeagentics.market import Observation, Units
from freeagentics.memory import Codec, Ranking, RecallIndex
from freeagentics.mind import MarketGrid
from freeagentics.randomness import draws, generator, uniform

Course = Literal["price", "volume"]


class MemorySettings(BaseModel):
    """Settings of memory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    codec: Literal["autoregressive", "scalar", "int8", "float32"] = Field(
        "autoregressive",
        description="What memories are coded by: a trained codec of the role, as many bits a feature as it needs, a byte, or all.",
    )
    weights: tuple[str, ...] = Field(
        (), description="Trained codecs of your own, files or folders that `freeagentics train` wrote, relative to the scenario's file."
    )
    slots: int = Field(
        64,
        ge=4,
        le=262_144,
        description="Memories per agent in the recall index; half are the latest, half the most important. Each takes 35 bytes of RAM.",
    )
    recall: int = Field(12, ge=1, le=64, description="Memories recalled for each decision; it names the three most relevant.")
    horizon: int = Field(8, ge=1, le=500, description="Bars after which the outcome of a decision is taken.")
    enabled: bool = Field(True, description="Whether agents recall: without, memories are written and none ever comes to mind.")
    history: int = Field(1000, ge=1, le=100_000, description="Steps of its own actions that an agent's compressed history holds.")
    trust: float = Field(1.0, ge=0, le=1, description="Largest weight of recalled outcomes in a forecast: 0 ignores them.")
    prior: float = Field(0.01, gt=0, lt=1, description="Probability, before any outcome, that recalled outcomes tell of the one to come.")
    halflife: float = Field(500.0, gt=0, description="Steps after which a memory counts half.")
    width: float = Field(0.12, gt=0, le=1, description="Distance, as a share of all features' ranges, at which memories are hardly alike.")
    importance_weight: float = Field(
        0.0,
        ge=0,
        le=16,
        description="What a memory of no importance loses in recall, as a natural logarithm; 0 leaves it out.",
    )
    use_weight: float = Field(
        0.0, ge=0, le=16, description="What a memory that decisions never named loses in recall, as a natural logarithm; 0 leaves it out."
    )
    adapt: bool = Field(
        False,
        description="Whether recall metrics are fitted once a market day, to what features tell in any shape, not by slopes alone.",
    )
    federation: bool = Field(
        False, description="Whether recall metrics go by what peers in the cohort have seen as well, so far as no few of them can spoil it."
    )
    doubt: float = Field(10.0, gt=0, description="Episodes that speak for no outcome at all, against those recalled.")
    sequences: int = Field(
        4096, ge=0, le=1_000_000, description="Latest bars in which hunters find sequences like the last one, beyond the slots; 0 for none."
    )
    sequences_of: tuple[Course, ...] = Field(
        ("price",),
        min_length=1,
        description="What sequences are recalled of: how prices moved, and how far volumes were from their mean over the last bars.",
    )
    sequence_length: int = Field(12, ge=3, le=64, description="Bars of a sequence.")
    sequence_likeness: float = Field(
        0.75, gt=0, lt=1, description="Cosine of the angle between the moves of two sequences, from which they are taken for alike."
    )
    sequence_prior: float = Field(0.03, gt=0, lt=1, description="Probability, before any outcome, that sequences tell of what follows.")
    handed_on: int = Field(
        0, ge=0, le=1_000_000, description="Bars of an earlier run that hunters know from the first step on; `run --memories-from` sets it."
    )
    budget_bytes: int = Field(
        65_536,
        ge=0,
        description="Bytes that an agent's memories of earlier days may take in the journal, the least ones go first; 0 for any.",
    )
    population_budget: int = Field(
        0, ge=0, description="Bytes that those of all agents together may take, whoever needs them most; 0 for any."
    )

    def index(self, rows: int, key_size: int) -> RecallIndex:
        """An empty recall index for so many agents, with keys of so many numbers."""
        return RecallIndex(rows, self.slots, key_size, horizon=self.horizon, ranking=self.ranking, doubt=self.doubt)

    def recollection(self, rows: int, key_size: int) -> Recollection:
        """An untaught recollection for so many agents, with keys of so many numbers."""
        return Recollection(rows, key_size, self.horizon, self.trust, self.prior, adapt=self.adapt, federation=self.federation)

    @property
    def ranking(self) -> Ranking:
        """Measures by which memories are ranked."""
        return Ranking(self.halflife, self.width, self.importance_weight, self.use_weight)

    @property
    def files(self) -> tuple[Path, ...]:
        """The trained codecs of one's own."""
        return tuple(Path(name) for name in self.weights)

    @model_validator(mode="after")
    def _ring_outlives_horizon(self) -> MemorySettings:
        if self.recall > self.slots:
            raise ValueError(f"recall must be at most slots ({self.slots}), it is {self.recall}")
        if 0 < self.sequences < self.sequence_length + self.horizon:
            raise ValueError(f"sequences must be 0, or at least sequence_length + horizon, it is {self.sequences}")
        if len(set(self.sequences_of)) < len(self.sequences_of):
            raise ValueError(f"sequences_of must name each once, it is {', '.join(self.sequences_of)}")
        if self.handed_on > self.sequences:
            raise ValueError(f"handed_on must be at most sequences ({self.sequences}), it is {self.handed_on}")
        if self.slots % 2 or self.slots // 2 <= self.horizon:
            raise ValueError(f"slots must be even and more than twice the horizon ({self.horizon}), it is {self.slots}")
        return self


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """One source as agents see it.

    Attributes:
        name: of the source.
        cost: of a read, cents.
        direction: observation column of its direction.
        on_sale: whether it may be read.
        on_record: whether records have a place for it: it is on sale on some desk.
    """

    name: str
    cost: int
    direction: int
    on_sale: bool = True
    on_record: bool = True


@dataclass(frozen=True, slots=True)
class CohortContext:
    """The fixed facts of a run.

    Attributes:
        seed: of the run.
        symbols: of the assets.
        units: of the assets.
        columns: of the observation.
        sources: on sale.
        roles: on every desk, in pipeline order.
        memory: settings.
        signal_ttl: market time, ms, for which a signal is valid.
        grid: of market states.
        codecs: by role.
        fee: of a fill, as a share of its value.
        exposure: range of the shares of equity that desks hold without a view.
        leverage: largest value of all positions of a desk over its equity.
        shorts: whether desks may sell what they have not.
        heeds: kinds of signals that each role hears without being named, by role.
        patterns: that agents begin with.
        known_roles: all that the scenario knows, whether they have agents or not.
        first_desk: of the group of desks that it is for.
        draws_as: numbers under which cohorts draw, by their own, where those differ: in each group of desks they count from 0, so that
            groups of as many desks draw the same.
    """

    seed: int
    symbols: tuple[str, ...]
    units: Units
    columns: tuple[str, ...]
    sources: tuple[SourceInfo, ...]
    roles: tuple[str, ...]
    memory: MemorySettings
    signal_ttl: int
    grid: MarketGrid
    codecs: Mapping[str, Codec]
    fee: float = 0.0005
    exposure: tuple[float, float] = (0.4, 0.6)
    leverage: float = 1.0
    shorts: bool = False
    heeds: Mapping[str, Collection[int]] = field(default_factory=dict)
    patterns: tuple[PatternSettings, ...] = ()
    known_roles: tuple[str, ...] = ()
    first_desk: int = 0
    draws_as: Mapping[int, int] = field(default_factory=dict)

    @property
    def assets(self) -> int:
        """Number of assets."""
        return len(self.symbols)

    def column(self, observation: Observation, name: str) -> F32:
        """A column of the observation, (assets,); zeros where its source is off."""
        if name not in self.columns:
            return np.zeros(self.assets, dtype=np.float32)
        return np.ascontiguousarray(observation.values[:, self.columns.index(name)])

    def bits(self, sources: Iterable[str]) -> I64:
        """A bit for each of these sources, by its place among all sources; 0 for one that is not on sale."""
        names = [source.name for source in self.sources]
        return np.array([1 << names.index(name) if name in names else 0 for name in sources], dtype=np.int64)

    def audience(self, *roles: str) -> int:
        """The bit mask that addresses these roles on one's own desk, each once; roles that the scenario lacks fall away."""
        return sum(1 << place for place, role in enumerate(self.roles) if role in roles)

    def heeding(self, kind: int) -> int:
        """The bit mask that addresses whoever heeds a kind of signal on one's own desk."""
        return self.audience(*(role for role in self.roles if kind in self.heeds.get(role, ())))

    def random(self, purpose: str, cohort: int, step: int = 0) -> np.random.Generator:
        """The generator of this run for one purpose, cohort and step."""
        return generator(self.seed, purpose, cohort=self.draws_as.get(cohort, cohort), step=step)

    def draws(self, purpose: str, shape: tuple[int, ...], cohort: int, step: int) -> F64:
        """Uniform variates within [0, 1), the first that `random` gives for this purpose, cohort and step."""
        return draws(self.seed, purpose, shape, cohort=self.draws_as.get(cohort, cohort), step=step)

    def neutral_weights(self, desks: I32) -> F32:
        """Weights that desks (n,) hold without a view, (n, assets): each its own exposure, spread over all assets."""
        place = desks - self.first_desk
        share = neutral_exposures(self.seed, self.exposure, int(place.max(initial=0)) + 1)[place]
        return np.repeat(share[:, None] / self.assets, self.assets, axis=1).astype(np.float32)


def neutral_exposures(seed: int, span: tuple[float, float], desks: int) -> F64:
    """Shares of equity that the desks of a run hold without a view, (desks,): each draws its own from the span."""
    return uniform(generator(seed, "desk/exposure", cohort=0, step=0), *span, desks)
