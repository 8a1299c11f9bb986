"""All facts of a run that the report tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freeagentics.arrays import F64
from freeagentics.journal import Journal, Kind
from freeagentics.progress import ProgressCallback, no_progress
from freeagentics.records import RunRecord
from freeagentics.report.gather.context import RunContext
from freeagentics.report.gather.contribution import Contribution
from freeagentics.report.gather.desks import DeskCurves
from freeagentics.report.gather.limits import Limits
from freeagentics.report.gather.memories import Memories, count_memories
from freeagentics.report.gather.scan import Aggregator, walk
from freeagentics.report.gather.signals import SignalMatrix
from freeagentics.report.gather.source_usage import Buyers
from freeagentics.report.gather.top_trades import TopTrades
from freeagentics.report.gather.trades import Trades
from freeagentics.report.narratives.narrative import Narrative
from freeagentics.report.narratives.narrator import Narrator


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """What was gathered.

    Attributes:
        prices: closes, USD, (T, A). basket: what 1 USD is worth that was spread over all assets at the first close and held, (T,).
        hold: USD that a desk would have had which did so with all its cash, and paid the fee of that one purchase, (T,).
        best, worst: trades and how they came about.
    """

    ground: RunContext
    prices: F64
    basket: F64
    hold: F64
    desks: DeskCurves
    limits: Limits
    trades: Trades
    signals: SignalMatrix
    contribution: Contribution
    buyers: Buyers
    memories: Memories
    best: tuple[Narrative, ...]
    worst: tuple[Narrative, ...]


def gather(record: RunRecord, progress: ProgressCallback = no_progress) -> Facts:
    """Walk over the run once. Raises CorruptRecord for damage."""
    with Journal(record.directory.journal) as journal:
        ground = RunContext(record, journal)
        prices = np.stack([records["price"] for _, _, records in journal.scan(Kind.OBSERVATION)]) / ground.units.price
        desks, limits, trades = DeskCurves(ground), Limits(ground), Trades(ground)
        signals, contribution, buyers, extremes = SignalMatrix(ground), Contribution(ground), Buyers.of(ground), TopTrades(ground, prices)
        gatherers: tuple[Aggregator, ...] = (desks, limits, trades, signals, contribution, buyers, extremes)
        for moment in walk(ground, prices, progress):
            for gatherer in gatherers:
                gatherer.see(moment)
        signals.finish()
        teller = Narrator(ground, prices)
        market, basket = record.lineage.at(1).market, (prices / prices[0]).mean(axis=1)
        return Facts(
            ground=ground,
            prices=prices,
            basket=basket,
            hold=market.cash / (1 + market.fee_bps / 1e4) * basket,
            desks=desks,
            limits=limits,
            trades=trades,
            signals=signals,
            contribution=contribution,
            buyers=buyers,
            memories=count_memories(ground),
            best=tuple(teller.tell(trade) for trade in extremes.best()),
            worst=tuple(teller.tell(trade) for trade in extremes.worst()),
        )
