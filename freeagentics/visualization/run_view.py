"""A run as a page looks at it: its journal, its names and its settings, while it is made or when it is done."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np

from freeagentics.agents import SIGNAL_KINDS
from freeagentics.journal import SHARED, Journal, Kind
from freeagentics.records.lineage import Lineage
from freeagentics.records.roster import Roster
from freeagentics.records.run_directory import RunDirectory
from freeagentics.scenario.scenario import Scenario


class RunView:
    """Reads one run. Close it when the page turns to another.

    Attributes:
        path: the run directory.
        journal: of the run, which another thread or process may be writing.
        names: of agents, roles and assets.

    Raises:
        BadRunDirectory: no run directory, or nothing is on record yet.
    """

    def __init__(self, path: Path) -> None:
        self.directory = RunDirectory.open(path)
        self.path = path
        self.journal = Journal(self.directory.journal)
        try:
            self.names = Roster(self.journal)
        except BaseException:
            self.journal.close()
            raise

    @property
    def last(self) -> int:
        """The last step on record."""
        record = self.journal.commit_record()
        return record.step if record else 0

    @cached_property
    def lineage(self) -> Lineage:
        """The settings that its steps were made under; no plugin is run."""
        return self.directory.read_lineage()

    @property
    def scenario(self) -> Scenario:
        """The settings of its last steps."""
        return self.lineage.own

    @cached_property
    def desks(self) -> int:
        """Number of desks."""
        accounts = self.journal.read(1, Kind.ACCOUNTS, SHARED)
        assert accounts is not None, "every step has accounts"
        return len(accounts)

    @cached_property
    def patterns(self) -> tuple[str, ...]:
        """Patterns that agents were given, by their conditions in words."""
        return tuple(dict.fromkeys(name for role in self.names.team for name in self.names.of_role(role).patterns))

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()

    def about(self) -> dict[str, object]:
        """All that does not change while it goes on, as plain data."""
        scenario, names, metadata = self.scenario, self.names, self.journal.metadata()
        return {
            "run": str(self.path),
            "scenario": scenario.name,
            "title": scenario.title or scenario.name,
            "seed": scenario.seed,
            "total": scenario.steps,
            "last": self.last,
            "ended": self.directory.summary.is_file(),
            "cash": scenario.market.cash,
            "fee": scenario.market.fee_bps,
            "horizon": scenario.memory.horizon,
            "slots": scenario.memory.slots,
            "market": scenario.market.kind,
            "checkpoint": scenario.run.checkpoint_every,
            "symbols": list(names.symbols),
            "kinds": [kind.lower().replace("_", " ") for kind in SIGNAL_KINDS],
            "team": names.team,
            "patterns": list(self.patterns),
            "actions": [list(names.of_role(role).actions) for role in names.team],
            "agents": names.ids,
            "role": names.seats["role"].tolist(),
            "desk": names.seats["desk"].tolist(),
            "desks": self.desks,
            "group": scenario.desk_groups(),
            "forked": _forked(metadata),
        }

    def seat(self, agent: str) -> np.void | None:
        """The seat of an agent by its name, or None where there is none."""
        place = self._places.get(agent)
        return None if place is None else self.names.seats[place]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {agent: place for place, agent in enumerate(self.names.ids)}


def _forked(metadata: dict[str, object]) -> dict[str, object] | None:
    if "forked_at" not in metadata:
        return None
    return {"of": str(metadata["forked_from"]), "at": metadata["forked_at"]}
