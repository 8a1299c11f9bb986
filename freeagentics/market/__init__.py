"""The market: bars, the sources that tell of them, and the accounts that trade on them.

`load_bars` reads and checks a file, `ReplayMarket` shows it bar by bar, `SyntheticMarket` shows one made from a seed with regularities
planted in it, and in an `AuctionMarket` or a `BookMarket` those who trade make the prices; each is a `Market`. An `OrderBook` is a
continuous double auction on its own. A `Source` is one feed of the market with a
price to read. Money is exact: int64 cents, prices and quantities in the units of their asset, 1e-8 as a rule.
"""

from freeagentics.market.accounts import Accounts
from freeagentics.market.auction import AuctionMarket, AuctionSettings, CrowdSettings
from freeagentics.market.bars import Bars, load_bars, read_bars
from freeagentics.market.book import (
    BookDepth,
    BookMarket,
    BookMessage,
    BookMessages,
    BookSettings,
    BookTrades,
    MessageKind,
    OrderBook,
    Outcome,
)
from freeagentics.market.daily import Daily, load_daily
from freeagentics.market.events import Calendar, Event
from freeagentics.market.margin import BROKER, Margin
from freeagentics.market.market import Market
from freeagentics.market.money import CENTS, UNITS, fee_cents, notional_cents, to_price, to_quantity
from freeagentics.market.observation import Observation
from freeagentics.market.observation_buffer import ObservationBuffer
from freeagentics.market.orders import Fills, Orders
from freeagentics.market.replay import ReplayMarket
from freeagentics.market.source import Source
from freeagentics.market.sources import SOURCES, BookSource, DerivativesSource, PriceSource, SentimentSource, WhaleSource
from freeagentics.market.synthetic import (
    REGIMES,
    Crash,
    GroundTruth,
    Planted,
    Pumps,
    RegimeDrift,
    SyntheticMarket,
    SyntheticSettings,
    WhalePump,
    synthesize,
)
from freeagentics.market.terms import Terms
from freeagentics.market.units import Units

__all__ = [
    "BROKER",
    "CENTS",
    "REGIMES",
    "SOURCES",
    "UNITS",
    "Accounts",
    "AuctionMarket",
    "AuctionSettings",
    "Bars",
    "BookDepth",
    "BookMarket",
    "BookMessage",
    "BookMessages",
    "BookSettings",
    "BookSource",
    "BookTrades",
    "Calendar",
    "Crash",
    "CrowdSettings",
    "Daily",
    "DerivativesSource",
    "Event",
    "Fills",
    "GroundTruth",
    "Margin",
    "Market",
    "MessageKind",
    "Observation",
    "ObservationBuffer",
    "OrderBook",
    "Orders",
    "Outcome",
    "Planted",
    "PriceSource",
    "Pumps",
    "RegimeDrift",
    "ReplayMarket",
    "SentimentSource",
    "Source",
    "SyntheticMarket",
    "SyntheticSettings",
    "Terms",
    "Units",
    "WhalePump",
    "WhaleSource",
    "fee_cents",
    "load_bars",
    "load_daily",
    "notional_cents",
    "read_bars",
    "synthesize",
    "to_price",
    "to_quantity",
]
