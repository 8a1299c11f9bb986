"""The last decisions of a run: those that one may want explained."""

from __future__ import annotations

import polars as pl

from freeagentics.errors import BadInput, did_you_mean
from freeagentics.journal import Journal
from freeagentics.records.record_frames import RecordFrames
from freeagentics.records.roster import Roster
from freeagentics.records.run_record import RunRecord

_SPAN = 100
"""Steps that are read together, from the end on: a long run of many agents has more decisions than fit into memory."""


def last_decisions(record: RunRecord, most: int, agent: str | None = None, action: str | None = None) -> pl.DataFrame:
    """The last *most* decisions, of one agent or of all, of one action or those with orders: ``step``, ``agent``, ``action``, ``value`` and
    ``symbol``, the oldest first. Raises BadInput where there is no such agent or action."""
    with Journal(record.directory.journal) as journal:
        roster = Roster(journal)
        actions = dict.fromkeys(name for role in roster.team for name in roster.of_role(role).actions)
        for what, wanted, known in (("agent", agent, roster.ids), ("action", action, list(actions))):
            if wanted is not None and wanted not in known:
                raise BadInput(f"no {what} '{wanted}' in this run; {did_you_mean(wanted, known)}")
        found: list[pl.DataFrame] = []
        for last in range(record.summary.steps, 0, -_SPAN):
            frames = RecordFrames(journal, roster, record.scenario.memory.horizon, max(last - _SPAN + 1, 1), last, record.lineage)
            found.insert(0, _chosen(frames, agent, action))
            if sum(map(len, found)) >= most:
                break
    return pl.concat(found).tail(most)


def _chosen(frames: RecordFrames, agent: str | None, action: str | None) -> pl.DataFrame:
    decisions = frames.decisions().select("step", "agent", "action", "value", "symbol")
    if agent is not None:
        decisions = decisions.filter(pl.col("agent") == agent)
    if action is not None:
        return decisions.filter(pl.col("action") == action)
    ordered = frames.orders().select("step", "agent").unique()
    return decisions.join(ordered, on=["step", "agent"], how="semi", maintain_order="left")
