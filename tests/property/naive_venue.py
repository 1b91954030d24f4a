"""A venue as simple as can be, and the wire to it: what arrives, what is lost, and what was never sent.

The venue is the truth: it knows what it has received, how often, and what it has filled. The wire keeps order, as FIX
does; when it is cut, a part of what was on its way has arrived, a part is lost, and a part was never given to it.
"""

from __future__ import annotations

import random
from typing import Any

from msgspec import Struct, field

from tradsys_oms.core.commands import VenueRefusal, VenueReport
from tradsys_oms.core.events import VenueCancel, VenueOrder, VenueQuery, VenueReplace

LOT_E8 = 100_000_000
TICK_E8 = 1_000_000


class Held(Struct):
    """An order at the venue; in lots and ticks."""

    clord_id: str
    order_qty: int
    price: int
    symbol: str
    side: str
    cum_qty: int = 0
    notional: int = 0
    status: str = "0"
    clord_ids: list[str] = []
    fills: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Quantity and price of executions, by ExecID."""

    @property
    def leaves_qty(self) -> int:
        return 0 if self.status in "48C" else self.order_qty - self.cum_qty


class NaiveVenue:
    """One venue behind one wire. `forgets` stands for one that sends nothing again after a line was lost."""

    def __init__(self, name: str, dice: random.Random, *, forgets: bool) -> None:
        self.name = name
        self.dice = dice
        self.forgets = forgets
        self.is_up = False
        self.held: dict[str, Held] = {}
        """By each ClOrdID."""
        self.received: list[str] = []
        self.asked: list[tuple[str, Any]] = []
        """Requests on the wire to the venue."""
        self.told: list[Any] = []
        """Reports on the wire to us."""
        self.exec_number = 0
        self.heard: dict[str, None] = {}
        """ExecIDs that we have heard of."""
        self.echoes = dice.random() < 0.5
        """It says which status request it answers."""

    def cut(self) -> list[VenueRefusal]:
        """Cut the line; give the refusals of what was never given to it."""
        self.is_up = False
        given = self.dice.randint(0, len(self.asked))
        arrived = self.dice.randint(0, given)
        lost, unsent = self.asked[:given], self.asked[given:]
        self.asked = []
        for clord_id, request in lost[:arrived]:
            self.receive(clord_id, request)
        if self.forgets:  # but what can't be seen in the state of an order comes again
            self.told = [report for report in self.told if getattr(report, "exec_type", "") in ("D", "G", "H")]
        return [VenueRefusal(self.name, 0, clord_id, "", "unsent", "", -1, "not sent") for clord_id, _ in unsent]

    def arrive(self) -> None:
        """Let the first request on the wire arrive."""
        if self.asked:
            self.receive(*self.asked.pop(0))

    def receive(self, clord_id: str, request: Any) -> None:
        """Take a request."""
        if not isinstance(request, VenueQuery):
            self.received.append(clord_id)
        match request:
            case VenueOrder():
                self.take_order(clord_id, request)
            case VenueCancel():
                self.take_cancel(clord_id, request)
            case VenueReplace():
                self.take_replace(clord_id, request)
            case VenueQuery():
                self.take_query(clord_id if self.echoes else "", request)

    def take_order(self, clord_id: str, order: VenueOrder) -> None:
        price = (order.price_e8 or 0) // TICK_E8
        held = Held(clord_id, order.order_qty_e8 // LOT_E8, price, order.symbol, order.side, clord_ids=[clord_id])
        self.held[clord_id] = held
        if self.dice.random() < 0.1:
            held.status = "8"
            self.tell(held, "8")
        elif self.dice.random() < 0.9:
            self.tell(held, "0")

    def take_cancel(self, clord_id: str, cancel: VenueCancel) -> None:
        held = self.held.get(cancel.orig_clord_id) or self.held.get(cancel.first_clord_id)
        if held is None or not held.leaves_qty or self.dice.random() < 0.2:
            reason = 1 if held is None else 0
            self.told.append(VenueRefusal(self.name, 0, clord_id, cancel.orig_clord_id, "cancel", "", reason, "no"))
            return
        if self.dice.random() < 0.3:
            self.tell(held, "6", clord_id=clord_id)
        if self.dice.random() < 0.3:
            self.fill(held)
        if held.leaves_qty:
            held.status = "4"
            self.tell(held, "4", clord_id=clord_id)
        else:
            self.told.append(VenueRefusal(self.name, 0, clord_id, cancel.orig_clord_id, "cancel", "2", 0, "filled"))

    def take_replace(self, clord_id: str, replace: VenueReplace) -> None:
        held = self.held.get(replace.orig_clord_id)
        qty = replace.order_qty_e8 // LOT_E8
        is_over = held is None or held.status in "48C" or (not held.leaves_qty and qty <= held.order_qty)
        if held is None or is_over or self.dice.random() < 0.2:
            self.told.append(VenueRefusal(self.name, 0, clord_id, replace.orig_clord_id, "cancel", "", 0, "no"))
            return
        held.order_qty = max(qty, held.cum_qty)
        held.price = (replace.price_e8 or 0) // TICK_E8
        held.clord_ids.append(clord_id)
        self.held[clord_id] = held
        self.tell(held, "5", clord_id=clord_id)

    def take_query(self, req_id: str, query: VenueQuery) -> None:
        if not query.clord_id:
            orders = set_of(self.held)
            for number, each in enumerate(orders, 1):
                self.tell(each, "I", clord_id=each.clord_ids[-1], req_id=req_id, is_last=number == len(orders))
            if not orders:
                self.told.append(self.unknown("", is_last=True))
            return
        held = self.held.get(query.clord_id) or self.held.get(query.first_clord_id)
        if held is None:
            self.told.append(self.unknown(query.clord_id, is_last=False))
        else:
            self.tell(held, "I", clord_id=held.clord_ids[-1], req_id=req_id)

    def unknown(self, clord_id: str, *, is_last: bool) -> VenueReport:
        """Say that no such order is known."""
        return VenueReport(
            self.name, 0, clord_id, "", "", "0", "", "I", "8", "", "", 0, None, 0, 0, 0, is_last_report=is_last
        )

    def act(self) -> None:
        """Do something with an order that works: fill some of it, or end it unasked."""
        working = [held for held in set_of(self.held) if held.leaves_qty]
        if not working:
            return
        held, chance = self.dice.choice(working), self.dice.random()
        if chance < 0.85:
            self.fill(held)
        elif chance < 0.95:
            held.status = self.dice.choice("4C")
            self.tell(held, held.status)
        elif held.leaves_qty > 1:
            held.order_qty -= self.dice.randint(1, held.leaves_qty - 1)
            self.tell(held, "D")

    def fill(self, held: Held) -> None:
        qty = self.dice.randint(1, held.leaves_qty)
        px = held.price - self.dice.randint(0, 3)
        held.cum_qty += qty
        held.notional += qty * px
        self.tell(held, "F", qty, px, clord_id=held.clord_ids[-1])
        held.fills[f"{self.name}-{self.exec_number}"] = (qty, px)

    def amend(self) -> None:
        """Bust or correct an execution that we have heard of."""
        known = [(held, key) for held in set_of(self.held) for key in held.fills if key in self.heard]
        if not known:
            return
        held, key = self.dice.choice(known)
        (qty, px), is_bust = held.fills.pop(key), self.dice.random() < 0.5
        now = 0 if is_bust else self.dice.randint(1, qty)
        now_px = 0 if is_bust else px + self.dice.randint(-2, 2)
        if now == qty and now_px == px:
            held.fills[key] = (qty, px)
            return
        held.cum_qty += now - qty
        held.notional += now * now_px - qty * px
        self.tell(held, "G" if now else "H", now, now_px, exec_ref_id=key)
        if now:
            held.fills[f"{self.name}-{self.exec_number}"] = (now, now_px)

    def hear(self) -> Any:
        """Give the first report on the wire, or now and then the same one again."""
        report = self.told.pop(0)
        exec_id = getattr(report, "exec_id", "")
        if exec_id:
            self.heard[exec_id] = None
        if exec_id and self.dice.random() < 0.05 and report.exec_type != "I":
            self.told.insert(0, report)
        return report

    def tell(
        self,
        held: Held,
        exec_type: str,
        qty: int = 0,
        px: int = 0,
        clord_id: str = "",
        *,
        req_id: str = "",
        exec_ref_id: str = "",
        is_last: bool = False,
    ) -> None:
        """Put a report on the wire."""
        self.exec_number += 1
        status = held.status
        if status == "0" and held.cum_qty:
            status = "2" if not held.leaves_qty else "1"
        avg_px_e8 = (held.notional * TICK_E8 * 2 + held.cum_qty) // (2 * held.cum_qty) if held.cum_qty else 0
        self.told.append(
            VenueReport(
                self.name,
                0,
                clord_id or held.clord_ids[-1],
                "",
                f"O{held.clord_id}",
                "0" if exec_type == "I" else f"{self.name}-{self.exec_number}",
                exec_ref_id,
                exec_type,
                status,
                held.symbol,
                held.side,
                held.order_qty * LOT_E8,
                None,
                held.cum_qty * LOT_E8,
                held.leaves_qty * LOT_E8,
                avg_px_e8,
                qty * LOT_E8,
                px * TICK_E8,
                is_last_report=is_last,
                req_id=req_id,
            )
        )


def set_of(held: dict[str, Held]) -> list[Held]:
    """List orders, each once."""
    return list({each.clord_id: each for each in held.values()}.values())
