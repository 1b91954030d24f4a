"""Instruments: what can be traded, in which steps, and within which limits.

Limits are kept twice: in units of 1e-8, as they were set and as people read them, and in ticks and lots, as the checks
compare them. Every sum of price times quantity over one order stays below 2**63, because the journal's integers end
there: the highest price that an instrument can carry follows from its largest order.
"""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, Final

from tradsys_oms.core.book.book import Book
from tradsys_oms.core.commands import MarketRules, Scope, SetInstrument
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.limits.marks import NOTHING_SAID, SaidMark
from tradsys_oms.core.limits.restraints import Restraints
from tradsys_oms.core.matching.price_window import PriceWindow
from tradsys_oms.core.phases.phases import Phase
from tradsys_oms.core.phases.task import Task

if TYPE_CHECKING:
    from tradsys_oms.core.book.orders import Order
    from tradsys_oms.core.limits.holding import Holding

PLAIN_RULES: Final = MarketRules()
INT63_MAX = 2**63 - 1
BASIS_POINTS = 10_000


class Instrument:
    """One instrument and its book; a change is adopted by the same object, because orders point to it."""

    __slots__ = (
        "auction_px",
        "book",
        "breaker_prices",
        "care",
        "close_px",
        "currency",
        "day_end_seq",
        "day_is_ended",
        "enabled",
        "growing",
        "has_phases",
        "holdings",
        "last_px",
        "lot_e8",
        "mark",
        "mark_spread_max_bps",
        "mark_venues",
        "market_price",
        "money_denominator",
        "money_numerator",
        "order_notional_max",
        "order_notional_max_e8",
        "order_qty_max",
        "order_qty_max_e8",
        "phase",
        "phase_reason",
        "phase_since_ns",
        "phase_until_ns",
        "price_band_bps",
        "price_max",
        "price_max_e8",
        "price_min",
        "price_min_e8",
        "reference_price_e8",
        "restraints",
        "routed",
        "rules",
        "said",
        "short_sale_day_ends",
        "short_sale_restricted",
        "subscribers",
        "symbol",
        "task",
        "tick_e8",
        "trade_date",
        "uncross_px",
        "underlying",
        "valued_mark",
    )

    # What every order looks at stands side by side: of a thousand instruments few are in the processor's cache, and a
    # compiled object keeps its values in the order in which they are named first.
    book: Book
    symbol: str
    care: int
    enabled: bool
    lot_e8: int
    tick_e8: int
    order_qty_max: int
    order_notional_max: int
    price_min: int
    price_max: int
    money_numerator: int
    money_denominator: int
    uncross_px: int

    def __init__(self, command: SetInstrument) -> None:
        self.book = Book()
        self.rules = PLAIN_RULES
        self.care = 0
        """How many reasons there are for an incoming order to look twice: a phase or rules that are not the plain ones,
        and each odd order in the book or beside it. With none it goes the short way."""
        self.phase = Phase.CONTINUOUS
        self.phase_since_ns = 0
        self.phase_until_ns = 0
        """When the phase ends by itself, 0 for not by itself."""
        self.phase_reason = ""
        self.trade_date = 0
        """The trading day as YYYYMMDD, 0 before any began."""
        self.day_is_ended = False
        self.day_end_seq = 0
        """Journal sequence of the command that ended the last trading day, 0 before any."""
        self.last_px = 0
        """Price of the last trade, 0 before any."""
        self.auction_px = 0
        """Price of the last auction, 0 before any."""
        self.close_px = 0
        """Price of the last trade when the last trading day ended, 0 before any."""
        self.short_sale_restricted = False
        """The short sale price test is in force; see `core.matching.short_sales`."""
        self.short_sale_day_ends = 0
        """At the end of which trading day that ends by itself: 2 the next one, 1 this one; 0 for not by itself."""
        self.uncross_px = 0
        """Above 0 while an auction is being ended, one command after the other: its price, or 1 for no price."""
        self.task: Task | None = None
        """What is under way, None for nothing."""
        self.breaker_prices = PriceWindow()
        """The trades that the circuit breaker looks at."""
        self.subscribers: dict[str, str] = {}
        """SecurityStatusReqID (324) of the sessions that want to be told of phases and auctions."""
        self.restraints = Restraints(Scope("instrument", symbol=command.symbol))
        """What stands against each account's business in it."""
        self.holdings: list[Holding] = []
        self.routed: dict[int, Order] = {}
        """Open orders that stand at venues, by OrderID; the one that came there first is the first."""
        self.growing: dict[int, Order] = {}
        """Filled orders that may get something to do again, because a replace to more waits at a venue, by OrderID."""
        self.mark = 0
        """The price of the last trade on our book, where nothing was said of its worth since; else 0."""
        self.said: SaidMark = NOTHING_SAID
        """What was said of its worth last, beside trades."""
        self.valued_mark = 0
        """The mark at which all holdings were valued last; 0 where one of them was valued at another since."""
        self.adopt(command, 0)
        self.set_rate(SCALE_E8)
        if command.has_phases:
            self.set_phase(Phase.CLOSED)

    @property
    def reference_px(self) -> int:
        """The price that an auction is held against, in ticks: the last trade, else the one that was configured."""
        return self.last_px or self.reference_price_e8 // self.tick_e8

    @property
    def static_px(self) -> int:
        """The price that the static band is measured from: the last auction's, else the configured one."""
        return self.auction_px or self.reference_price_e8 // self.tick_e8

    @property
    def mark_px(self) -> int:
        """What it is worth: the price that came last, by a trade or said otherwise; else the configured price."""
        return self.mark or self.said.px or self.reference_price_e8 // self.tick_e8

    @property
    def prior_close_px(self) -> int:
        """The price that a fall is measured from: the last close, else the price that was configured."""
        return self.close_px or self.reference_price_e8 // self.tick_e8

    def say(self, said: SaidMark) -> None:
        """Let it be worth what somebody says, until the next trade on our book or the next one who says something."""
        self.said, self.mark = said, 0

    def restrict_short_sales(self, is_restricted: bool, day_ends: int) -> None:
        """Note whether the short sale price test is in force, a reason to look twice, and when it ends by itself."""
        self.care += is_restricted - self.short_sale_restricted
        self.short_sale_restricted = is_restricted
        self.short_sale_day_ends = day_ends

    def set_phase(self, phase: str) -> None:
        """Note the phase, and whether it is one to look twice in."""
        self.care += (phase != Phase.CONTINUOUS) - (self.phase != Phase.CONTINUOUS)
        self.phase = phase

    def adopt(self, command: SetInstrument, order_qty_max: int) -> None:
        """Take the values of `command`; `order_qty_max` is the largest open order in lots, for the highest price."""
        self.symbol = command.symbol
        self.tick_e8 = _shared(command.tick_e8)
        self.lot_e8 = _shared(command.lot_e8)
        self.reference_price_e8 = command.reference_price_e8
        self.price_band_bps = command.price_band_bps
        self.order_qty_max_e8 = command.order_qty_max_e8
        self.order_notional_max_e8 = command.order_notional_max_e8
        self.currency = command.currency
        self.enabled = command.enabled
        self.underlying = command.underlying
        self.has_phases = command.has_phases
        self.care += (command.rules != PLAIN_RULES) - (self.rules != PLAIN_RULES)
        self.rules = command.rules
        self.mark_venues = command.mark_venues
        self.mark_spread_max_bps = command.mark_spread_max_bps
        self.price_min_e8, self.price_max_e8 = price_limits_e8(command, order_qty_max)
        self._count()

    def set_rate(self, rate_e8: int) -> None:
        """Say what a unit of the currency is worth in the base currency."""
        numerator, denominator = self.tick_e8 * self.lot_e8 * rate_e8, SCALE_E8 * SCALE_E8
        common = gcd(numerator, denominator)
        self.money_numerator = _shared(numerator // common)
        self.money_denominator = _shared(denominator // common)

    def money(self, worth: int) -> int:
        """Turn ticks times lots into money, 1e-8 of the base currency, rounded down."""
        return worth * self.money_numerator // self.money_denominator

    def _count(self) -> None:
        """Put the limits into ticks and lots, each rounded to the inside."""
        self.order_qty_max = _shared(self.order_qty_max_e8 // self.lot_e8)
        self.price_min = _shared(max(-(-self.price_min_e8 // self.tick_e8), 1))
        self.price_max = _shared(self.price_max_e8 // self.tick_e8)
        self.order_notional_max = _shared(self.order_notional_max_e8 * SCALE_E8 // (self.tick_e8 * self.lot_e8))
        self.market_price = self.price_max if self.price_band_bps else self.reference_price_e8 // self.tick_e8
        """The price at which a market order counts against the notional limit: the worst that the band allows."""


_numbers: dict[int, int] = {}


def _shared(number: int) -> int:
    """Give the one object that stands for a number: what a thousand instruments have in common stays in the cache."""
    return _numbers.setdefault(number, number)


def price_ceiling_e8(command: SetInstrument, order_qty_max: int = 0) -> int:
    """Give the highest price at which the largest order, in lots, still has a countable notional."""
    most = max(command.order_qty_max_e8 // command.lot_e8, order_qty_max, 2)  # from 2**62 on ranks mean no price
    return INT63_MAX // most * command.tick_e8


def price_limits_e8(command: SetInstrument, order_qty_max: int = 0) -> tuple[int, int]:
    """Give the lowest and the highest price of a limit order: the band, or what the journal's integers can carry."""
    ceiling_e8 = price_ceiling_e8(command, order_qty_max)
    if not command.price_band_bps:
        return 0, ceiling_e8
    # A price is outside when |price - reference| * 10,000 > reference * bps.
    width_e8 = command.reference_price_e8 * command.price_band_bps // BASIS_POINTS
    return max(command.reference_price_e8 - width_e8, 0), min(command.reference_price_e8 + width_e8, ceiling_e8)


def fault_of(command: SetInstrument) -> str | None:
    """Say in a sentence what makes a SetInstrument impossible by itself, None if nothing does."""
    if not command.symbol:
        return "An instrument needs a symbol."
    if command.tick_e8 <= 0 or command.lot_e8 <= 0:
        return f"Tick and lot of {command.symbol} must be above 0."
    if command.order_qty_max_e8 < command.lot_e8:
        return f"The maximum quantity of {command.symbol} must be at least one lot, {format_e8(command.lot_e8)}."
    if min(command.reference_price_e8, command.price_band_bps, command.order_notional_max_e8) < 0:
        return f"Reference price, price band and maximum notional of {command.symbol} can't be below 0."
    if command.price_band_bps and not command.reference_price_e8:
        return f"The price band of {command.symbol} needs a reference price."
    if price_ceiling_e8(command) < max(command.reference_price_e8, command.tick_e8):
        return f"The maximum quantity of {command.symbol} is too large for its reference price in ticks."
    return None
