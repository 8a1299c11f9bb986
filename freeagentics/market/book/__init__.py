"""Continuous double auctions: a limit order book with price-time priority, and a market of its own that trades on one."""

from freeagentics.market.book.market import BookMarket
from freeagentics.market.book.messages import BookMessage, BookMessages, MessageKind
from freeagentics.market.book.order_book import BookDepth, OrderBook
from freeagentics.market.book.settings import BookSettings
from freeagentics.market.book.trades import BookTrades, Outcome

__all__ = ["BookDepth", "BookMarket", "BookMessage", "BookMessages", "BookSettings", "BookTrades", "MessageKind", "OrderBook", "Outcome"]
