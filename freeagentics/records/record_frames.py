"""The journal as frames: what agents decided, told, ordered and remembered, one row each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import polars as pl
from numpy.lib.recfunctions import repack_fields

from freeagentics.agents import SIGNAL_KINDS
from freeagentics.agents.cohort import OUTCOME
from freeagentics.agents.decision import DECISION, reasons_by_name
from freeagentics.arrays import AnyArray
from freeagentics.journal import Journal, Kind
from freeagentics.market import CENTS, Fills, Orders, notional_cents
from freeagentics.memory import FEATURES
from freeagentics.records.frames import decision_columns
from freeagentics.records.lineage import Lineage
from freeagentics.records.memories import Memories
from freeagentics.records.roster import Roster
from freeagentics.signals import Severity, Signals


class RecordFrames:
    """Frames over a span of steps, both ends included; where nothing is on record they are empty, with all columns.

    A frame holds all of its span: ask for a long run of many agents piece by piece.

    Args:
        horizon: steps after which outcomes are on record.
        first, last: the span; by default the whole run.
        lineage: of the run, as `Memories` takes it.
    """

    def __init__(
        self,
        journal: Journal,
        names: Roster,
        horizon: int,
        first: int = 1,
        last: int | None = None,
        lineage: Lineage | None = None,
    ) -> None:
        self._journal = journal
        self._names = names
        self._symbols = pl.Series(names.symbols, dtype=pl.String)
        self._horizon = horizon
        self._lineage = lineage
        commit = journal.commit_record()
        self._end = commit.step if commit else 0
        self._first, self._last = first, self._end if last is None else min(last, self._end)

    def decisions(self) -> pl.DataFrame:
        """Decisions of every agent with their reasoning; ``memories`` are steps, ``signals`` numbers, and each role names its reasons."""
        names = self._names

        def frame(steps: AnyArray, records: AnyArray) -> pl.DataFrame:
            columns = decision_columns(steps, records, names) | {
                "symbol": self._symbols.gather(records["asset"]),
                "parent_step": _null_where(records["parent"] < 0, steps - records["parent_age"]),
                "memories": _lists(records["memory_age"] > 0, (steps[:, None] - records["memory_age"]).T),
                "signals": _lists(records["signal"] >= 0, records["signal"].T),
            }
            return pl.DataFrame(columns | self._reasons(names.seats["role"][records["agent"]], records["reason"]))

        return self._all(Kind.DECISIONS, frame)

    def _reasons(self, role: AnyArray, reason: AnyArray) -> dict[str, pl.Series]:
        """Reasons under the names that the roles give them; null where a role has no reason of that name."""
        columns: dict[str, AnyArray] = {}
        for number, name in enumerate(self._names.team):
            mine = role == number
            for label, numbers in reasons_by_name(self._names.of_role(name).reasoning, reason[mine]).items():
                column = columns.setdefault(label, np.full(len(role), np.nan, dtype=np.float32))
                column[mine] = numbers
        return {f"reason.{label}": pl.Series(column).fill_nan(None) for label, column in columns.items()}

    def weights(self) -> pl.DataFrame:
        """Weights that agents gave to their faculties at each step, those that are not zero."""
        return self._by_faculty(Kind.WEIGHTS, "weight").drop("place")

    def contributions(self) -> pl.DataFrame:
        """Contributions of faculties to the forecasts of each step, those that are not zero, in standard deviations over the horizon."""
        found = self._by_faculty(Kind.CONTRIBUTIONS, "contribution")
        return found.with_columns(symbol=self._symbols.gather(found["place"])).drop("place")

    def _by_faculty(self, kind: Kind, name: str) -> pl.DataFrame:
        """A row for each number of *name* that is not zero; ``place`` is that of the asset, where there is a number for each."""
        names, found = self._names, [_no_faculties(name)]
        for step, _, records in self._journal.scan(kind, first=self._first, last=self._last):
            agent, role = records["agent"], names.role_of(int(records["agent"][0]))
            values = records[name].reshape(len(records), len(role.weights), -1)
            row, faculty, place = np.nonzero(values)
            columns = {
                "step": np.full(len(row), step),
                "agent": names.id_column(agent[row]),
                "role": names.role_column(agent[row]),
                "desk": names.seats["desk"][agent[row]],
                "faculty": pl.Series(role.weights).gather(faculty),
                "place": place,
                name: values[row, faculty, place].astype(np.float32),
            }
            found.append(pl.DataFrame(columns))
        return pl.concat(found)

    def signals(self) -> pl.DataFrame:
        """Signals with senders and recipients; ``data`` has one number per asset, in the order of the symbols. No audience: everybody."""
        names = self._names

        def frame(steps: AnyArray, records: AnyArray) -> pl.DataFrame:
            told = records["audience"][:, None] >> np.arange(len(names.team)) & 1 == 1
            return pl.DataFrame(
                {
                    "number": records["number"],
                    "step": steps,
                    "source": names.id_column(records["source"]),
                    "desk": records["desk"],
                    "kind": pl.Series(SIGNAL_KINDS).gather(records["kind"]),
                    "severity": pl.Series([severity.name.lower() for severity in Severity]).gather(records["severity"]),
                    "confidence": records["confidence"],
                    "audience": _lists(told, names.team),
                    "expires": pl.Series(records["expires"]).cast(pl.Datetime("ms")),
                    "data": pl.Series(records["data"], dtype=pl.Array(pl.Float32, records["data"].shape[1])).arr.to_list(),
                }
            )

        return self._all(Kind.SIGNALS, frame)

    def orders(self) -> pl.DataFrame:
        """Orders as accepted, at the step that sent them; quantities in units of the asset, above zero to buy. ``limit`` is the worst
        price, USD, null for any; ``bars`` for how many each stands."""
        found = []
        for step, _, records in self._journal.scan(Kind.ORDERS, first=self._first, last=self._last):
            limit, ttl = (records[name] if name in (records.dtype.names or ()) else other for name, other in (("limit", 0), ("ttl", 1)))
            found.append(self._orders(np.full(len(records), step, dtype=np.int64), records, limit, ttl))
        nothing = np.empty(0, dtype=_layout(Kind.ORDERS, len(self._symbols)))
        return pl.concat(found) if found else self._orders(np.empty(0, dtype=np.int64), nothing, 0, 1)

    def _orders(self, steps: AnyArray, records: AnyArray, limit: AnyArray | int, ttl: AnyArray | int) -> pl.DataFrame:
        worst = np.broadcast_to(limit, len(records)) / self._names.units.price[records["asset"]]
        bars = np.broadcast_to(ttl, len(records)).astype(np.int32)
        return pl.DataFrame(self._trade(steps, records) | {"limit": _null_where(worst == 0, worst), "bars": bars})

    def fills(self) -> pl.DataFrame:
        """Fills, at the step at whose open they were; prices, values and fees in USD."""

        def frame(steps: AnyArray, records: AnyArray) -> pl.DataFrame:
            money = {name: records[name] / CENTS for name in ("notional", "fee")}
            return pl.DataFrame(
                self._trade(steps, records) | {"price": records["price"] / self._names.units.price[records["asset"]]} | money
            )

        return self._all(Kind.FILLS, frame)

    def events(self) -> pl.DataFrame:
        """Events that were on, at each step and symbol; what outsiders bought or sold in the bar, and its value in USD."""
        names, schema = self._names, {"step": pl.Int64, "event": pl.Int32, "kind": pl.String, "text": pl.String}
        none = pl.DataFrame(schema=schema | {"symbol": pl.String, "quantity": pl.Float64, "value": pl.Float64})
        found = [none]
        for step, _, records in self._journal.scan(Kind.EVENTS, first=self._first, last=self._last):
            planned = [self._lineage.at(step).events[place] for place in records["event"]] if self._lineage else []
            columns = {
                "step": np.full(len(records), step),
                "event": records["event"],
                "kind": [event.kind for event in planned],
                "text": [event.text for event in planned],
                "symbol": self._symbols.gather(records["asset"]),
                "quantity": records["quantity"] / names.units.quantity[records["asset"]],
                "value": np.abs(records["cents"]) / CENTS,
            }
            found.append(pl.DataFrame(columns, schema=none.schema))
        return pl.concat(found)

    def _trade(self, steps: AnyArray, records: AnyArray) -> dict[str, object]:
        return {
            "step": steps,
            "agent": self._names.id_column(records["agent"]),
            "desk": records["desk"],
            "symbol": self._symbols.gather(records["asset"]),
            "quantity": records["quantity"] / self._names.units.quantity[records["asset"]],
        }

    def memories(self) -> pl.DataFrame:
        """Memories of each step, decoded, with their outcomes where those are known; features of a role's own are null for others."""
        names = self._names
        own = dict.fromkeys(feature.name for role in names.team for feature in names.of_role(role).features)
        places = {name: place for place, name in enumerate([*(feature.name for feature in FEATURES), *own])}
        steps, records = self._remembered(places)
        head = {"step": steps, "agent": names.id_column(records["agent"]), "importance": records["importance"] / np.float32(255)}
        features = {name: pl.Series(records["state"][:, place]) for name, place in places.items()}
        frame = pl.DataFrame(head | features | {name: features[name].fill_nan(None) for name in own})
        return frame.join(self.outcomes(), on=["step", "agent"], how="left", maintain_order="left")

    def _remembered(self, places: Mapping[str, int]) -> tuple[AnyArray, AnyArray]:
        """Steps (n,) and records (n,) of all memories, decoded; features stand at these *places*, NaN where the role has none such."""
        layout = np.dtype([("agent", "<i4"), ("importance", "u1"), ("state", "<f4", (len(places),))])
        reader, found = Memories(self._journal, self._names, self._lineage), []
        steps: list[AnyArray] = [np.empty(0, dtype=np.int64)]
        for step, kept in reader.span(self._first, self._last):
            records = np.empty(len(kept), dtype=layout)
            own = [places[feature.name] for feature in self._names.role_of(kept.agent[0]).features]
            records["agent"], records["importance"], records["state"] = kept.agent, kept.importance, np.nan
            records["state"][:, [*range(len(FEATURES)), *own]] = reader.vectors(step, kept)
            found.append(records)
            steps.append(np.full(len(kept), step))
        return np.concatenate(steps), np.concatenate([np.empty(0, dtype=layout), *found])

    def outcomes(self) -> pl.DataFrame:
        """Outcomes of each step: the result of the market over the horizon, and the agent's reward, in standard deviations."""

        def frame(steps: AnyArray, records: AnyArray) -> pl.DataFrame:
            made = steps - records["horizon"]
            scores = {name: records[name] for name in ("result", "reward")}
            return pl.DataFrame({"step": made, "agent": self._names.id_column(records["agent"]), "horizon": records["horizon"], **scores})

        return self._all(Kind.OUTCOMES, frame, later=self._horizon)

    def desks(self) -> pl.DataFrame:
        """The account of each desk at each step: cash, equity, fees and data costs so far, in USD."""

        def frame(steps: AnyArray, records: AnyArray) -> pl.DataFrame:
            counts = np.unique(steps, return_counts=True)[1]
            desk = np.concatenate([np.arange(count, dtype=np.int32) for count in [0, *counts]])
            money = {name: records[name] / CENTS for name in ("cash", "equity", "fees", "data_costs")}
            return pl.DataFrame({"step": steps, "desk": desk, **money})

        return self._all(Kind.ACCOUNTS, frame)

    def observations(self) -> pl.DataFrame:
        """Observations of every symbol at each step: its close, USD, and the columns of all sources, read by agents or not."""
        columns, assets = self._names.columns, len(self._symbols)

        def frame(steps: AnyArray, records: AnyArray) -> pl.DataFrame:
            asset = np.tile(np.arange(assets), len(steps) // assets)
            head = {"step": steps, "symbol": self._symbols.gather(asset), "close": records["price"] / self._names.units.price[asset]}
            return pl.DataFrame(head | {name: records["values"][:, place] for place, name in enumerate(columns)})

        return self._all(Kind.OBSERVATION, frame)

    def positions(self) -> pl.DataFrame:
        """Positions of each desk at each close: units held, their value in USD and their share of equity; a row where any are held.

        Cash and the values of a desk's positions add up to its equity, to the cent.
        """
        held: list[pl.DataFrame] = []
        position = np.zeros((0, len(self._symbols)), dtype=np.int64)
        fills = {step: records for step, _, records in self._journal.scan(Kind.FILLS, last=self._last)}
        accounts = self._journal.scan(Kind.ACCOUNTS, last=self._last)
        for (step, _, seen), (_, _, account) in zip(self._journal.scan(Kind.OBSERVATION, last=self._last), accounts, strict=True):
            position = np.concatenate([position, np.zeros((len(account) - len(position), len(self._symbols)), dtype=np.int64)])
            if (traded := fills.get(step)) is not None:
                np.add.at(position, (traded["desk"], traded["asset"]), traded["quantity"])
            if step >= self._first:
                held.append(self._position_rows(step, position, seen["price"], account["equity"]))
        return pl.concat(held) if held else self._position_rows(0, position, np.zeros(len(self._symbols), np.int64), np.zeros(0, np.int64))

    def _position_rows(self, step: int, position: AnyArray, price: AnyArray, equity: AnyArray) -> pl.DataFrame:
        desk, asset = np.nonzero(position)
        quantity = position[desk, asset]
        value = notional_cents(price[asset], quantity)
        return pl.DataFrame(
            {
                "step": np.full(len(desk), step, dtype=np.int64),
                "desk": desk.astype(np.int32),
                "symbol": self._symbols.gather(asset),
                "quantity": quantity / self._names.units.quantity[asset],
                "value": value / CENTS,
                "weight": value / np.maximum(equity[desk], 1),
            }
        )

    def _all(self, kind: Kind, frame: Callable[[AnyArray, AnyArray], pl.DataFrame], later: int = 0) -> pl.DataFrame:
        """All pages of a kind through *frame*, which takes steps (n,) and records (n,); kept *later* steps after their own."""
        last = min(self._last + later, self._end)
        pages = [(step, records) for step, _, records in self._journal.scan(kind, first=self._first + later, last=last)]
        if not pages:
            return frame(np.empty(0, dtype=np.int64), np.empty(0, dtype=_layout(kind, len(self._symbols))))
        steps = np.repeat(np.array([step for step, _ in pages], dtype=np.int64), [len(records) for _, records in pages])
        return frame(steps, _joined([records for _, records in pages]))


def _joined(parts: list[AnyArray]) -> AnyArray:
    """Records of all parts, with the fields that all of them have: a step's fills say more where orders stand for longer."""
    if len({part.dtype for part in parts}) > 1:
        names = [name for name in parts[0].dtype.names or () if all(name in (part.dtype.names or ()) for part in parts)]
        parts = [repack_fields(part[names]) for part in parts]
    return np.concatenate(parts)


def _no_faculties(name: str) -> pl.DataFrame:
    places = {"step": pl.Int64, "agent": pl.String, "role": pl.String, "desk": pl.Int32, "faculty": pl.String, "place": pl.Int64}
    return pl.DataFrame(schema=places | {name: pl.Float32})


def _layout(kind: Kind, assets: int) -> np.dtype[np.void]:
    """Dtype of records of a kind, for a frame of none."""
    traded: Orders | Fills = Fills.empty() if kind is Kind.FILLS else Orders.empty()
    layouts: dict[Kind, Any] = {
        Kind.DECISIONS: DECISION,
        Kind.OUTCOMES: OUTCOME,
        Kind.ACCOUNTS: [(name, "<i8") for name in ("cash", "equity", "fees", "data_costs")],
        Kind.SIGNALS: [("number", "<i8"), *_fields(Signals.empty(assets))],
    }
    return np.dtype(layouts.get(kind, _fields(traded)))


def _fields(holder: Signals | Orders | Fills) -> list[tuple[str, np.dtype[Any], tuple[int, ...]]]:
    columns = [(field.name, getattr(holder, field.name)) for field in fields(holder)]
    return [(name, column.dtype, column.shape[1:]) for name, column in columns]


def _null_where(missing: AnyArray, values: AnyArray) -> pl.Series:
    return pl.select(pl.when(pl.lit(pl.Series(missing))).then(None).otherwise(pl.lit(pl.Series(values)))).to_series()


def _lists(there: AnyArray, items: Iterable[AnyArray | str]) -> pl.Series:
    """In each row the items that are *there* (n, k); an item is a column (n,), or the same for all rows."""
    frame = pl.DataFrame({str(place): there[:, place] for place in range(there.shape[1])})
    values = [pl.lit(item if isinstance(item, str) else pl.Series(item)) for item in items]
    kept = [pl.when(pl.col(name)).then(value) for name, value in zip(frame.columns, values, strict=True)]
    return frame.select(pl.concat_list(kept).list.drop_nulls()).to_series()
