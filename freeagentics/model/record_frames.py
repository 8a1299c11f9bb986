"""The journal as frames: what agents decided, told, ordered and remembered, one row each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from freeagentics.agents import ROLES, SIGNAL_KINDS
from freeagentics.arrays import AnyArray
from freeagentics.journal import Journal, Kind
from freeagentics.market import UNITS
from freeagentics.memory import FEATURES, ScalarCodec
from freeagentics.model.agent_names import AgentNames
from freeagentics.signals import Severity

CENTS = 100
MOMENT = pl.Datetime("ms", "UTC")


class RecordFrames:
    """Frames over a span of steps, both ends included.

    Args:
        symbols: names of the assets, by number.
        first, last: the span; by default the whole run.
    """

    def __init__(self, journal: Journal, names: AgentNames, symbols: tuple[str, ...], first: int = 1, last: int | None = None) -> None:
        self._journal = journal
        self._names = names
        self._symbols = pl.Series(symbols)
        self._first, self._last = first, last

    def decisions(self) -> pl.DataFrame:
        """What every agent did and from what reasoning; ``memories`` are steps, ``signals`` numbers, and each role names its reasons."""
        names = self._names

        def frame(steps: AnyArray, records: AnyArray) -> pl.DataFrame:
            agent = records["agent"]
            columns = {
                "step": steps,
                "agent": names.id_column(agent),
                "role": names.role_column(agent),
                "desk": names.seats["desk"][agent],
                "action": names.action_column(agent, records["action"]),
                "value": records["value"],
                "confidence": records["confidence"].astype(np.float32),
                "symbol": self._symbols.gather(records["asset"]),
                "parent": names.id_column(records["parent"]),
                "parent_step": _null_where(records["parent"] < 0, steps - records["parent_age"]),
                "memories": _lists(steps[:, None] - records["memory_age"], records["memory_age"] > 0),
                "memory_weight": records["memory_weight"].astype(np.float32),
                "signals": _lists(records["signal"], records["signal"] >= 0),
            }
            return pl.DataFrame(columns | self._reasons(names.seats["role"][agent], records["reason"]))

        return self._all(Kind.DECISIONS, frame)

    def _reasons(self, role: AnyArray, reason: AnyArray) -> dict[str, pl.Series]:
        """Reasons under the names that the roles give them; null where a role has no reason of that name."""
        columns: dict[str, AnyArray] = {}
        for number, name in enumerate(self._names.team):
            mine = role == number
            for place, label in enumerate(ROLES[name].reasoning):
                column = columns.setdefault(label, np.full(len(role), np.nan, dtype=np.float32))
                column[mine] = reason[mine, place]
        return {f"reason.{label}": pl.Series(column).fill_nan(None) for label, column in columns.items()}

    def signals(self) -> pl.DataFrame:
        """Who told what to whom; ``data`` has one number per asset, in the order of the symbols."""
        names = self._names

        def frame(steps: AnyArray, records: AnyArray) -> pl.DataFrame:
            audience = [[role for number, role in enumerate(names.team) if mask >> number & 1] for mask in records["audience"].tolist()]
            return pl.DataFrame(
                {
                    "number": records["number"],
                    "step": steps,
                    "source": names.id_column(records["source"]),
                    "desk": records["desk"],
                    "kind": pl.Series(SIGNAL_KINDS).gather(records["kind"]),
                    "severity": pl.Series([severity.name.lower() for severity in Severity]).gather(records["severity"]),
                    "confidence": records["confidence"],
                    "audience": pl.Series(audience, dtype=pl.List(pl.String)),
                    "data": pl.Series(records["data"].tolist(), dtype=pl.List(pl.Float32)),
                }
            )

        return self._all(Kind.SIGNALS, frame)

    def orders(self) -> pl.DataFrame:
        """Orders as accepted, at the step that sent them; quantities in units of the asset, above zero to buy."""
        return self._all(Kind.ORDERS, lambda steps, records: pl.DataFrame(self._trade(steps, records)))

    def fills(self) -> pl.DataFrame:
        """What was filled, at the step at whose open it was; prices, values and fees in USD."""

        def frame(steps: AnyArray, records: AnyArray) -> pl.DataFrame:
            money = {name: records[name] / CENTS for name in ("notional", "fee")}
            return pl.DataFrame(self._trade(steps, records) | {"price": records["price"] / UNITS} | money)

        return self._all(Kind.FILLS, frame)

    def _trade(self, steps: AnyArray, records: AnyArray) -> dict[str, object]:
        return {
            "step": steps,
            "agent": self._names.id_column(records["agent"]),
            "desk": records["desk"],
            "symbol": self._symbols.gather(records["asset"]),
            "quantity": records["quantity"] / UNITS,
        }

    def memories(self) -> pl.DataFrame:
        """What agents remember of each step, decoded, with what came of it where that is known."""

        def frame(steps: AnyArray, records: AnyArray) -> pl.DataFrame:
            states = ScalarCodec().decode(np.ascontiguousarray(records["code"]))
            head = {"step": steps, "agent": self._names.id_column(records["agent"]), "importance": records["importance"] / np.float32(255)}
            return pl.DataFrame(head | {feature.name: states[:, place] for place, feature in enumerate(FEATURES)})

        return self._all(Kind.MEMORIES, frame).join(self.outcomes(), on=["step", "agent"], how="left", maintain_order="left")

    def outcomes(self) -> pl.DataFrame:
        """What came of each step: the result of the market over the horizon, and the agent's reward, in standard deviations."""

        def frame(steps: AnyArray, records: AnyArray) -> pl.DataFrame:
            made = steps - records["horizon"]
            scores = {name: records[name] for name in ("result", "reward")}
            return pl.DataFrame({"step": made, "agent": self._names.id_column(records["agent"]), "horizon": records["horizon"], **scores})

        return self._all(Kind.OUTCOMES, frame)

    def desks(self) -> pl.DataFrame:
        """The account of each desk at each step: cash, equity, fees and data costs so far, in USD."""

        def frame(steps: AnyArray, records: AnyArray) -> pl.DataFrame:
            desk = np.concatenate([np.arange(count) for count in np.unique(steps, return_counts=True)[1]])
            money = {name: records[name] / CENTS for name in ("cash", "equity", "fees", "data_costs")}
            return pl.DataFrame({"step": steps, "desk": desk.astype(np.int32), **money})

        return self._all(Kind.ACCOUNTS, frame)

    def _all(self, kind: Kind, frame: Callable[[AnyArray, AnyArray], pl.DataFrame]) -> pl.DataFrame:
        """All pages of a kind through *frame*, which takes steps (n,) and records (n,); empty but typed where there are none."""
        steps, pages = [], []
        for step, _, records in self._pages(kind):
            steps.append(np.full(len(records), step, dtype=np.int64))
            pages.append(records)
        if pages:
            return frame(np.concatenate(steps), np.concatenate(pages))
        return pl.DataFrame()

    def _pages(self, kind: Kind) -> Iterator[tuple[int, int, AnyArray]]:
        return self._journal.scan(kind, first=self._first, last=self._last)


def _null_where(missing: AnyArray, values: AnyArray) -> pl.Series:
    return pl.Series(values.astype(np.float64)).set(pl.Series(missing), None).cast(pl.Int64)


def _lists(values: AnyArray, there: AnyArray) -> pl.Series:
    return pl.Series([row[mask].tolist() for row, mask in zip(values, there, strict=True)], dtype=pl.List(pl.Int64))
