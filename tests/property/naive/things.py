"""What the naive exchange knows: orders, instruments, members, and the exchange that holds them (sections 1 and 3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.property.naive_risk.facts import Owner
from tests.property.naive_risk.gate import Gate
from tradsys_oms.core.commands import PLAIN, Instructions, MarketRules, SetInstrument, SetMember
from tradsys_oms.core.events import Event
from tradsys_oms.core.fields import ExecInst, OrdStatus, OrdType, Side, TimeInForce
from tradsys_oms.core.phases.phases import PHASES, Phase, PhaseRules

BOOK, ASIDE, NOWHERE = "book", "aside", "nowhere"
"""Where an open order is: in the book, beside it (a stop, a peg without a price, one for the close), or neither."""

FILLS_MAX = 5_000
OPEN_MAX = 1_000_000
WORDS = "words"
"""Stands for a text that the rules leave open."""


@dataclass(eq=False)
class Order:
    order_id: int
    session: str
    member: str
    clord_id: str
    account: str
    symbol: str
    side: str
    ord_type: str
    time_in_force: str
    qty: int
    limit: int | None
    asks: Instructions
    """What it asks for beyond; all defaults for a plain order."""
    lot_e8: int
    tick_e8: int
    leaves: int
    cum: int = 0
    notional: int = 0
    status: str = OrdStatus.NEW
    is_over: bool = False
    """It has its final state."""
    arrived: int = 0
    """When it came, or came again, as a number that only grows."""
    place: str = NOWHERE
    at: int | None = None
    """The price at which it stands in the book, None for none: a market order in an auction."""
    queued: int = 0
    """Since when it stands where it stands in its queue, as such a number."""
    shown: int = 0
    is_triggered: bool = False
    own_id: tuple[str, ...] = ()
    """What makes it the own order of others with the same SelfMatchPreventionID, as of its entry or last replace."""
    renewed_seq: int = 0
    """The command that restated it at the start of a day, 0 on its first day."""
    day_cum: int = 0
    day_notional: int = 0
    day: int = 0
    """How many days had ended when it came."""

    @property
    def owner(self) -> Owner:
        return Owner(self.session, self.member, self.account, self.symbol)

    @property
    def is_buy(self) -> bool:
        return self.side == Side.BUY

    @property
    def display(self) -> int | None:
        return None if self.asks.display_qty_e8 is None else self.asks.display_qty_e8 // self.lot_e8

    @property
    def min_qty(self) -> int:
        return self.asks.min_qty_e8 // self.lot_e8

    @property
    def stop_px(self) -> int:
        return (self.asks.stop_px_e8 or 0) // self.tick_e8

    @property
    def peg_offset(self) -> int:
        return self.asks.peg_offset_e8 // self.tick_e8

    @property
    def is_iceberg(self) -> bool:
        return bool(self.display)

    @property
    def is_hidden(self) -> bool:
        return self.display == 0

    @property
    def is_all_or_none(self) -> bool:
        return ExecInst.ALL_OR_NONE in self.asks.exec_inst

    @property
    def is_post_only(self) -> bool:
        return ExecInst.POST_ONLY in self.asks.exec_inst

    @property
    def is_conditional(self) -> bool:
        return self.is_all_or_none or self.asks.min_qty_e8 > 0

    @property
    def is_dark(self) -> bool:
        return self.is_hidden or self.is_conditional

    @property
    def floats(self) -> bool:
        """It is a peg whose price moves."""
        return self.ord_type == OrdType.PEGGED and not self.asks.peg_is_fixed

    @property
    def waits_for_trigger(self) -> bool:
        return self.ord_type in (OrdType.STOP, OrdType.STOP_LIMIT) and not self.is_triggered

    @property
    def is_fixed(self) -> bool:
        return self.ord_type == OrdType.PEGGED and self.asks.peg_is_fixed

    @property
    def has_no_limit(self) -> bool:
        """It would trade at any price: a market order, or a stop that has become one."""
        return self.ord_type in (OrdType.MARKET, OrdType.STOP)

    @property
    def gives(self) -> int:
        """What it can give at once."""
        return min(self.shown, self.leaves) if self.is_iceberg else self.leaves

    @property
    def least_fill(self) -> int:
        """Section 3, and for an incoming order section 4."""
        if self.is_all_or_none or self.time_in_force == TimeInForce.FOK:
            return self.leaves
        return min(max(self.min_qty - self.cum, 0), self.leaves)

    @property
    def echo(self) -> Instructions | None:
        return None if self.asks == PLAIN else self.asks


@dataclass(eq=False)
class Instrument:
    data: SetInstrument
    phase: str
    orders: list[Order] = field(default_factory=list)
    """All that are not over, in the order of their OrderIDs."""
    reason: str = ""
    until_ns: int = 0
    last_px: int = 0
    auction_px: int = 0
    """Of the last auction that had a price."""
    trade_date: int = 0
    day: int = 0
    """How many days have ended."""
    day_is_ended: bool = False
    window: list[tuple[int, int]] = field(default_factory=list)
    """Time and price of the trades of this continuous trading."""
    auction_is_called: bool = False
    pegs_are_old: bool = False
    pegs_seen: tuple[int | None, int | None] = (None, None)
    """Best bid and offer when the pegs were last priced."""
    subscribers: dict[str, str] = field(default_factory=dict)
    """SecurityStatusReqID by session."""
    close_px: int = 0
    """The last trade when the last day ended."""
    is_restricted: bool = False
    """Short sales are."""
    restricted_days: int = 0
    """How many days have to end until they are no more; 0 for not by itself."""
    has_fallen: bool = False
    """A trade of this command calls for it."""

    @property
    def rules(self) -> MarketRules:
        return self.data.rules

    @property
    def phase_rules(self) -> PhaseRules:
        return PHASES[self.phase]

    @property
    def is_continuous(self) -> bool:
        return self.phase == Phase.CONTINUOUS

    @property
    def reference_px(self) -> int:
        return self.data.reference_price_e8 // self.data.tick_e8


@dataclass(eq=False)
class Amended:
    """A trade that an operator has changed: what it is now, and which reports said so last."""

    qty: int
    px: int
    reports: list[tuple[int, int]]


@dataclass(eq=False)
class Exchange:
    """The state, and the command that is being carried out: its sequence, its time and the events so far."""

    gate: Gate
    """What limits say of an order."""
    fills_max: int = FILLS_MAX
    open_max: int = OPEN_MAX
    instruments: dict[str, Instrument] = field(default_factory=dict)
    members: dict[str, SetMember] = field(default_factory=dict)
    sessions: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Member, and whether it is enabled."""
    used: dict[tuple[str, str], Order | None] = field(default_factory=dict)
    """By member and ClOrdID."""
    orders: dict[int, Order] = field(default_factory=dict)
    amended: dict[tuple[int, int], Amended] = field(default_factory=dict)
    trades: dict[tuple[int, int], tuple[int, int, int, int]] = field(default_factory=dict)
    """Orders, quantity and price of each trade, by its place."""
    seq: int = 0
    now_ns: int = 0
    events: list[Event] = field(default_factory=list)
    touched: dict[str, None] = field(default_factory=dict)
    unfinished: dict[str, None] = field(default_factory=dict)
    uncrossing: dict[str, tuple[str, str, int, int]] = field(default_factory=dict)
    """Auctions that go on in the next command: phase to come, reason, its end, and the price."""
    masses: list[tuple[str, list[Order]]] = field(default_factory=list)
    """Who asked for mass cancels, sessions or scopes that were blocked, and the orders that wait for their auctions."""
    fills: int = 0
    """Trades of this command, made or prevented."""
    lines: dict[str, bool] = field(default_factory=dict)
    """Venues, and whether their line is there."""
    quotes: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    """Bid and offer in ticks by venue and symbol, 0 for none."""
    risk_date: int = 0
    """The day whose usage is counted."""
    count: int = 0

    def stamp(self) -> int:
        """Give a number that is larger than all before."""
        self.count += 1
        return self.count

    @property
    def is_full(self) -> bool:
        """It holds as many open orders as it may."""
        return sum(len(instrument.orders) for instrument in self.instruments.values()) >= self.open_max

    def member_of(self, session: str) -> str:
        return self.sessions[session][0]

    def of_member(self, member: str) -> list[Order]:
        """List the open orders of a member, the first entered first."""
        mine = [order for it in self.instruments.values() for order in it.orders if order.member == member]
        return sorted(mine, key=lambda order: order.order_id)
