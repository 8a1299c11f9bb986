"""A continuous double auction: a limit order book with price-time priority."""

from freeagentics.market.book.messages import BookMessage, BookMessages, MessageKind
from freeagentics.market.book.order_book import BookDepth, OrderBook
from freeagentics.market.book.trades import BookTrades, Outcome

__all__ = ["BookDepth", "BookMessage", "BookMessages", "BookTrades", "MessageKind", "OrderBook", "Outcome"]
