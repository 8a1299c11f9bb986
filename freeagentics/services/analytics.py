"""Analytics over a store: how decisions of agents fared, as frames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from freeagentics.services.decision_figures import success_by, value_of
from freeagentics.services.decision_logger import DecisionLogger
from freeagentics.services.decision_record import DecisionRecord
from freeagentics.services.multi_agent_coordinator import MultiAgentCoordinator
from freeagentics.services.service import Service
from freeagentics.services.verbs import verb

_SCHEMA: dict[str, Any] = {
    "run": pl.String,
    "agent": pl.String,
    "type": pl.String,
    "decision": pl.String,
    "timestamp": pl.Datetime("ms", "UTC"),
    "success": pl.Boolean,
    "latency_ms": pl.Float64,
    "quality_score": pl.Float64,
    "reward": pl.Float64,
    "selected": pl.List(pl.String),
    "patterns": pl.List(pl.String),
}


class Analytics(Service):
    """Figures of the decisions that a store holds of its run; those of run directories are in `freeagentics.evaluation.run_decisions`.

    Examples:
        >>> from freeagentics import open_store
        >>> store = open_store("memory:", run="mine")
        >>> log, analytics = DecisionLogger(store), Analytics(store)
        >>> for success in (True, True, False):
        ...     made = log.log_decision({"agent_id": "hunter", "decision_type": "BUY", "context": {"trend": "rising"}})
        ...     scored = log.log_outcome(made, {"success": success, "latency_ms": 12})
        >>> analytics.success(["context.trend"], agent_ids=["hunter"]).select("context.trend", "judged", "successes").rows()
        [('rising', 3, 2)]
    """

    @verb
    def decisions(
        self,
        *,
        agent_ids: Iterable[str] | None = None,
        decision_types: Iterable[str] = (),
        since: int | None = None,
        until: int | None = None,
    ) -> pl.DataFrame:
        """Decisions, a row each, oldest first.

        Args:
            agent_ids: whose; by default those of all agents that are registered.
            decision_types: of these types, whosever they are, instead.
            since, until: timestamps in ms, both included.

        Returns:
            ``run``, ``agent``, ``type``, ``decision`` (its id), ``timestamp``, ``success``, ``latency_ms``, ``quality_score``, ``reward``,
            ``selected``, ``patterns``, and ``context.NAME`` for each text of contexts.
        """
        log, types = DecisionLogger(self._store, clock=self._clock), list(decision_types)
        queries = [{"decision_type": name} for name in types] or [{"agent_id": name} for name in self._agents(agent_ids)]
        found = [one for query in queries for one in log.decisions(**query, since=since, until=until, limit=None)]
        return _frame(self._store.run, sorted(found, key=lambda one: (one.timestamp, one.agent_id, one.decision_id)))

    @verb
    def success(self, by: Sequence[str] = ("agent",), /, *, every: str | None = None, **query: Any) -> pl.DataFrame:
        """Success and latency by columns, as `success_by`; *query* as for `decisions`."""
        return success_by(self.decisions(**query), by, every=every)

    @verb
    def value(self, column: str, /, **query: Any) -> pl.DataFrame:
        """Success with and without what decisions went by, as `value_of`; *query* as for `decisions`."""
        return value_of(self.decisions(**query), column)

    def _agents(self, agent_ids: Iterable[str] | None) -> list[str]:
        if agent_ids is not None:
            return list(agent_ids)
        entries = MultiAgentCoordinator(self._store, clock=self._clock).agents.blocking(alive_within_ms=None)
        return [entry.agent_id for entry in entries]


def _frame(run: str, decisions: Sequence[DecisionRecord]) -> pl.DataFrame:
    contexts = sorted({f"context.{name}" for one in decisions for name, value in one.context.items() if _is_text(name, value)})
    rows = [_row(run, one) for one in decisions]
    return pl.DataFrame(rows, schema=_SCHEMA | dict.fromkeys(contexts, pl.String))


def _row(run: str, one: DecisionRecord) -> dict[str, Any]:
    outcome, selected = one.outcome or {}, one.reasoning.get("selected")
    return {
        "run": run,
        "agent": one.agent_id,
        "type": one.decision_type,
        "decision": one.decision_id,
        "timestamp": one.timestamp,
        "success": one.success,
        **{name: outcome.get(name) for name in ("latency_ms", "quality_score", "reward")},
        "selected": [selected] if isinstance(selected, str) else selected,
        "patterns": one.reasoning.get("patterns_applied"),
        **{f"context.{name}": value for name, value in one.context.items() if _is_text(name, value)},
    }


def _is_text(name: str, value: object) -> bool:
    return isinstance(value, str) and not name.endswith("_id")
