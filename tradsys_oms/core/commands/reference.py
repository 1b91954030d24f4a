"""Reference data: instruments with their rules, members, and which member a session belongs to."""

from __future__ import annotations

from msgspec import Struct

from tradsys_oms.core.commands.base import JournaledCommand


class MarketRules(Struct, frozen=True, array_like=True, gc=False):
    """How an instrument trades; basis points are of the price that is named, and 0 switches a rule off."""

    matching: str = "price_time"
    """`price_time`, `pro_rata` or `lead_market_maker`."""
    lead_member: str = ""
    """The lead market maker."""
    lead_share_bps: int = 0
    """The part of an incoming quantity that the lead market maker's orders at a price have first."""
    market_protection_bps: int = 0
    """An order without a limit goes no further than this from the best price that it meets."""
    static_band_bps: int = 0
    """A trade further than this from the last auction's price (or the reference price) calls a volatility auction."""
    dynamic_band_bps: int = 0
    """A trade further than this from the last trade calls a volatility auction."""
    breaker_bps: int = 0
    """The instrument is halted when its price has moved by more than this within `breaker_window_ns`."""
    breaker_window_ns: int = 0
    auction_ns: int = 0
    """How long a volatility auction lasts; 0: until an operator or the schedule ends it."""
    halt_ns: int = 0
    """How long the circuit breaker halts, before an auction resumes trading; 0: until an operator ends it."""
    short_sale_trigger_bps: int = 0
    """A trade this far below the last close, or further, restricts short sales (SEC Rule 201)."""


class SetInstrument(JournaledCommand, frozen=True, tag=2):
    """Add an instrument or change it; `tick_e8` and `lot_e8` are for ever: all that was reported counts in them."""

    symbol: str
    tick_e8: int
    lot_e8: int
    reference_price_e8: int
    price_band_bps: int
    """Limit prices further than this from the reference price are refused; basis points of it, 0 for no band."""
    order_qty_max_e8: int
    order_notional_max_e8: int
    """Price times quantity of one order in whole currency units of 1e-8; 0 for no limit."""
    currency: str
    enabled: bool
    underlying: str = ""
    """UnderlyingSymbol (311), "" for none."""
    rules: MarketRules = MarketRules()
    has_phases: bool = False
    """It trades by phases, which a schedule or an operator sets, and begins closed; else it always trades."""
    mark_venues: tuple[str, ...] = ()
    """Venues that say what it is worth; the first one with a bid and an offer counts."""
    mark_spread_max_bps: int = 500
    """Their quotes count up to this spread; basis points of the mid."""


class SetMember(JournaledCommand, frozen=True, tag=3):
    """Add a member firm or change it; orders of a member that is not enabled are refused."""

    member: str
    enabled: bool
    firm: str = ""
    """The firm that the member is part of, for the prevention of self-trades; "" for none but itself."""
    self_trade: str = ""
    """What happens when its orders meet: `cancel_newest`, `cancel_oldest`, `cancel_both`, `decrement`; "": a trade."""
    self_trade_scope: str = "member"
    """Whose orders are its own: those of the `member`, or of its whole `firm`."""
    clearing_member: str = ""
    """The member that clears for it, and may block it and see its limits; "" for none."""


class SetSession(JournaledCommand, frozen=True, tag=4):
    """Bind a FIX session to its member."""

    session: str
    member: str
    enabled: bool
