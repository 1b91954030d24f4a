"""Away: what an order has at other markets. It is the place where a routed order stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tradsys_oms.core.fields import OrdStatus
from tradsys_oms.core.routing.children import CANCEL, REPLACE

if TYPE_CHECKING:
    from tradsys_oms.core.book.orders import Order
    from tradsys_oms.core.commands import Instructions, Route
    from tradsys_oms.core.routing.children import Child, Request


class Pending(Struct, eq=False):
    """A cancel or replace that no venue has answered yet, for whoever asked."""

    is_replace: bool
    clord_id: str
    """"" for a cancel that nobody asked for by message."""
    session: str
    text: str = ""
    """Why, for one that nobody asked for by message."""
    order_qty: int = 0
    """Of a replace, in lots."""
    price: int = 0
    time_in_force: str = ""
    instructions: Instructions | None = None
    is_anew: bool = False
    """A replace that cancels all children and routes what is left anew."""
    is_reported: bool = False
    """The broker has been told that it is pending."""
    is_unsent: bool = False
    """It waits for a line to go out again."""
    reason: int = -1
    """CxlRejReason (102) and words of the last venue that has refused it."""
    refusal: str = ""

    @property
    def is_by_cancel(self) -> bool:
        """What it asks the venues for is to cancel."""
        return self.is_anew or not self.is_replace


class Returned(Struct, frozen=True, gc=False):
    """How a child came back, for the words with which its parent ends."""

    ord_status: str
    text: str = ""
    reason: int = -1
    restatement_reason: int = -1


class Away:
    """The children of one order, and the requests that wait."""

    __slots__ = (
        "children",
        "ended_as",
        "ex_destination",
        "is_accepted",
        "order",
        "pending",
        "returned",
        "route",
        "special_status",
        "tried",
    )

    def __init__(self, order: Order, route: Route, ex_destination: str) -> None:
        self.order = order
        self.route = route
        self.ex_destination = ex_destination
        self.children: list[Child] = []
        self.pending: list[Pending] = []
        """The oldest first."""
        self.tried: list[str] = []
        """Venues that get no more of it."""
        self.is_accepted = False
        """The broker was told New."""
        self.special_status = ""
        """Stopped, Suspended or Done for Day, as the venue says; "" for none of these."""
        self.returned = Returned(OrdStatus.CANCELED)
        """How the last child came back."""
        self.ended_as = ""
        """OrdStatus with which the order ended before it was filled, "" for one that did not."""

    @property
    def living(self) -> list[Child]:
        """Children that work."""
        return [child for child in self.children if not child.ended_as]

    @property
    def working_qty(self) -> int:
        """What the children that work have left, in lots."""
        return sum(child.leaves_qty for child in self.children)

    @property
    def is_replacing(self) -> bool:
        """A replace is out, which may give the order something to do again."""
        return any(sent.kind == REPLACE for child in self.children for sent in child.requests.values())

    @property
    def pending_cancel(self) -> Pending | None:
        """The cancel that waits, None for none."""
        return next((pending for pending in self.pending if not pending.is_replace), None)

    def waiting_for(self, request: Request) -> list[Pending]:
        """List those that wait for the answer to a request: a cancel that is out serves all that need one."""
        if request.kind != CANCEL:
            return [pending for pending in self.pending if pending is request.pending]
        return [pending for pending in self.pending if pending.is_by_cancel]

    def is_out(self, pending: Pending) -> bool:
        """Tell that a venue has still to answer a request."""
        return any(pending in self.waiting_for(sent) for child in self.children for sent in child.requests.values())

    def add(self, order: Order) -> None:
        """Let the order stand here."""
        order.level = self
        order.instrument.routed[order.order_id] = order

    def remove(self, order: Order) -> None:
        """Take the order away: it ends, or goes elsewhere."""
        order.level = None
        del order.instrument.routed[order.order_id]


def is_chained(away: Away, orig_clord_id: str) -> bool:
    """Tell that a request names the last ClOrdID that was not refused (R8): of the newest request that waits."""
    chain = [pending.clord_id for pending in away.pending if pending.clord_id]
    return bool(chain) and chain[-1] == orig_clord_id
