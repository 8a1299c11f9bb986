"""All agents at a step, and one of them: what is on record of their decisions."""

from __future__ import annotations

import numpy as np

from freeagentics.agents.decision import reasons_by_name
from freeagentics.arrays import AnyArray
from freeagentics.errors import BadInput, did_you_mean
from freeagentics.journal import SHARED, Journal, Kind
from freeagentics.replay.chain import Chain
from freeagentics.replay.explanation import Link
from freeagentics.visualization.memory_figures import told_without
from freeagentics.visualization.plain import number, plain
from freeagentics.visualization.run_view import RunView
from freeagentics.visualization.signal_rows import cause_texts

LOOKED_BACK = 240
"""Steps of an agent's past that its chart shows."""


def agent_rows(view: RunView, step: int) -> dict[str, object]:
    """Columns of all agents that decided at a step: agent, action, asset, value, confidence, weight of memories, memories recalled."""
    pages = [records for _, _, records in view.journal.scan(Kind.DECISIONS, first=step, last=step)]
    records = np.concatenate(pages)
    return {
        "step": step,
        "agent": records["agent"].tolist(),
        "action": records["action"].tolist(),
        "asset": records["asset"].tolist(),
        "value": plain(records["value"]),
        "confidence": plain(records["confidence"]),
        "memory": plain(records["memory_weight"]),
        "recalled": (records["memory_age"] > 0).sum(axis=1).tolist(),
    }


def agent_record(view: RunView, agent: str, step: int) -> dict[str, object]:
    """One agent's decision at a step as it is on record, with what it followed from and what led to it. Raises BadInput."""
    seat = view.seat(agent)
    if seat is None:
        raise BadInput(f"no agent '{agent}' in this run; {did_you_mean(agent, view.names.ids)}")
    index, cohort = int(seat["agent"]), int(seat["cohort"])
    decision = decision_of(view.journal, index, cohort, step)
    head: dict[str, object] = {"agent": agent, "desk": int(seat["desk"]), "role": view.names.roles[index], "step": step}
    if decision is None:
        return head | {"left": True}
    role, chain = view.names.role_of(index), Chain(view.journal, view.names)
    return head | {
        "type": role.decision_type,
        "action": role.actions[decision["action"]],
        "symbol": view.names.symbols[decision["asset"]],
        "value": number(decision["value"]),
        "confidence": number(decision["confidence"]),
        "memory_weight": number(decision["memory_weight"]),
        "reasons": {name: number(value) for name, value in reasons_by_name(role.reasoning, decision["reason"]).items()},
        "weights": _by_faculty(view, Kind.WEIGHTS, "weight", index, cohort, step),
        "parts": _parts(view, index, cohort, step, int(decision["asset"])),
        "without_memory": told_without(view, index, cohort, step, int(decision["asset"])),
        "memories": [_recalled(view, index, cohort, step - age) for age in decision["memory_age"].tolist() if age],
        "signals": cause_texts(view, decision["signal"], step),
        "above": [_link(link) for link in chain.above(index, step)],
        "below": [_link(link) for link in chain.below(index, step)],
    }


def agent_past(view: RunView, agent: str, step: int) -> dict[str, object]:
    """Value, confidence and weight of memories of an agent's decisions up to a step."""
    seat = view.seat(agent)
    assert seat is not None, "asked for after its record"
    first, names = max(1, step - LOOKED_BACK + 1), ("value", "confidence", "memory_weight")
    rows = np.full((len(names), step - first + 1), np.nan)
    for at, records in view.journal.scan_cohort(Kind.DECISIONS, int(seat["cohort"]), first, step):
        mine = records[records["agent"] == seat["agent"]]
        if len(mine):
            rows[:, at - first] = [mine[0][name] for name in names]
    value, confidence, memory = rows
    return {"first": first, "value": plain(value), "confidence": plain(confidence), "memory": plain(memory)}


def decision_of(journal: Journal, agent: int, cohort: int, step: int) -> np.void | None:
    """The decision of an agent at a step, None where it took none."""
    page = journal.read(step, Kind.DECISIONS, cohort)
    mine: AnyArray = np.empty(0) if page is None else page[page["agent"] == agent]
    return mine[0] if len(mine) else None


def fill_rows(view: RunView, step: int) -> list[dict[str, object]]:
    """The fills at the open of a step, the largest first, each with the step whose decision ordered it; a broker's are nobody's."""
    fills = view.journal.read(step, Kind.FILLS, SHARED)
    found: AnyArray = np.empty(0) if fills is None else fills[np.argsort(-fills["notional"], kind="stable")]
    units = view.names.units
    return [
        {
            "agent": view.names.ids[fill["agent"]] if fill["agent"] >= 0 else None,
            "desk": int(fill["desk"]),
            "symbol": view.names.symbols[fill["asset"]],
            "quantity": float(fill["quantity"] / units.quantity[fill["asset"]]),
            "price": float(fill["price"] / units.price[fill["asset"]]),
            "value": float(fill["notional"] / 100),
            "fee": float(fill["fee"] / 100),
            "decided": step - 1,
        }
        for fill in found
    ]


def _by_faculty(view: RunView, kind: Kind, name: str, agent: int, cohort: int, step: int) -> dict[str, float | None]:
    page = view.journal.read(step, kind, cohort)
    mine: AnyArray = np.empty(0) if page is None else page[page["agent"] == agent]
    if not len(mine):
        return {}
    values = mine[0][name]
    return {label: number(value) for label, value in zip(view.names.role_of(agent).weights, values, strict=False) if value}


def _parts(view: RunView, agent: int, cohort: int, step: int, asset: int) -> dict[str, float | None]:
    """Contribution of each faculty to the forecast of the asset in focus."""
    page = view.journal.read(step, Kind.CONTRIBUTIONS, cohort)
    mine: AnyArray = np.empty(0) if page is None else page[page["agent"] == agent]
    if not len(mine):
        return {}
    values = mine[0]["contribution"][:, asset]
    return {label: number(value) for label, value in zip(view.names.role_of(agent).weights, values, strict=False) if value}


def _recalled(view: RunView, agent: int, cohort: int, step: int) -> dict[str, object]:
    """A memory by its step, with what came of it."""
    page = view.journal.read(step + view.scenario.memory.horizon, Kind.OUTCOMES, cohort)
    mine: AnyArray = np.empty(0) if page is None else page[page["agent"] == agent]
    known = len(mine) > 0
    return {"step": step, "result": number(mine[0]["result"]) if known else None, "reward": number(mine[0]["reward"]) if known else None}


def _link(link: Link) -> dict[str, object]:
    return link.model_dump()
