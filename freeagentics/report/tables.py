"""The report's figures as CSV files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np
import polars as pl

from freeagentics.agents import SIGNAL_KINDS
from freeagentics.market import CENTS
from freeagentics.report.aggregates.forecasts import BINS
from freeagentics.report.aggregates.performance import Performance
from freeagentics.report.aggregates.periods import by_period
from freeagentics.report.aggregates.source_usage import spent
from freeagentics.report.facts import Facts
from freeagentics.report.sections.parts import parts_of
from freeagentics.report.sections.value import chains_of


def returns_table(facts: Facts) -> pl.DataFrame:
    """A row per step: simple returns of the bar, net of all costs, as QuantStats reads them: ``pandas.read_csv(path, index_col="date",
    parse_dates=True)["returns"]``, and two benchmarks beside them."""
    date = pl.from_epoch(pl.Series(facts.context.timestamps), time_unit="ms").dt.strftime("%Y-%m-%d %H:%M:%S")
    returns, hold, matched = facts.returns.series.T
    return pl.DataFrame({"date": date, "returns": returns, "buy_and_hold": hold, "exposure_matched": matched})


def performance_table(facts: Facts) -> pl.DataFrame:
    """A row per series of returns: all desks together, the benchmarks, and each desk."""
    together, desks = facts.returns.together, facts.returns.of_desks
    names = ["all desks", "buy and hold", "exposure-matched", *(f"desk {desk}" for desk in range(facts.context.desks))]
    figures = [field.name for field in fields(Performance)] + ["calmar"]
    numbers = {name: np.append(getattr(together, name), getattr(desks, name)) for name in figures}
    return pl.DataFrame({"series": names, **numbers}).with_columns(pl.col(pl.Float64).fill_nan(None))


def desks_table(facts: Facts) -> pl.DataFrame:
    """A row per desk: USD and shares."""
    desks = facts.desks
    return pl.DataFrame(
        {
            "desk": np.arange(facts.context.desks),
            "equity": desks.final_equity,
            "return": desks.final_equity / facts.context.scenario.market.cash - 1,
            "fees": desks.fees,
            "data_costs": desks.data_costs,
            "fills": desks.fills,
            "turnover": desks.turnover,
            "mean_exposure": desks.mean_exposure,
            "max_drawdown": desks.max_drawdown,
        }
    )


def roles_table(facts: Facts) -> pl.DataFrame:
    """A row per role: rewards in standard deviations."""
    found, context = facts.contribution, facts.context
    means = [found.mean(role) for role in range(len(context.team))]
    return pl.DataFrame(
        {
            "role": context.team,
            "agents": context.agents,
            "decisions": [mean.count for mean in means],
            "reward": found.rewards.sum(axis=0),
            "mean_reward": [mean.value for mean in means],
            "standard_error": [mean.error for mean in means],
            "hits": found.hits,
            "misses": found.misses,
        }
    )


def signals_table(facts: Facts) -> pl.DataFrame:
    """A row per source role, kind and audience role: signals delivered, and those that a decision named as a cause."""
    matrix, team = facts.signals, facts.context.team
    rows = [
        (team[source], SIGNAL_KINDS[kind], team[role], int(matrix.delivered[source, kind, role]), int(matrix.named[source, kind, role]))
        for source, kind, role in np.argwhere(matrix.delivered).tolist()
    ]
    schema = {"source": pl.String, "kind": pl.String, "audience": pl.String, "delivered": pl.Int64, "named": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def sources_table(facts: Facts) -> pl.DataFrame:
    """A row per buying role and source: reads, their cost in USD, and the difference in mean reward, standard deviations."""
    rows = []
    for usage in facts.source_usage:
        for place, name in enumerate(usage.sources):
            found, without = usage.returned(place)
            cost, reads = float(spent(usage)[place]) / CENTS, int(usage.reads[:, place].sum())
            rows.append((facts.context.team[usage.role], name, reads, cost, found.count, without, found.value, found.error))
    numbers = {"reads": pl.Int64, "cost": pl.Float64, "decisions_with": pl.Int64, "decisions_without": pl.Int64}
    schema = {"role": pl.String, "source": pl.String, **numbers, "difference": pl.Float64, "standard_error": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col("difference", "standard_error").fill_nan(None))


def value_table(facts: Facts) -> pl.DataFrame:
    """A row per role and source on sale, from reading to profit: shares, squared standard deviations, and USD, the mean over desks."""
    rows = [
        (
            *(chain.role, chain.source, chain.read, chain.paid, chain.moved),
            *(chain.error.value, chain.error.value + chain.reduction.value, chain.reduction.value, chain.reduction.error),
            *(chain.turnover, chain.gain, chain.fees, chain.net),
        )
        for chain in chains_of(facts)
    ]
    errors = ("squared_error", "squared_error_without", "difference", "standard_error")
    schema = {"role": pl.String, "source": pl.String, "read": pl.Float64, "paid": pl.Float64, "moved": pl.Int64}
    schema |= dict.fromkeys((*errors, "turnover", "gain", "fees", "net"), pl.Float64)
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col(errors).fill_nan(None))


def weights_table(facts: Facts) -> pl.DataFrame:
    """A row per step, role and faculty that had a weight then: mean over agents, and standard deviation between them."""
    frames = [
        pl.DataFrame({"step": np.arange(1, facts.context.steps + 1), "mean": curves.mean[:, place], "spread": curves.spread[:, place]})
        .filter(pl.col("mean") != 0)
        .select(
            "step", pl.lit(facts.context.team[curves.role]).alias("role"), pl.lit(curves.names[place]).alias("faculty"), "mean", "spread"
        )
        for curves in facts.weights
        for place in curves.heard()
    ]
    schema = {"step": pl.Int64, "role": pl.String, "faculty": pl.String, "mean": pl.Float64, "spread": pl.Float64}
    return pl.concat([pl.DataFrame(schema=schema), *frames])


def chains_table(facts: Facts) -> pl.DataFrame:
    """A row per trade shown: USD, and the reward of the whole decision in standard deviations."""
    rows = [
        (
            kind,
            narrative.agent,
            narrative.trade.step,
            narrative.symbol,
            narrative.trade.quantity,
            narrative.trade.price,
            narrative.trade.fee,
            narrative.trade.gain,
            narrative.reward,
            " > ".join(narrative.chain),
            " ".join(narrative.sentences),
        )
        for kind, narratives in (("best", facts.best), ("worst", facts.worst))
        for narrative in narratives
    ]
    money = {"quantity": pl.Float64, "price": pl.Float64, "fee": pl.Float64, "gain": pl.Float64, "reward": pl.Float64}
    schema = {
        "kind": pl.String,
        "agent": pl.String,
        "step": pl.Int64,
        "symbol": pl.String,
        **money,
        "chain": pl.String,
        "narrative": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def periods_table(facts: Facts) -> pl.DataFrame:
    """A row per day, or per month: compounded returns of all desks together and of both benchmarks."""
    by, found = by_period(facts.returns.series, facts.context.timestamps)
    names = ("returns", "buy_and_hold", "exposure_matched")
    return found.select(pl.col("period").alias(by), *(pl.col("returns").list.get(place).alias(name) for place, name in enumerate(names)))


def forecasts_table(facts: Facts) -> pl.DataFrame:
    """A row per role: information coefficients after and before memories, and how many outcomes had which probability by its forecasts."""
    rows = [
        (facts.context.team[one.role], after.count, after.value, after.error, before.value, before.error, *one.pit.tolist())
        for one in facts.forecasts
        for after, before in [(one.coefficient, one.coefficient_before)]
    ]
    numbers = ("coefficient", "standard_error", "coefficient_before", "standard_error_before")
    schema = {"role": pl.String, "forecasts": pl.Int64, **dict.fromkeys(numbers, pl.Float64)}
    schema |= {f"outcomes_{place + 1}": pl.Int64 for place in range(BINS)}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col(numbers).fill_nan(None))


def parts_table(facts: Facts) -> pl.DataFrame:
    """A row per role and part of its forecasts: squared errors with it, what it saved, and signs that it turned."""
    rows = [
        (part.kind, part.name, part.role, part.moved, part.error, *astuple(part.saved), part.flipped, part.righted)
        for part in parts_of(facts)
    ]
    schema = {"kind": pl.String, "part": pl.String, "role": pl.String, "moved": pl.Int64}
    schema |= dict.fromkeys(("squared_error", "saved", "low", "high"), pl.Float64) | dict.fromkeys(("flipped", "righted"), pl.Int64)
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col(pl.Float64).fill_nan(None))


def planted_table(facts: Facts) -> pl.DataFrame:
    """A row per planted event: shares of desks that foresaw it, and that expected the contrary."""
    found = facts.planted
    return pl.DataFrame({"step": found.step, "foreseen": found.foreseen, "opposed": found.opposed, "recently": found.recent})


def model_table(facts: Facts) -> pl.DataFrame:
    """A row per step: the model's frame, and what buying and holding would have come to, USD."""
    return facts.context.record.model_frame.with_columns(buy_and_hold=pl.Series(facts.hold))


FOLDER = "tables"
"""Folder of the tables, beside the page."""

TABLES: dict[str, Callable[[Facts], pl.DataFrame]] = {
    "returns": returns_table,
    "performance": performance_table,
    "periods": periods_table,
    "forecasts": forecasts_table,
    "parts": parts_table,
    "planted": planted_table,
    "model": model_table,
    "desks": desks_table,
    "roles": roles_table,
    "value_at_risk": lambda facts: facts.tail_risk.backtest.frame(facts.context.names),
    "signals": signals_table,
    "sources": sources_table,
    "value": value_table,
    "weights": weights_table,
    "chains": chains_table,
}
"""Tables by name."""


def write_tables(facts: Facts, folder: Path) -> None:
    """Write all tables in *folder*, each as ``NAME.csv``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, made in TABLES.items():
        made(facts).write_csv((folder / f"{name}.csv").absolute())
