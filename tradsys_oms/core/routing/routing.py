"""What the core knows of other markets: venues, routes, what works there, and what could not be believed."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from tradsys_oms.core.routing.elsewhere import Executions

if TYPE_CHECKING:
    from tradsys_oms.core.commands import Route
    from tradsys_oms.core.events import ReportQuarantined, VenueNoted
    from tradsys_oms.core.routing.away import Away
    from tradsys_oms.core.routing.children import Child
    from tradsys_oms.core.routing.routes import Rule
    from tradsys_oms.core.routing.venues import Venue

QUARANTINE_MAX: Final = 1_000
"""Messages of venues that can't be true and are kept."""
NOTES_MAX: Final = 1_000
"""Notes on what venues have done that are kept."""


class Routing:
    """All that is about other markets."""

    __slots__ = (
        "aways",
        "children",
        "doubts",
        "elsewhere",
        "ex_destinations",
        "living",
        "notes",
        "other_rules",
        "quarantine",
        "quarantined",
        "routes",
        "rules_by_symbol",
        "switched_on",
        "venues",
    )

    def __init__(self) -> None:
        self.venues: dict[str, Venue] = {}
        self.routes: tuple[Route, ...] = ()
        self.rules_by_symbol: dict[str, tuple[Rule, ...]] = {}
        """The routes for each symbol that one of them names, as they are compared with orders."""
        self.other_rules: tuple[Rule, ...] = ()
        """Those for all other symbols."""
        self.ex_destinations: frozenset[str] = frozenset()
        """Each ExDestination (100) that a route names."""
        self.switched_on: dict[str, None] = {}
        """Timed routes that count now."""
        self.aways: dict[int, Away] = {}
        """By OrderID, of orders that were ever routed and are remembered."""
        self.children: dict[str, Child] = {}
        """By each ClOrdID that we gave them, also those that have ended and are remembered."""
        self.living: dict[str, dict[str, Child]] = {}
        """Children that work, or wait for an answer, by venue and by their first ClOrdID, the first one sent first."""
        self.doubts: dict[str, int] = {}
        """Children in doubt that were asked for, by first ClOrdID: when, in ns."""
        self.elsewhere = Executions()
        """Executions of drop copies."""
        self.quarantine: deque[tuple[int, ReportQuarantined]] = deque(maxlen=QUARANTINE_MAX)
        """With the journal sequence of each."""
        self.notes: deque[tuple[int, VenueNoted]] = deque(maxlen=NOTES_MAX)
        """What venues have done that counts and was not to be expected; with the journal sequence of each."""
        self.quarantined = 0
        """Of all time."""

    def forget(self, order_id: int) -> None:
        """Forget a routed order that has ended long ago, with all that still waits for an answer about it."""
        away = self.aways.pop(order_id)
        order = away.order
        if order.reserved_qty:
            order.lane.reserve(order, 0, 0)
        order.instrument.growing.pop(order_id, None)
        for child in away.children:
            self.living[child.venue].pop(child.clord_id, None)
            self.doubts.pop(child.clord_id, None)
            for clord_id in child.clord_ids:
                del self.children[clord_id]
        for pending in away.pending:
            if pending.clord_id:
                del order.firm.clord_ids[pending.clord_id]
        away.pending.clear()
