"""Decisions: what every agent of a cohort did in one step, and from what reasoning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F32, I32, I64, AnyArray, Mask, contiguous
from freeagentics.kernels import compiled
from freeagentics.market import Orders
from freeagentics.signals import Signals

REASONS = 6
"""Numbers of reasoning a decision holds; each role names its own."""

CAUSES = 3
"""Memories, and signals, that a decision names."""

DECISION = np.dtype(
    [
        ("agent", "<i4"),
        ("action", "u1"),
        ("confidence", "<f2"),
        ("value", "<f4"),
        ("asset", "<u2"),
        ("parent", "<i4"),
        ("parent_age", "<u2"),
        ("memory_age", "<u2", (CAUSES,)),
        ("memory_weight", "<f2"),
        ("signal", "<i8", (CAUSES,)),
        ("reason", "<f4", (REASONS,)),
    ]
)
"""One decision on record. Its id is agent and step.

parent: agent whose decision this follows from, -1 for none, made `parent_age` steps ago. memory_age: how many steps ago the recalled
memories were made, 0 for none. signal: numbers of the signals that moved it, -1 for none. asset: the one in focus. value: the size of
the action in the role's own unit. reason: as the role's `reasoning` names them.
"""

WEIGHT = "<f2"
"""A weight of a faculty on record: it is read by people, and no decision is computed from it again."""


def reasons_by_name(reasoning: tuple[str, ...], reason: AnyArray) -> dict[str, AnyArray]:
    """Numbers (…, REASONS) of the field ``reason``, (…) each, under the names that a role gives them."""
    return {name: reason[..., place] for place, name in enumerate(reasoning)}


@dataclass(slots=True, eq=False)
class Decisions:
    """The decisions of a role, for all rows of its cohort; free rows are ignored. Shapes (rows,) unless said."""

    action: AnyArray
    value: F32
    confidence: F32
    size: F32
    stance: F32
    """What the action bets on, per asset: (rows, assets), positive for a rise. Judged when the outcome is known."""
    explored: Mask
    published: I32
    reason: Mapping[str, AnyArray]
    """Numbers it went by, (rows,) each, under the names in the role's `reasoning`."""
    parent: I32
    parent_step: I32
    signal: I64
    """(rows, CAUSES)"""
    signals: Signals
    orders: Orders
    charge: I64
    """Cents that each agent pays for the sources it read."""


def decision_records(
    agent: I32, choice: Decisions, reasoning: tuple[str, ...], focus: I64, recalled: I32, memory_weight: F32, step: int
) -> AnyArray:
    """Decisions of a step on record, those of rows with an *agent* (rows,), given the steps of recalled memories (rows, k) and their weight
    in the forecast, (rows,)."""
    records = np.empty(np.count_nonzero(agent >= 0), dtype=DECISION)
    numbers = (contiguous(values, dtype=np.float32) for values in (choice.confidence, choice.value))
    reason = np.array([choice.reason[name] for name in reasoning], dtype=np.float32)
    causes = (choice.parent, choice.parent_step, memory_weight, recalled, choice.signal)
    compiled.decisions_record(agent, choice.action, *numbers, focus, *causes, reason, step, records.view(np.uint8))
    return records


@dataclass(frozen=True, slots=True, eq=False)
class CohortOutput:
    """The output of a cohort: decisions for the record (n,), signals, orders, and cents to charge per desk.

    Attributes:
        weights: of the faculties that its forecasts are sums of: ``agent`` and ``weight`` (C,), of those agents that give any of them one.
        contributions: of these faculties to the forecast: ``agent`` and ``contribution`` (C, assets), where any is not zero; of roles that
            forecast from what they see themselves.
    """

    decisions: AnyArray
    weights: AnyArray
    contributions: AnyArray
    signals: Signals
    orders: Orders
    charge_desk: I32
    charge_cents: I64
