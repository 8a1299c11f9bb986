"""Matching: messages that an order book takes in a second, on one core."""

from __future__ import annotations

from time import process_time

import numpy as np

from freeagentics.benchmarks.table import Spread, Table
from freeagentics.market import BookMessages, MessageKind, OrderBook

MESSAGES, CAPACITY, OWNERS = 200_000, 65_536, 1_000
MIDDLE, BATCHES = 32_768, (1, 100, 10_000, MESSAGES)
"""Tick around which prices lie, and messages in a call."""


def matching(runs: int) -> Table:
    """A row for each number of messages in a call."""
    note = (
        f"{MESSAGES:,} messages to one book of 65,536 ticks and as many orders, {OWNERS:,} owners: of ten, five limits around the middle "
        "(standard deviation 20 ticks), a market order, three cancels and a replacement of one of the last 1,000, which may be gone. "
        "Processor time on one core, wrapper included. Where each call has one message, the first 20,000 of them."
    )
    return Table("Matching", note, [_row(batch, runs) for batch in BATCHES])


def _row(batch: int, runs: int) -> dict[str, object]:
    flow = _flow(20_000 if batch == 1 else MESSAGES)
    parts = [_part(flow, start, batch) for start in range(0, len(flow.kind), batch)]
    measured = [_run(parts) for _ in range(runs)]
    seconds, trades, standing = zip(*measured, strict=True)
    return {
        "messages in a call": f"{batch:,}",
        "million messages/s": Spread(tuple(len(flow.kind) / took / 1e6 for took in seconds)),
        "trades": f"{trades[0]:,}",
        "stand at the end": f"{standing[0]:,}",
    }


def _run(parts: list[BookMessages]) -> tuple[float, int, int]:
    """Seconds, trades, and orders that stand at the end."""
    book, trades = OrderBook(capacity=CAPACITY), 0
    began = process_time()
    for part in parts:
        trades += len(book.process(part).price)
    return process_time() - began, trades, book.standing


def _part(flow: BookMessages, start: int, batch: int) -> BookMessages:
    rows = slice(start, start + batch)
    return BookMessages(*(getattr(flow, name)[rows] for name in ("kind", "order", "owner", "price", "quantity", "until")))


def _flow(count: int) -> BookMessages:
    """Messages whose numbers run around the capacity; cancels and replacements are about one of the last thousand of orders."""
    random = np.random.default_rng(7)
    kinds = np.array([MessageKind.LIMIT] * 5 + [MessageKind.CANCEL] * 3 + [MessageKind.MARKET, MessageKind.REPLACE], dtype=np.uint8)
    kind = random.choice(kinds, count)
    about = np.isin(kind, (MessageKind.CANCEL, MessageKind.REPLACE))
    order = np.maximum(np.arange(count) - np.where(about, random.integers(1, 1_000, count), 0), 0) % CAPACITY
    price = MIDDLE + np.rint(random.normal(0, 20, count)).astype(np.int64)
    quantity = random.integers(1, 100, count) * random.choice([-1, 1], count)
    return BookMessages(kind, order.astype(np.int32), (order % OWNERS).astype(np.int32), price, quantity, np.zeros(count, dtype=np.int64))
