"""Events: what the core did, one per message that somebody receives, in the order in which it happened.

Prices are in ticks and quantities in lots of the instrument, as `SetInstrument` defined them before in the same
journal. The place of an event, `(sequence of its record, index in the record)`, is its identity for ever: `ExecID` is
printed from it, and `TradeID` from the place of the first of the two fills of a trade.

Events carry all that a report or a database row needs, so that a follower never has to know the state of the core.
Tags are part of the journal's format: never reuse or renumber one.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from tradsys_oms.core.commands.instructions import Instructions
from tradsys_oms.core.commands.limits import Scope


class _Event(Struct, frozen=True, array_like=True, gc=False):
    """Shared shape of all events: an array whose first element is the tag."""


class Detail(Struct, frozen=True, array_like=True, gc=False):
    """What few ExecutionReports have; each default means: not in this report."""

    exec_ref_seq: int = 0
    """ExecRefID (19): the place of the execution that a Trade Cancel or Trade Correct undoes or changes."""
    exec_ref_index: int = 0
    restatement_reason: int = -1
    """ExecRestatementReason (378)."""
    day_order_qty: int = -1
    """DayOrderQty (424) in lots, for orders that are good for more than a day, from their second day on."""
    day_cum_qty: int = 0
    """DayCumQty (425)."""
    day_notional: int = 0
    """DayAvgPx (426) is this over `day_cum_qty`."""
    mass_status_req_id: str = ""
    """MassStatusReqID (584)."""
    reports_total: int = 0
    """TotNumReports (911)."""
    is_last_report: bool = False
    """LastRptRequested (912)."""
    pegged_price: int = 0
    """PeggedPrice (839): where a pegged order stands now, in ticks; 0 for nowhere."""
    trade_seq: int = 0
    """TradeID of a Trade Cancel or Trade Correct: the place of the first fill of the trade, as a fill has it."""
    trade_index: int = 0
    venue: str = ""
    """Of an execution at another market: LastMkt (30)."""
    venue_exec_id: str = ""
    """The venue's ExecID (17) of it; "" for one that was worked out from the order's state there."""
    venue_clord_id: str = ""
    """ClOrdID (11) of our request there."""


class Execution(_Event, frozen=True, tag=1):
    """An ExecutionReport about an order that the core knows."""

    session: str
    """The session that gets the report: the one that entered the order, or for a request the one that asked; "" for
    none, where a venue tells late of an order whose session belongs to another member by now."""
    member: str
    order_id: int
    clord_id: str
    """The last accepted ClOrdID, or that of the request which is answered."""
    orig_clord_id: str
    """"" where the report answers no cancel or replace."""
    exec_type: str
    ord_status: str
    account: str
    symbol: str
    side: str
    ord_type: str
    time_in_force: str
    order_qty: int
    price: int | None
    cum_qty: int
    leaves_qty: int
    cum_notional: int
    """Sum over all fills of price times quantity, in ticks times lots: AvgPx is this over `cum_qty`."""
    last_qty: int = 0
    last_px: int = 0
    trade_index: int = -1
    """Index, in this record, of the first fill of the same trade; -1 where the report is not a fill."""
    aggressor: bool = False
    """The fill took liquidity."""
    reason: int = -1
    """OrdRejReason (103) of a report with ExecType Rejected, else -1."""
    text: str = ""
    ord_status_req_id: str = ""
    instructions: Instructions | None = None
    """What the order asks for beyond the above, None for a plain order."""
    detail: Detail | None = None


class OrderRejected(_Event, frozen=True, tag=2):
    """An ExecutionReport Rejected for an order that never was: quantities as the peer sent them.

    Its OrderID is the sequence of the record.
    """

    session: str
    member: str
    clord_id: str
    account: str
    symbol: str
    side: str
    ord_type: str
    time_in_force: str
    order_qty_e8: int
    price_e8: int | None
    reason: int
    text: str
    instructions: Instructions | None = None


class CancelRejected(_Event, frozen=True, tag=3):
    """An OrderCancelReject. `order_id` 0 stands for an unknown order ("NONE")."""

    session: str
    member: str
    order_id: int
    clord_id: str
    orig_clord_id: str
    ord_status: str
    response_to: str
    reason: int
    text: str


class StatusUnknown(_Event, frozen=True, tag=4):
    """The answer to a status request about an order that the core doesn't know: ExecType I, OrdStatus Rejected."""

    session: str
    member: str
    clord_id: str
    order_id: str
    symbol: str
    side: str
    ord_status_req_id: str
    text: str


class Refused(_Event, frozen=True, tag=5):
    """A command that is not an order was not carried out; the state is as before."""

    text: str


class MassCancelReport(_Event, frozen=True, tag=6):
    """An OrderMassCancelReport (35=r). It comes before the reports of the orders."""

    session: str
    member: str
    clord_id: str
    request_type: str
    """MassCancelRequestType (530), and MassCancelResponse (531) of one that is accepted."""
    symbol: str
    side: str
    total: int
    """TotalAffectedOrders (533)."""
    reason: int = -1
    """MassCancelRejectReason (532); -1 for a request that is accepted."""
    text: str = ""


class MassStatusEmpty(_Event, frozen=True, tag=7):
    """The answer to an OrderMassStatusRequest (35=AF) that fits no order or can't be done: one report, Rejected."""

    session: str
    member: str
    mass_status_req_id: str
    symbol: str
    side: str
    text: str


class MarketStatus(_Event, frozen=True, tag=8):
    """A SecurityStatus (35=f) to a session that asked for it, once or for all that comes."""

    session: str
    security_status_req_id: str
    symbol: str
    phase: str
    """`core.phases.Phase`; "" for an unknown symbol."""
    text: str = ""
    indicative_px: int = 0
    """At which an auction would uncross now, in ticks; 0 for none."""
    indicative_qty: int = 0
    imbalance_qty: int = 0
    """What would be left at that price, in lots: above 0 of buyers, below 0 of sellers."""
    last_px: int = 0
    unsolicited: bool = False


class PhaseChanged(_Event, frozen=True, tag=9):
    """An instrument is in another phase; for followers, no message is made of it."""

    symbol: str
    phase: str
    reason: str
    until_ns: int
    trade_date: int


class Uncrossed(_Event, frozen=True, tag=10):
    """An auction ended in trades at one price, whose fills follow; for followers."""

    symbol: str
    price: int
    qty: int
    imbalance_qty: int


class LimitNear(_Event, frozen=True, tag=11):
    """The usage of a limit has passed the part of it at which a warning is due; for alerts and followers."""

    scope: Scope
    limit: str
    """Name of the limit, as the configuration has it."""
    value: str
    usage: str
    """What the usage is with the order that made it pass; both in the limit's own unit, as a decimal."""


class BlockChanged(_Event, frozen=True, tag=12):
    """A scope is blocked for a reason of this kind, or no more; for alerts and followers."""

    scope: Scope
    kind: str
    is_blocked: bool
    reason: str


class ClientActionDone(_Event, frozen=True, tag=13):
    """A PartyActionReport (35=DI): the answer to a PartyActionRequest."""

    session: str
    request_id: str
    action: str
    member: str
    account: str
    reject_reason: int = -1
    """PartyActionRejectReason (2333); -1 for an action that was done."""
    text: str = ""


class ClientLimit(Struct, frozen=True, array_like=True, gc=False):
    """One limit of a client and its usage, as decimals."""

    scope: Scope
    limit: str
    value: str
    usage: str


class ClientLimits(_Event, frozen=True, tag=14):
    """A PartyRiskLimitsReport (35=CM): limits and usage of a client, to its clearing firm."""

    session: str
    request_id: str
    member: str
    account: str
    is_blocked: bool
    limits: tuple[ClientLimit, ...] = ()
    reject_reason: int = -1
    """RiskLimitRequestResult (1761) of a request that can't be answered; -1 for an answer."""
    text: str = ""


class ShortSaleRestricted(_Event, frozen=True, tag=15):
    """The short sale price test of an instrument (SEC Rule 201) is in force, or no more; for alerts and followers."""

    symbol: str
    is_restricted: bool
    reason: str
    day_ends: int
    """At the end of which trading day it ends by itself: 2 the next one, 1 this one; 0 for not by itself."""


class VenueOrder(_Event, frozen=True, tag=16):
    """A NewOrderSingle (35=D) to a venue, for its link; its place, written `sequence-index`, is its ClOrdID (11) there.

    Requests to venues are in units of 1e-8, so that a link needs to know no instrument.
    """

    venue: str
    order_id: int
    """The order that it is a part of, or the whole."""
    member: str
    account: str
    symbol: str
    side: str
    ord_type: str
    time_in_force: str
    order_qty_e8: int
    price_e8: int | None
    instructions: Instructions | None = None


class VenueCancel(_Event, frozen=True, tag=17):
    """An OrderCancelRequest (35=F) to a venue; its place is its ClOrdID."""

    venue: str
    order_id: int
    orig_clord_id: str
    """OrigClOrdID (41): the request that it follows."""
    first_clord_id: str
    """The first request of the order there."""
    venue_order_id: str
    """The venue's OrderID (37), "" while it is not known."""
    account: str
    symbol: str
    side: str
    order_qty_e8: int


class VenueReplace(_Event, frozen=True, tag=18):
    """An OrderCancelReplaceRequest (35=G) to a venue; its place is its ClOrdID."""

    venue: str
    order_id: int
    orig_clord_id: str
    first_clord_id: str
    venue_order_id: str
    account: str
    symbol: str
    side: str
    ord_type: str
    time_in_force: str
    order_qty_e8: int
    """The new total."""
    price_e8: int | None
    instructions: Instructions | None = None


class VenueQuery(_Event, frozen=True, tag=19):
    """An OrderStatusRequest (35=H) to a venue, or with `clord_id` "" an OrderMassStatusRequest (35=AF) for all."""

    venue: str
    clord_id: str
    """The last request of the order that the venue may know."""
    first_clord_id: str
    venue_order_id: str
    account: str
    symbol: str
    side: str


class VenueChanged(_Event, frozen=True, tag=20):
    """A venue takes orders, or takes none any more; for alerts and followers."""

    venue: str
    is_up: bool
    reason: str


class ReportQuarantined(_Event, frozen=True, tag=21):
    """A message of a venue that can't be true changed nothing and waits for an operator; for alerts and followers."""

    venue: str
    clord_id: str
    exec_id: str
    fault: str
    """What is wrong, as a sentence."""


class ChildInDoubt(_Event, frozen=True, tag=22):
    """Nobody could say in time what became of an order at a venue: an operator has to; for alerts and followers."""

    venue: str
    clord_id: str
    order_id: int
    text: str


class VenueNoted(_Event, frozen=True, tag=26):
    """What a venue has done counts, and wants somebody's eye; for alerts and followers.

    Kinds are those of `core.routing.notes`: `cancel_refused`, `worse_price`.
    """

    venue: str
    kind: str
    clord_id: str
    order_id: int
    text: str


class ExternalExecution(_Event, frozen=True, tag=23):
    """An execution done elsewhere has changed the position of an account; for followers. Ticks and lots."""

    venue: str
    exec_id: str
    exec_ref_id: str
    """The first ExecID of the execution that a correction or bust changes, whichever of its own the venue has named."""
    exec_type: str
    member: str
    account: str
    symbol: str
    side: str
    last_qty: int
    """What the execution is now: 0 for one that was busted."""
    last_px: int
    former_qty: int = 0
    """What it was before a correction or bust, so that a follower need not remember it."""


class MarkChanged(_Event, frozen=True, tag=24):
    """A venue has said that an instrument is worth something else; for followers."""

    symbol: str
    px: int
    """In ticks."""
    source: str
    """`quote` or `execution`."""
    venue: str


Reported: TypeAlias = (
    Execution
    | OrderRejected
    | CancelRejected
    | StatusUnknown
    | MassCancelReport
    | MassStatusEmpty
    | MarketStatus
    | ClientActionDone
    | ClientLimits
)
"""Events that a session gets as a message."""

VenueRequest: TypeAlias = VenueOrder | VenueCancel | VenueReplace | VenueQuery
"""Events that the link of a venue makes a message of."""

Internal: TypeAlias = (
    Refused
    | PhaseChanged
    | Uncrossed
    | LimitNear
    | BlockChanged
    | ShortSaleRestricted
    | VenueRequest
    | VenueChanged
    | ReportQuarantined
    | ChildInDoubt
    | VenueNoted
    | ExternalExecution
    | MarkChanged
)
"""Events that no broker gets as a message."""

Event: TypeAlias = Reported | Internal
