"""An exchange with one venue, V1: orders of A1 in ACME go there, and the test is the venue.

The venue's reports are written in lots and ticks. `told` is what brokers were told since the last look, `sent` what
the venue was asked.
"""

from __future__ import annotations

from typing import Any

from tests.unit.core.conftest import TICK_E8, Exchange, line
from tradsys_oms.core.commands import (
    Route,
    SetRoutes,
    SetVenue,
    VenueLink,
    VenueRefusal,
    VenueReport,
)
from tradsys_oms.core.events import (
    CancelRejected,
    Event,
    Execution,
    OrderRejected,
    StatusUnknown,
    VenueCancel,
    VenueOrder,
    VenueQuery,
    VenueReplace,
)
from tradsys_oms.core.fields import SCALE_E8

TOLD = (Execution, OrderRejected, CancelRejected, StatusUnknown)
SENT = (VenueOrder, VenueCancel, VenueReplace, VenueQuery)
ROUTE = Route("r", "venue", ("V1",))


class VenuePlay:
    """An exchange and its venues, which the test plays."""

    def __init__(
        self,
        exchange: Exchange,
        *routes: Route,
        venues: tuple[str, ...] = ("V1",),
        pending_reports: str = "of_venue",
        **rules: Any,
    ) -> None:
        self.exchange = exchange
        self.frames = dict.fromkeys(venues, 0)
        self.exec_number = 0
        self.told: list[Event] = []
        self.sent: list[tuple[str, Any]] = []
        self.happened: list[str] = []
        for venue in venues:
            exchange.engine.apply(
                self._seq(), exchange.seq * 1_000, SetVenue(venue, True, pending_reports=pending_reports, **rules)
            )
            self.line(venue)
        self.apply(SetRoutes(routes or (ROUTE,)))
        self.lines()

    def _seq(self) -> int:
        self.exchange.seq += 1
        return self.exchange.seq

    def apply(self, command: Any) -> list[Event]:
        """Apply a command; sort out who is told what."""
        seq = self._seq()
        self.exchange.log.append(command)
        events = self.exchange.engine.apply(seq, seq * 1_000, command)
        self.exchange.events = events
        self.note(seq, events)
        return events

    def note(self, seq: int, events: list[Event]) -> None:
        """Keep what brokers were told, and what venues were asked with its ClOrdID."""
        self.told += [event for event in events if isinstance(event, TOLD)]
        sent = [(f"{seq}-{index}", event) for index, event in enumerate(events) if isinstance(event, SENT)]
        self.sent += sent
        names = {id(event): f"{name} " for name, event in sent if not isinstance(event, VenueQuery)}
        self.happened += [names.get(id(event), "") + line(event) for event in events]

    def lines(self) -> list[str]:
        """Give all that has happened since the last look, requests to venues with their ClOrdIDs there."""
        happened, self.happened = self.happened, []
        return happened

    def broker(self, act: str, *args: Any, **more: Any) -> None:
        """Let a broker do something, by the name of the exchange's method."""
        getattr(self.exchange, act)(*args, **more)
        self.note(self.exchange.seq, self.exchange.events)

    def frame(self, venue: str) -> int:
        """Give the number of the next frame."""
        self.frames[venue] += 1
        return self.frames[venue]

    def line(self, venue: str = "V1", *, is_up: bool = True) -> list[Event]:
        """Let the line of a venue come or go."""
        return self.apply(VenueLink(venue, self.frame(venue), is_up, "test"))

    def report(
        self,
        clord_id: str,
        exec_type: str,
        ord_status: str,
        qty: int,
        cum: int,
        leaves: int,
        last: int = 0,
        px: int = 10_000,
        *,
        venue: str = "V1",
        exec_id: str = "",
        avg: int = 0,
        **more: Any,
    ) -> list[Event]:
        """Let a venue send an ExecutionReport."""
        if not exec_id:
            self.exec_number += 1
            exec_id = f"E{self.exec_number}"
        fields = {
            "orig_clord_id": "",
            "venue_order_id": f"O-{clord_id}",
            "exec_ref_id": "",
            "symbol": "ACME",
            "side": "1",
            "price_e8": None,
            "avg_px_e8": (avg or px) * TICK_E8,
            "last_qty_e8": last * SCALE_E8,
            "last_px_e8": px * TICK_E8 if last else 0,
        }
        return self.apply(
            VenueReport(
                venue=venue,
                frame=self.frame(venue),
                clord_id=clord_id,
                exec_id=exec_id,
                exec_type=exec_type,
                ord_status=ord_status,
                order_qty_e8=qty * SCALE_E8,
                cum_qty_e8=cum * SCALE_E8,
                leaves_qty_e8=leaves * SCALE_E8,
                **(fields | more),
            )
        )

    def refuse(self, clord_id: str, kind: str = "cancel", reason: int = -1, text: str = "", **more: Any) -> list[Event]:
        """Let a venue, or its link, refuse a request."""
        venue = more.get("venue", "V1")
        fields = {"orig_clord_id": "", "ord_status": ""} | {k: v for k, v in more.items() if k != "venue"}
        return self.apply(
            VenueRefusal(
                venue=venue,
                frame=self.frame(venue),
                clord_id=clord_id,
                kind=kind,
                reason=reason,
                text=text,
                **fields,
            )
        )
