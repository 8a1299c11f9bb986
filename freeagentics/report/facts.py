"""Facts of a run that the report shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F64, AnyArray
from freeagentics.evaluation.market_evidence import contexts_of, market_evidence, run_frame
from freeagentics.evaluation.run_patterns import RunPatterns, patterns_of
from freeagentics.experiments.made_market import MadeMarket
from freeagentics.journal import Journal, Kind
from freeagentics.progress import ProgressCallback, no_progress
from freeagentics.records import RunRecord
from freeagentics.report.aggregates.attribution import Attribution
from freeagentics.report.aggregates.context import RunContext
from freeagentics.report.aggregates.contribution import Contribution
from freeagentics.report.aggregates.contributions import SourceErrors
from freeagentics.report.aggregates.desks import DeskCurves
from freeagentics.report.aggregates.forecasts import Forecasts, forecasts_of
from freeagentics.report.aggregates.groups import GroupCurves
from freeagentics.report.aggregates.limits import Limits
from freeagentics.report.aggregates.memories import MemoryTotals, count_memories
from freeagentics.report.aggregates.planted import Planted
from freeagentics.report.aggregates.returns import Returns
from freeagentics.report.aggregates.scan import Aggregator, scan
from freeagentics.report.aggregates.signals import SignalMatrix
from freeagentics.report.aggregates.source_usage import SourceUsage, source_usages
from freeagentics.report.aggregates.tail_risk import TailRisk
from freeagentics.report.aggregates.top_trades import TopTrades
from freeagentics.report.aggregates.trade_outcomes import TradeOutcomes
from freeagentics.report.aggregates.trades import Trades
from freeagentics.report.aggregates.weights import WeightCurves, weight_curves
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
        returns: of the desks and their benchmarks, and their performance.
        limits: exposure limits and vetoes.
        tail_risk: forecasts of value-at-risk.
        trades: fills over time.
        trade_outcomes: what fills gained.
        forecasts: against what came, by role.
        planted: events, and who foresaw them.
        signals: by sender, kind and recipient.
        contribution: rewards by role.
        source_usage: by role.
        groups: of desks, side by side.
        weights: of faculties, by role.
        source_errors: of forecasts with and without each source, by role, as `source_usage` has them.
        attribution: of gains, fees and turnover to faculties.
        perfect: return, after fees, of who knows the pumps, echoes and regimes that are planted; NaN where none are.
        patterns: conditions that foretold a rise, and their fate.
        contexts: texts of each step, (T,), of the first asset, by name.
        memories: kept at the end.
        best: the trades that gained most.
        worst: the trades that lost most.
    """

    context: RunContext
    prices: F64
    basket: F64
    hold: F64
    desks: DeskCurves
    returns: Returns
    limits: Limits
    tail_risk: TailRisk
    trades: Trades
    trade_outcomes: TradeOutcomes
    forecasts: tuple[Forecasts, ...]
    planted: Planted
    signals: SignalMatrix
    contribution: Contribution
    source_usage: tuple[SourceUsage, ...]
    groups: GroupCurves
    weights: tuple[WeightCurves, ...]
    source_errors: tuple[SourceErrors, ...]
    attribution: Attribution
    perfect: float
    patterns: RunPatterns
    contexts: dict[str, AnyArray]
    memories: MemoryTotals
    best: tuple[Narrative, ...]
    worst: tuple[Narrative, ...]


def aggregate(record: RunRecord, progress: ProgressCallback = no_progress) -> Facts:
    """Scan the run once. Raises CorruptRecord for damage."""
    with Journal(record.directory.journal) as journal:
        context = RunContext(record, journal)
        prices = np.stack([records["price"] for _, _, records in journal.scan(Kind.OBSERVATION)]) / context.units.price
        market, basket = record.lineage.at(1).market, (prices / prices[0]).mean(axis=1)
        hold = market.cash / (1 + market.fee_bps / 1e4) * basket
        desks, limits, tail_risk, trades = DeskCurves(context), Limits(context), TailRisk(context), Trades(context)
        signals, contribution, top_trades = SignalMatrix(context), Contribution(context), TopTrades(context, prices)
        groups = GroupCurves(context)
        usages, weights = source_usages(context), weight_curves(context)
        errors, attribution = tuple(SourceErrors(context, usage) for usage in usages), Attribution(context, usages)
        returns = Returns(context, desks, basket, hold)
        aggregators: tuple[Aggregator, ...] = (desks, returns, limits, tail_risk, trades, signals, contribution, top_trades, *usages)
        outcomes, forecasts, planted = TradeOutcomes(context, prices), forecasts_of(context), Planted(context)
        aggregators += (outcomes, *forecasts, planted, groups, *weights, *errors, attribution)
        for data in scan(context, prices, progress):
            for aggregator in aggregators:
                aggregator.update(data)
        signals.finish()
        narrator, observed = Narrator(context, prices), run_frame(record)
        return Facts(
            context=context,
            prices=prices,
            basket=basket,
            hold=hold,
            desks=desks,
            returns=returns,
            limits=limits,
            tail_risk=tail_risk,
            trades=trades,
            trade_outcomes=outcomes,
            forecasts=forecasts,
            planted=planted,
            signals=signals,
            contribution=contribution,
            source_usage=usages,
            groups=groups,
            weights=weights,
            source_errors=errors,
            attribution=attribution,
            perfect=_perfect(context, prices),
            patterns=patterns_of(market_evidence(observed, context.horizon)),
            contexts=contexts_of(observed),
            memories=count_memories(context),
            best=tuple(narrator.narrate(trade) for trade in top_trades.best()),
            worst=tuple(narrator.narrate(trade) for trade in top_trades.worst()),
        )


def _perfect(context: RunContext, prices: F64) -> float:
    """Return of a perfect trader of what is planted over the closes (T, A)."""
    scenario = context.record.lineage.at(1)
    if scenario.market.kind != "synthetic":
        return float("nan")
    made = MadeMarket(scenario.model_copy(update={"steps": context.steps}), context.units.price)
    for closes in prices:
        made.update(closes, None)
    return made.perfect_return()
