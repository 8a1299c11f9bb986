"""Facts of a run that the report shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F64
from freeagentics.journal import Journal, Kind
from freeagentics.progress import ProgressCallback, no_progress
from freeagentics.records import RunRecord
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.contribution import Contribution
from freeagentics.report.aggregates.desks import DeskCurves
from freeagentics.report.aggregates.forecast_parts import ForecastParts, forecast_parts
from freeagentics.report.aggregates.groups import GroupCurves
from freeagentics.report.aggregates.learned_weights import LearnedWeights
from freeagentics.report.aggregates.limits import Limits
from freeagentics.report.aggregates.memories import MemoryTotals, count_memories
from freeagentics.report.aggregates.scan import Aggregator, scan
from freeagentics.report.aggregates.signals import SignalMatrix
from freeagentics.report.aggregates.source_usage import SourceUsage, source_usages
from freeagentics.report.aggregates.top_trades import TopTrades
from freeagentics.report.aggregates.trades import Trades
from freeagentics.report.aggregates.value_at_risk import ValueAtRisk
from freeagentics.report.narratives.narrative import Narrative
from freeagentics.report.narratives.narrator import Narrator


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Aggregates of a run.

    Attributes:
        context: the run, its market and its times.
        prices: closes, USD, (T, A).
        basket: value of 1 USD spread equally over all assets at the first close and held, (T,).
        hold: buy-and-hold benchmark: a desk's initial cash in the basket, net of the fee of that purchase, USD, (T,).
        desks: equity, drawdown and exposure.
        limits: exposure limits and vetoes.
        value_at_risk: forecasts, and the losses that followed.
        trades: fills over time.
        signals: by sender, kind and recipient.
        contribution: rewards by role.
        source_usage: by role.
        groups: of desks, side by side.
        forecasts: errors of forecasts by role, and what each part of them saved.
        weights: learned, at each checkpoint.
        memories: kept at the end.
        best: the trades that gained most.
        worst: the trades that lost most.
    """

    context: RunContext
    prices: F64
    basket: F64
    hold: F64
    desks: DeskCurves
    limits: Limits
    value_at_risk: ValueAtRisk
    trades: Trades
    signals: SignalMatrix
    contribution: Contribution
    source_usage: tuple[SourceUsage, ...]
    groups: GroupCurves
    forecasts: tuple[ForecastParts, ...]
    weights: LearnedWeights
    memories: MemoryTotals
    best: tuple[Narrative, ...]
    worst: tuple[Narrative, ...]


def aggregate(record: RunRecord, progress: ProgressCallback = no_progress) -> Facts:
    """Scan the run once. Raises CorruptRecord for damage."""
    with Journal(record.directory.journal) as journal:
        context = RunContext(record, journal)
        prices = np.stack([records["price"] for _, _, records in journal.scan(Kind.OBSERVATION)]) / context.units.price
        desks, limits, trades = DeskCurves(context), Limits(context), Trades(context)
        signals, contribution, top_trades = SignalMatrix(context), Contribution(context), TopTrades(context, prices)
        groups = GroupCurves(context)
        usages, at_risk, forecasts = source_usages(context), ValueAtRisk(context), forecast_parts(context)
        aggregators: tuple[Aggregator, ...] = (
            desks,
            limits,
            trades,
            signals,
            contribution,
            top_trades,
            at_risk,
            groups,
            *usages,
            *forecasts,
        )
        for data in scan(context, prices, progress):
            for aggregator in aggregators:
                aggregator.update(data)
        signals.finish()
        narrator = Narrator(context, prices)
        market, basket = record.lineage.at(1).market, (prices / prices[0]).mean(axis=1)
        return Facts(
            context=context,
            prices=prices,
            basket=basket,
            hold=market.cash / (1 + market.fee_bps / 1e4) * basket,
            desks=desks,
            limits=limits,
            value_at_risk=at_risk,
            trades=trades,
            signals=signals,
            contribution=contribution,
            source_usage=usages,
            groups=groups,
            forecasts=forecasts,
            weights=LearnedWeights(context),
            memories=count_memories(context),
            best=tuple(narrator.narrate(trade) for trade in top_trades.best()),
            worst=tuple(narrator.narrate(trade) for trade in top_trades.worst()),
        )
