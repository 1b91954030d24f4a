"""Away: what an order has at other markets. It is the place where a routed order stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from tradsys_oms.core.book.orders import Order
    from tradsys_oms.core.commands import Route
    from tradsys_oms.core.routing.children import Child


class Pending(Struct, gc=False):
    """A request of the broker, or of whoever may cancel, that a venue has not answered yet."""

    is_replace: bool
    clord_id: str
    """"" for a cancel that nobody asked for by message."""
    session: str
    order_qty: int
    price: int
    time_in_force: str
    text: str
    is_reported: bool = False
    """The broker has been told that it is pending."""
    venue_clord_id: str = ""
    """Our request at the venue, for one that was passed on to the only child."""


class Away:
    """The children of one order, and the requests that wait."""

    __slots__ = ("children", "has_ended", "is_accepted", "order", "pending", "route", "special_status", "tried")

    def __init__(self, order: Order, route: Route) -> None:
        self.order = order
        self.route = route
        self.children: list[Child] = []
        self.pending: list[Pending] = []
        """The oldest first."""
        self.tried: list[str] = []
        """Venues that have refused a part of it, or were skipped."""
        self.is_accepted = False
        """The broker was told New."""
        self.special_status = ""
        """Stopped, Suspended or Done for Day, as the venue says; "" for none of these."""
        self.has_ended = False

    def add(self, order: Order) -> None:
        """Let the order stand here."""
        order.level = self

    def remove(self, order: Order) -> None:
        """Take the order away: it ends, or goes elsewhere."""
        order.level = None
