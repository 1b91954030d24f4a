"""Orders that go to venues, which a seeded chance plays: the real core, with its journal if there is a writer.

The venues say what venues say: they accept, fill, bust, correct, refuse, suspend, lose their line; now and then what
they say can't be true, which the core keeps for itself.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from tests.system.projector_exchange import E8, NOON_NS
from tradsys_oms.core.commands import (
    CancelOrder,
    Command,
    NewOrder,
    ReplaceOrder,
    Route,
    SetInstrument,
    SetMember,
    SetRoutes,
    SetSession,
    SetVenue,
    VenueLink,
    VenueQuote,
    VenueRefusal,
    VenueReport,
)
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import VenueCancel, VenueOrder, VenueReplace
from tradsys_oms.journal.entries import Entry

TICK_E8 = E8 // 100
FIRMS = ("FIRM1", "FIRM2")
ROUTES = (
    Route("both", "split", ("V1", "V2"), (1, 2), ex_destinations=("BOTH",)),
    Route("home", "book", ex_destinations=("HOME",)),
    Route("some", "book_then_venue", ("V2",), ex_destinations=("SOME",), on_unfilled="next"),
    Route("rest", "failover", ("V1", "V2")),
)


class Child:
    """An order at a venue as the venue knows it, in lots."""

    def __init__(self, venue: str, clord_id: str, side: str, qty: int) -> None:
        self.venue, self.clord_id, self.side, self.qty = venue, clord_id, side, qty
        self.cum = self.notional = 0
        self.fills: dict[str, tuple[int, int]] = {}
        self.is_over = False
        self.asked: list[tuple[str, str, int]] = []
        """Requests that wait: MsgType, ClOrdID, quantity."""


class VenueFlow:
    """An exchange, two firms that send orders, and two venues."""

    def __init__(self, seed: int, follow: Callable[[Entry], None], *, is_quoted: bool = False) -> None:
        """`is_quoted`: the venues tell prices, and say what ACME is worth."""
        self._is_quoted = is_quoted
        self.choose = random.Random(seed)  # noqa: S311
        self.engine = Engine()
        self.now_ns = NOON_NS
        self._follow = follow
        self._frames = {"V1": 0, "V2": 0}
        self._numbers = dict.fromkeys(FIRMS, 0)
        self._children: dict[str, Child] = {}
        self._orders: list[tuple[str, str, str, int]] = []
        """Firm, ClOrdID, side, quantity."""
        self._exec_number = 0
        marks = ("V1", "V2") if is_quoted else ()
        self.apply(SetInstrument("ACME", TICK_E8, E8, 100 * E8, 0, 10**6 * E8, 0, "USD", True, mark_venues=marks))
        for firm in FIRMS:
            self.apply(SetMember(firm, True))
            self.apply(SetSession(firm, firm, True))
        for venue, pending in (("V1", "at_once"), ("V2", "of_venue")):
            self.apply(SetVenue(venue, True, pending_reports=pending))
            self.link(venue, True)
        self.apply(SetRoutes(ROUTES))

    def apply(self, command: Command) -> None:
        """Apply a command, and note what venues were asked."""
        self.now_ns += self.choose.randrange(10**7)
        seq = self.engine.last_seq + 1
        events = tuple(self.engine.apply(seq, self.now_ns, command))
        for index, event in enumerate(events):
            place = f"{seq}-{index}"
            if isinstance(event, VenueOrder):
                self._children[place] = Child(event.venue, place, event.side, event.order_qty_e8 // E8)
            elif isinstance(event, VenueCancel | VenueReplace):
                msg_type = "F" if isinstance(event, VenueCancel) else "G"
                child = self._children[event.first_clord_id]
                child.asked.append((msg_type, place, event.order_qty_e8 // E8))
        self._follow(Entry(seq, self.now_ns, command, events))

    def run(self, steps: int) -> None:
        """Let so many things happen."""
        acts = [self.order, self.request, self.answer, self.answer, self.fill, self.fill, self.amend, self.odd]
        if self._is_quoted:
            acts.append(self.quote)
        for _ in range(steps):
            self.choose.choice(acts)()

    def quote(self) -> None:
        """Let a venue tell its prices, seldom only one or none."""
        venue, bid = self.choose.choice(("V1", "V2")), 9_990 + self.choose.randint(0, 10)
        offer = bid + self.choose.randint(0, 10)
        bid, offer = self.choose.choice(((bid, offer), (bid, offer), (bid, offer), (bid, 0), (0, 0)))
        self.apply(VenueQuote(venue, self._frame(venue), "ACME", bid * TICK_E8, E8, offer * TICK_E8, E8))

    def order(self) -> None:
        """Let a firm send an order."""
        firm, side = self.choose.choice(FIRMS), self.choose.choice("125")
        number = self._numbers[firm] = self._numbers[firm] + 1
        qty, price = self.choose.randint(1, 60), 9_990 + self.choose.randint(0, 20)
        to = self.choose.choice(("", "", "BOTH", "SOME", "HOME", "NOWHERE"))
        time_in_force = self.choose.choice("0013")
        self._orders.append((firm, f"C{number}", side, qty))
        self.apply(
            NewOrder(
                *(firm, number, f"C{number}", "A1", "ACME", side, "2", time_in_force, qty * E8, price * TICK_E8),
                ex_destination=to,
            )
        )

    def request(self) -> None:
        """Let a firm cancel or replace an order."""
        if not self._orders:
            return
        place = self.choose.randrange(len(self._orders))
        firm, orig, side, qty = self._orders[place]
        number = self._numbers[firm] = self._numbers[firm] + 1
        clord_id = f"C{number}"
        if self.choose.random() < 0.5:
            self.apply(CancelOrder(firm, number, clord_id, orig, "", "ACME", side))
        else:
            more = max(qty + self.choose.randint(-20, 20), 1)
            terms = ("2", "0", more * E8, 10_000 * TICK_E8)
            self.apply(ReplaceOrder(firm, number, clord_id, orig, "", "ACME", side, *terms))
            self._orders[place] = (firm, clord_id, side, more)

    def answer(self) -> None:
        """Let a venue accept an order or a request, or refuse it."""
        child = self._child()
        if child is None:
            return
        if not child.asked:
            self.report(child, "0", "0")
            return
        msg_type, clord_id, qty = child.asked[0]
        if self.choose.random() < 0.3:
            self.report(child, "6" if msg_type == "F" else "E", "6", clord_id)
            return
        child.asked.pop(0)
        if self.choose.random() < 0.3:
            refusal = VenueRefusal(child.venue, self._frame(child.venue), clord_id, "", "cancel", "1", 0, "too late")
            self.apply(refusal)
        elif msg_type == "F":
            child.is_over = True
            self.report(child, "4", "4", clord_id)
        else:
            child.qty = max(qty, child.cum)
            self.report(child, "5", "0", clord_id)

    def fill(self) -> None:
        """Let a venue fill a part of an order, seldom one that is over."""
        child = self._child(is_over=self.choose.random() < 0.1)
        if child is None or child.qty <= child.cum:
            return
        qty, px = self.choose.randint(1, child.qty - child.cum), 9_995 + self.choose.randint(0, 10)
        child.cum += qty
        child.notional += qty * px
        exec_id = self.report(child, "F", "1", last_qty=qty, last_px=px)
        child.fills[exec_id] = (qty, px)

    def amend(self) -> None:
        """Let a venue bust or correct a fill."""
        child = self._child(is_over=self.choose.random() < 0.5)
        if child is None or not child.fills or self.choose.random() < 0.5:
            return
        ref = self.choose.choice(list(child.fills))
        before, at = child.fills.pop(ref)
        qty, px = self.choose.choice(((0, 0), (max(before - 1, 1), at + 1)))
        child.cum += qty - before
        child.notional += qty * px - before * at
        exec_id = self.report(child, "G" if qty else "H", "1", last_qty=qty, last_px=px, exec_ref_id=ref)
        if qty:
            child.fills[exec_id] = (qty, px)

    def odd(self) -> None:
        """Let a venue do what is rare, or say what can't be true."""
        child = self._child()
        if child is None or self.choose.random() < 0.6:
            return
        kind = self.choose.choice(("7", "9", "3", "4", "8", "C", "L", "D", "line", "lie"))
        if kind == "line":
            self.link(child.venue, False)
            self.link(child.venue, True)
        elif kind == "lie":
            self.report(child, "F", "1", "9-9", last_qty=1, last_px=10_000)
        elif kind == "7":
            self.report(child, "7", "7", last_qty=1, last_px=10_001)
        else:
            child.is_over = kind in "48C"
            self.report(child, kind, kind if kind in "9348C" else "0", restatement_reason=1 if kind == "D" else -1)

    def link(self, venue: str, is_up: bool) -> None:
        """Let the line of a venue come or go."""
        self.apply(VenueLink(venue, self._frame(venue), is_up, "test"))

    def report(self, child: Child, exec_type: str, ord_status: str, clord_id: str = "", **more: Any) -> str:
        """Let a venue report; gives its ExecID."""
        self._exec_number += 1
        exec_id = f"E{self._exec_number}"
        last_qty, last_px = more.pop("last_qty", 0), more.pop("last_px", 0)
        leaves = 0 if child.is_over else child.qty - child.cum
        self.apply(
            VenueReport(
                venue=child.venue,
                frame=self._frame(child.venue),
                clord_id=clord_id or child.clord_id,
                orig_clord_id="",
                venue_order_id=f"O{child.clord_id}",
                exec_id=exec_id,
                exec_ref_id=more.pop("exec_ref_id", ""),
                exec_type=exec_type,
                ord_status=ord_status,
                symbol="ACME",
                side=child.side,
                order_qty_e8=child.qty * E8,
                price_e8=None,
                cum_qty_e8=child.cum * E8,
                leaves_qty_e8=leaves * E8,
                avg_px_e8=child.notional * TICK_E8 // child.cum if child.cum else 0,
                last_qty_e8=last_qty * E8,
                last_px_e8=last_px * TICK_E8,
                transact_ns=self.now_ns - 10**6,
                text="as agreed",
                **more,
            )
        )
        return exec_id

    def _child(self, *, is_over: bool = False) -> Child | None:
        found = [child for child in list(self._children.values())[-40:] if child.is_over is is_over]
        return self.choose.choice(found) if found else None

    def _frame(self, venue: str) -> int:
        self._frames[venue] += 1
        return self._frames[venue]
