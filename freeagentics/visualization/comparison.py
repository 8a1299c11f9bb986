"""Two runs side by side: their settings, their figures, and the step at which they part."""

from __future__ import annotations

import numpy as np

from freeagentics.arrays import AnyArray
from freeagentics.journal import Journal, Kind
from freeagentics.scenario.scenario import Scenario
from freeagentics.visualization.plain import number, plain
from freeagentics.visualization.run_view import RunView


def comparison(one: RunView, other: RunView) -> dict[str, object]:
    """Columns of both over the steps that both have, the settings that differ, and the last step that they share."""
    last = min(one.last, other.last)
    figures = [_figures(view, last) for view in (one, other)]
    columns = ("equity", "exposure", "drawdown", "basket", "costs", "traded")
    return {
        "runs": [str(view.path) for view in (one, other)],
        "last": last,
        "shared": last_shared(one.journal, other.journal, last),
        "settings": differing(one.scenario, other.scenario),
        "series": {name: [plain(rows[name]) for rows in figures] for name in columns},
        "figures": [_summary(rows, view) for rows, view in zip(figures, (one, other), strict=True)],
    }


def last_shared(one: Journal, other: Journal, last: int) -> int:
    """The last step up to which two runs are the same, by their chained hashes, of the first *last* steps; 0 for none."""
    low, high = 0, last
    while low < high:
        middle = (low + high + 1) // 2
        same = [record.sha256 for journal in (one, other) if (record := journal.commit_record(middle))]
        low, high = (middle, high) if same[0] == same[1] else (low, middle - 1)
    return low


def differing(one: Scenario, other: Scenario) -> list[tuple[str, str, str]]:
    """Dotted keys whose values differ, with both values as text; how a run is carried out is no setting of it."""
    left, right = _flat(one.model_dump(mode="json")), _flat(other.model_dump(mode="json"))
    keys = sorted(key for key in left.keys() | right.keys() if left.get(key) != right.get(key))
    return [(key, str(left.get(key, "")), str(right.get(key, ""))) for key in keys if not key.startswith(("run.", "store."))]


def _flat(table: dict[str, object], above: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in table.items():
        found |= _flat(value, f"{above}{key}.") if isinstance(value, dict) else {f"{above}{key}": value}
    return found


def _figures(view: RunView, last: int) -> AnyArray:
    return np.concatenate([records for _, _, records in view.journal.scan(Kind.FIGURES, last=last)])


def _summary(rows: AnyArray, view: RunView) -> dict[str, object]:
    """Figures of a run: returns and drawdown as shares, costs and trading in USD."""
    cash, equity = view.scenario.market.cash, rows["equity"]
    moves = np.diff(np.log(equity))
    return {
        "return": number(equity[-1] / cash - 1),
        "buy and hold": number(rows["basket"][-1] - 1),
        "largest drawdown": number(np.max(1 - equity / np.maximum.accumulate(equity))),
        "volatility of a bar": number(moves.std()) if len(moves) else None,
        "mean exposure": number(rows["exposure"].mean()),
        "traded, USD": number(rows["traded"].sum()),
        "costs a desk, USD": number(rows["costs"][-1]),
        "signals": int(rows["signals"].sum()),
        "fills": int(rows["fills"].sum()),
    }
