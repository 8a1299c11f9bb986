"""Names: what a journal's numbers stand for, on record so that reading a run needs neither its market nor its roles' code."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from freeagentics.agents import Cohort, PatternSettings
from freeagentics.arrays import AnyArray
from freeagentics.errors import BadRunDirectory, CorruptRecord
from freeagentics.journal import BYTES, SHARED, Journal, Kind
from freeagentics.market import Market
from freeagentics.memory import Feature


class _Names(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RoleNames(_Names):
    """Names that a role gives; actions, numbers of reasoning, weights and features of its own by place, as records have them. Those of
    patterns are among its weights."""

    role: str
    phase: int
    decision_type: str
    actions: tuple[str, ...]
    reasoning: tuple[str, ...]
    features: tuple[Feature, ...]
    weights: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()

    @classmethod
    def of(cls, role: type[Cohort], sources: Iterable[str], team: Collection[str], patterns: Sequence[PatternSettings] = ()) -> RoleNames:
        """Those of a role whose code is at hand, where these sources are on sale, desks have this team, and agents begin with these
        patterns."""
        return cls(
            role=role.role,
            phase=role.phase,
            decision_type=role.decision_type,
            actions=role.actions,
            reasoning=role.reasoning,
            features=role.features,
            weights=role.weight_names(sources, team, patterns),
            patterns=role.pattern_names(sources, team, patterns),
        )


class Names(_Names):
    """Of a whole run.

    Attributes:
        symbols: of the assets.
        shifts: of what they are counted in, as `Units` has them.
        columns: of an observation.
        sources: cents a read, by name, of those that are on.
        team: the roles, by number.
    """

    symbols: tuple[str, ...]
    shifts: tuple[int, ...]
    columns: tuple[str, ...]
    sources: dict[str, int]
    team: tuple[RoleNames, ...]

    @classmethod
    def of(
        cls, market: Market, roles: Iterable[type[Cohort]], left_out: Collection[str] = (), patterns: Sequence[PatternSettings] = ()
    ) -> Names:
        """Those of a run that is about to begin, with the sources that are *left_out* not on sale, and with these patterns given."""
        sources = {source.name: source.cost_cents for source in market.sources if source.name not in left_out}
        kinds = list(roles)
        team = tuple(RoleNames.of(role, sources, [kind.role for kind in kinds], patterns) for role in kinds)
        return cls(symbols=market.symbols, shifts=market.units.shifts, columns=market.columns, sources=sources, team=team)

    @classmethod
    def read(cls, journal: Journal) -> Names:
        """Read the names that the first step has. Raises BadRunDirectory where there was none, CorruptRecord for damage."""
        records = journal.read(1, Kind.NAMES, SHARED)
        if records is None:
            raise BadRunDirectory(f"{journal.path}: nothing on record; the run was stopped before its first step")
        try:
            return cls.model_validate_json(records.tobytes())
        except ValidationError as error:
            raise CorruptRecord(f"{journal.path}: step 1: the names on record cannot be read", step=1) from error

    def records(self) -> AnyArray:
        """Encode for the journal."""
        return np.frombuffer(self.model_dump_json().encode(), dtype=BYTES)
