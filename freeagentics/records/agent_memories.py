"""The memories of one agent, all that its run keeps of them: which are most like a situation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from freeagentics.agents.context import MemorySettings
from freeagentics.arrays import F32, I32, U8, AnyArray, Mask
from freeagentics.errors import BadInput, did_you_mean
from freeagentics.journal import Journal, Kind
from freeagentics.memory import LARGEST_OUTCOME, Ranking, RecallIndex, whole_metric
from freeagentics.records.lineage import Lineage
from freeagentics.records.memories import Memories
from freeagentics.records.roster import Roster


class AgentMemories:
    """Memories of an agent, n of them, in a recall index as agents have one: ranked by likeness, recency, importance and use, and one an
    episode (see `RecallIndex`). Damaged ones are left out.

    Args:
        journal: of the run; read here, and then no more.
        names: of the run.
        lineage: of the run.
        agent: its name.

    Attributes:
        agent: its name.
        step: when each was made, (n,), rising.
        vectors: what they decode to, (n, F).
        damaged: steps of memories that cannot be read.

    Raises:
        BadInput: no such agent.
    """

    def __init__(self, journal: Journal, names: Roster, lineage: Lineage, agent: str) -> None:
        if agent not in names.ids:
            raise BadInput(f"no agent '{agent}'; {did_you_mean(agent, names.ids)}")
        self.agent, self._names = agent, names
        self._number = names.ids.index(agent)
        commit = journal.commit_record()
        self._now = commit.step + 1 if commit else 1
        self._settings: MemorySettings = lineage.own.memory_of(int(names.seats["desk"][self._number]))
        reader = Memories(journal, names, lineage)
        self.table = reader.table(self._number)
        self.step, self._importance, self.vectors, self.damaged = self._read(reader)
        self._keys = self.table.keys_of(self.vectors)
        outcomes, decisions = (self._of_steps(journal, kind) for kind in (Kind.OUTCOMES, Kind.DECISIONS))
        made = {step: decisions[step] for step in self.step.tolist()}
        self._action, self._asset = (np.array([one[name] for one in made.values()], dtype=np.int64) for name in ("action", "asset"))
        self._named = np.array([(step, step - age) for step, one in decisions.items() for age in one["memory_age"].tolist() if age])
        self._named = self._named.reshape(-1, 2)
        self._result, self._reward = self._results(outcomes)

    def __len__(self) -> int:
        return len(self.step)

    def recall(
        self,
        *,
        step: int | None = None,
        like: Mapping[str, float] | None = None,
        k: int = 10,
        since: int = 1,
        until: int | None = None,
        actions: Sequence[str] = (),
        ranking: Ranking | None = None,
    ) -> pl.DataFrame:
        """Find the *k* episodes whose memories are most like a situation, best first.

        Args:
            step: the situation is that of this step, and what is recalled was known then. Otherwise it is the end of the run.
            like: or it has these values of features, and others do not matter.
            since, until: steps that memories may be of.
            actions: that may have been taken; by default any.
            ranking: in place of the measures of the run.

        Returns:
            A row a memory: ``step``, ``age``, ``relevance`` (0 to 1), ``importance`` (0 to 2), ``uses``, ``symbol``, ``action``, ``result``
            and ``reward`` (sd), and the features that memories are compared by.

        Raises:
            BadInput: neither a step nor a feature, both, or one that is not there.
        """
        if (step is None) == (not like):
            raise BadInput("recall: give the step of a situation, or values that its features have, e.g. like={'drawdown': 0.1}")
        now = self._now if step is None else step
        last = min(now - self._settings.horizon, now if until is None else until)
        wanted = (self.step >= since) & (self.step <= last) & self._of_actions(actions)
        key, metric = self._situation(step) if step is not None else self._like(like or {})
        index = self._index(ranking or self._settings.ranking, wanted, now)
        found = index.recall(key, max(k, 1), now, metric)
        there = found.step[0] >= 0
        return self._frame(index, np.searchsorted(self.step, found.step[0, there]), found.relevance[0, there], now)

    # What is read

    def _read(self, reader: Memories) -> tuple[AnyArray, F32, F32, list[int]]:
        steps, importance, vectors, damaged = [], [], [], []
        for step, kept in reader.span(1, self._now - 1):
            mine = kept.rows(kept.agent == self._number)
            if len(mine) and not mine.codes.intact.all():
                damaged.append(step)
            elif len(mine):
                steps.append(step)
                importance.append(mine.importance[0])
                vectors.append(reader.vectors(step, mine)[0])
        decoded = np.array(vectors, dtype=np.float32).reshape(len(steps), len(self.table))
        return np.array(steps, dtype=np.int64), np.array(importance, dtype=np.float32) / np.float32(255), decoded, damaged

    def _of_steps(self, journal: Journal, kind: Kind) -> dict[int, AnyArray]:
        """Records of the agent by their step."""
        pages = journal.scan_cohort(kind, int(self._names.seats["cohort"][self._number]), 1, self._now - 1)
        return {step: mine[0] for step, records in pages if len(mine := records[records["agent"] == self._number])}

    def _results(self, outcomes: Mapping[int, AnyArray]) -> tuple[F32, F32]:
        """Result and reward of each memory, (n,); NaN where they are not known."""
        known = {step - int(outcome["horizon"]): (outcome["result"], outcome["reward"]) for step, outcome in outcomes.items()}
        found = np.array([known.get(step, (np.nan, np.nan)) for step in self.step.tolist()], dtype=np.float32).reshape(-1, 2)
        return found[:, 0], found[:, 1]

    # What is asked

    def _index(self, ranking: Ranking, wanted: Mask, now: int) -> RecallIndex:
        """The memories in an index, of which some are *wanted* (n,), as they were used before a step."""
        settings, large = self._settings, np.minimum(np.abs(self._result), LARGEST_OUTCOME) / LARGEST_OUTCOME
        index = RecallIndex(1, len(self), self.table.key_size, horizon=settings.horizon, ranking=ranking, doubt=settings.doubt)
        index.key[0], index.step[0], index.reward[0] = self._keys, self.step, self._reward
        index.result[0] = np.where(wanted, self._result, np.float32(np.nan))
        index.importance[0] = self._importance + np.where(np.isnan(large), 0, large)
        uses = np.bincount(self._named[self._named[:, 0] < now, 1], minlength=self._now + 1)
        index.uses[0] = np.minimum(uses[self.step], np.iinfo(np.uint16).max)
        return index

    def _of_actions(self, actions: Sequence[str]) -> Mask:
        known = self._names.role_of(self._number).actions
        for action in actions:
            if action not in known:
                raise BadInput(f"no action '{action}' of {self.agent}; {did_you_mean(action, known)}")
        asked = [known.index(action) for action in actions]
        return np.isin(self._action, asked) if actions else np.ones(len(self), dtype=np.bool_)

    def _situation(self, step: int) -> tuple[U8, I32 | None]:
        place = np.flatnonzero(self.step == step)
        if not len(place):
            raise BadInput(f"step {step}: {self.agent} keeps no memory of it; give another step, or values of features")
        return self._keys[place], None

    def _like(self, like: Mapping[str, float]) -> tuple[U8, I32]:
        compared = self._compared()
        vector, weight = np.zeros((1, len(self.table)), dtype=np.float32), np.zeros((1, len(compared)), dtype=np.float32)
        for name, value in like.items():
            if name not in compared:
                raise BadInput(f"no feature '{name}' that memories are compared by; {did_you_mean(name, compared)}")
            if not np.isfinite(value):
                raise BadInput(f"{name}: {value} is no finite number")
            vector[0, compared[name]] = value
            weight[0, list(compared).index(name)] = 1
        return self.table.keys_of(vector), whole_metric(weight)

    def _compared(self) -> dict[str, int]:
        """Places of the features in keys, by name."""
        return {feature.name: place for place, feature in enumerate(self.table.features) if feature.recall}

    def _frame(self, index: RecallIndex, place: AnyArray, relevance: F32, now: int) -> pl.DataFrame:
        step, actions = self.step[place], pl.Series(self._names.role_of(self._number).actions)
        return pl.DataFrame(
            {
                "step": step,
                "age": now - step,
                "relevance": relevance,
                **{name: getattr(index, name)[0, place] for name in ("importance", "uses")},
                "symbol": pl.Series(self._names.symbols).gather(self._asset[place]),
                "action": actions.gather(self._action[place]),
                **{name: getattr(index, name)[0, place] for name in ("result", "reward")},
                **{name: self.vectors[place, column] for name, column in self._compared().items()},
            }
        )
