"""Venues and routes: what is known of other markets, what they report, and what operators decide about orders there.

A request to a venue is an event (`VenueOrder`, `VenueCancel`, `VenueReplace`, `VenueQuery`), and its place in the
journal, written `sequence-index`, is its ClOrdID (11) there: `clord_id` in the commands below. Commands from a link
carry the number of its frame, so that each counts once however often the link sends it; frame 0 stands for none.
"""

from __future__ import annotations

from msgspec import Struct

from tradsys_oms.core.commands.base import JournaledCommand


class SetVenue(JournaledCommand, frozen=True, tag=47):
    """Add a venue or change it; one that is not enabled gets no new orders."""

    venue: str
    enabled: bool
    pending_reports: str = "at_once"
    """When the broker sees Pending New, Cancel and Replace: `at_once`, when the request goes out, or `of_venue`, only
    when the venue says so."""
    can_replace: bool = True
    """It takes OrderCancelReplaceRequest; else an order is canceled there and routed anew."""
    can_mass_status: bool = False
    """It answers OrderMassStatusRequest."""
    on_reconnect: str = "keep"
    """What becomes of orders that are open there when its line comes back: `keep` or `cancel`."""
    symbols: tuple[str, ...] = ()
    """Our symbols that it trades; () for all."""
    is_drop_copy: bool = False
    """It takes no orders: it tells about executions done elsewhere."""


class Route(Struct, frozen=True, array_like=True, gc=False):
    """A rule and what it does: all conditions must hold, () and None stand for any. The first rule that fits counts."""

    route: str
    strategy: str
    """`book`, `venue`, `book_then_venue`, `best_price`, `failover` or `split`."""
    venues: tuple[str, ...] = ()
    """In the order in which they are tried."""
    weights: tuple[int, ...] = ()
    """For `split`, one for each venue."""
    symbols: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    ex_destinations: tuple[str, ...] = ()
    """ExDestination (100) of the order."""
    order_qty_min_e8: int | None = None
    order_qty_max_e8: int | None = None
    is_timed: bool = False
    """It counts only while `SwitchRoute` has switched it on."""
    on_refused: str = "next"
    """What becomes of a quantity that a venue refuses: `next`, to the next venue, or `return`, to the broker."""
    on_unfilled: str = "return"
    """What becomes of a quantity that a venue cancels unasked or lets expire: `next` or `return`."""
    on_none_up: str = "reject"
    """What an order does when no venue is up: `reject` or `book`."""


class SetRoutes(JournaledCommand, frozen=True, tag=48):
    """All routes, in place of those before. With none, each order goes to our own book."""

    routes: tuple[Route, ...]


class VenueLink(JournaledCommand, frozen=True, tag=49):
    """The FIX session with a venue is logged on, or no more."""

    venue: str
    frame: int
    is_logged_on: bool
    reason: str
    address: str = ""


class BarVenue(JournaledCommand, frozen=True, tag=50):
    """A venue gets no new orders for a reason of this kind, or that reason is gone.

    Kinds are `operator` and those of health: `breaker`.
    """

    venue: str
    kind: str
    is_barred: bool
    reason: str


class VenueReport(JournaledCommand, frozen=True, tag=51):
    """An ExecutionReport of a venue in the codes of FIX 5.0 SP2, with quantities and prices in our units.

    ExecTransType of FIX 4.2 and its ExecTypes 1 and 2 are translated by the adapter: F trade, H bust, G correction, I
    status.
    """

    venue: str
    frame: int
    clord_id: str
    """Which request of ours it names, "" for none."""
    orig_clord_id: str
    venue_order_id: str
    exec_id: str
    exec_ref_id: str
    exec_type: str
    ord_status: str
    symbol: str
    side: str
    order_qty_e8: int
    price_e8: int | None
    cum_qty_e8: int
    leaves_qty_e8: int
    avg_px_e8: int
    last_qty_e8: int = 0
    last_px_e8: int = 0
    reason: int = -1
    """OrdRejReason (103), -1 for none."""
    restatement_reason: int = -1
    text: str = ""
    transact_ns: int = 0
    is_last_report: bool = False
    """The last one of the answer to a mass status request."""
    req_id: str = ""
    """OrdStatusReqID (790) or MassStatusReqID (584): the place of the request that is answered, "" if not said."""


class VenueRefusal(JournaledCommand, frozen=True, tag=52):
    """A request to a venue came to nothing.

    Kinds: `unsent`, it never left us, for certain; `cancel`, an OrderCancelReject (35=9); `reject`, a Reject (35=3) or
    BusinessMessageReject (35=j); `unknown`, the venue does not know the order.
    """

    venue: str
    frame: int
    clord_id: str
    orig_clord_id: str
    kind: str
    ord_status: str
    """OrdStatus (39) of an OrderCancelReject, else ""."""
    reason: int
    """CxlRejReason (102), or that of the reject; -1 for none."""
    text: str


class VenueQuote(JournaledCommand, frozen=True, tag=53):
    """Best bid and offer of a venue, 0 for none."""

    venue: str
    frame: int
    symbol: str
    bid_px_e8: int
    bid_qty_e8: int
    offer_px_e8: int
    offer_qty_e8: int


class SwitchRoute(JournaledCommand, frozen=True, tag=54):
    """A timed route counts from now on, or no more."""

    route: str
    is_on: bool
    reason: str


class AskVenue(JournaledCommand, frozen=True, tag=55):
    """Ask a venue for the state of one order there, by the ClOrdID of its first request."""

    venue: str
    clord_id: str


class GiveUpAsking(JournaledCommand, frozen=True, tag=56):
    """A venue has not said in time what became of an order there: an operator has to decide."""

    venue: str
    clord_id: str
    text: str


class ResolveChild(JournaledCommand, frozen=True, tag=57):
    """An operator says what became of an order at a venue that nobody there can tell about.

    Outcomes: `not_received`, it never was; `ended`, it works no more; `working`, it is there as it was, and what is not
    answered came to nothing. `cum_qty_e8` is what it has filled in all, at
    `avg_px_e8` on average.
    """

    clord_id: str
    outcome: str
    cum_qty_e8: int
    avg_px_e8: int
    reason: str


class DropCopy(JournaledCommand, frozen=True, tag=58):
    """An execution done elsewhere for one of our accounts; `exec_id` counts once for each venue.

    `exec_type` is F, G (correct) or H (bust); the last two name in `exec_ref_id` what they change.
    """

    venue: str
    frame: int
    exec_id: str
    exec_ref_id: str
    exec_type: str
    member: str
    account: str
    symbol: str
    side: str
    last_qty_e8: int
    last_px_e8: int
    text: str = ""


class VenueBalance(JournaledCommand, frozen=True, tag=59):
    """What we have at a venue of an asset, a currency or one of our symbols; `total_e8` may be below 0."""

    venue: str
    frame: int
    asset: str
    total_e8: int
    available_e8: int


class QuarantineReport(JournaledCommand, frozen=True, tag=60):
    """A message of a venue that could not be read at all, in its own words, redacted."""

    venue: str
    frame: int
    fault: str
    message: str
