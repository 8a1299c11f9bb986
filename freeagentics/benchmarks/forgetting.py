"""Forgetting: what runs keep of their memories within smaller and smaller budgets, and which decisions that changes."""

from __future__ import annotations

import math
from pathlib import Path
from tempfile import TemporaryDirectory

from freeagentics.benchmarks.table import Table
from freeagentics.evaluation.kept_agreement import kept_agreement
from freeagentics.journal import Journal, Kind
from freeagentics.memory import GROUPS
from freeagentics.records.losses import losses, total
from freeagentics.runs import run
from freeagentics.scenario.files import load_scenario

SCENARIO, AGENTS, STEPS = "regime-drift", 50, 4_000
LOOKED_AT = 200
"""Steps at the end of each run whose decisions are compared."""

PARTS = (1, 2, 4, 8, 16)
"""Budgets, as one part in so many of the default."""


def forgetting(runs: int) -> Table:
    """A run for each budget. They come out the same every time, so one is all that is needed."""
    budget = load_scenario(SCENARIO).memory.budget_bytes
    rows = [_row(f"1/{parts}" if parts > 1 else "1", budget // parts) for parts in PARTS]
    note = (
        f"`{SCENARIO}`, {AGENTS} agents, {STEPS:,} steps, with shares of the default budget of {budget:,} bytes an agent. Agreement: share "
        f"of decisions of the last {LOOKED_AT} steps that are the same from memories as they are kept and as they were made."
    )
    return Table("Forgetting", note, rows)


def _row(share: str, budget: int) -> dict[str, object]:
    with TemporaryDirectory() as folder:
        record = run(SCENARIO, agents=AGENTS, steps=STEPS, overrides={"memory.budget_bytes": budget}, out=Path(folder) / "run")
        found = kept_agreement(record, record.lineage, LOOKED_AT)
        with Journal(record.directory.journal) as journal:
            lost, size = total(losses(journal).values()), journal.totals(Kind.LONG_TERM)[1]
    errors = {f"error, {group}": f"{math.sqrt(lost.squared_error.get(group, 0)):.2%}" for group in GROUPS}
    return {
        "budget": share,
        "long-term pages, bytes an agent": f"{size / AGENTS:,.0f}",
        "kept": f"{record.summary.memories / (AGENTS * STEPS):.1%}",
        "shortened, times a memory": f"{lost.shortened / (AGENTS * STEPS):.2f}",
        **errors,
        "recallable but dropped": f"{found.dropped / found.recallable:.1%}",
        "agreement": f"{found.agreement:.2%}",
    }
