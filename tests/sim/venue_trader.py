"""A broker that sends what the plan says, and believes what it is told: its own picture of its orders."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from certification.broker import Broker, Fields

FINAL = frozenset("248C")
"""OrdStatus (39) after which nothing is to come: Filled, Canceled, Rejected, Expired."""
TRADES_42 = frozenset("12")
QUESTION = "3"
"""ExecTransType (20) of an answer to a status request."""


@dataclass
class Known:
    """An order as its broker knows it."""

    clord_id: str
    """The last that was accepted, or the first."""
    symbol: str
    side: str
    qty: int
    order_id: str = ""
    status: str = ""
    cum_qty: str = "0"
    avg_px: str = "0"
    waiting: dict[str, None] = field(default_factory=dict)
    """Requests that are not answered, the oldest first."""
    asked_s: float = 0.0
    """When the last request was sent."""
    fills: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Quantity and price in 1e-8 of each fill as it counts now, by its first ExecID."""

    @property
    def is_open(self) -> bool:
        """More may come."""
        return self.status not in FINAL


class Trader:
    """Orders of one broker."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.orders: list[Known] = []
        self.exec_ids: Counter[str] = Counter()
        self.surprises: list[Fields] = []
        """Application messages that nobody expects."""
        self._by_clord: dict[str, Known] = {}
        self._first_exec_id: dict[str, str] = {}
        self._read = 0
        self._number = 0

    def order(self, symbol: str, side: str, qty: int, price: str, time_in_force: str) -> None:
        """Enter an order."""
        known = Known(self._next_clord_id(), symbol, side, qty)
        self.orders.append(known)
        self._by_clord[known.clord_id] = known
        self.broker.order(known.clord_id, symbol, side, str(qty), price, time_in_force=time_in_force)

    def cancel(self, which: float = 0, *, is_chained: bool = False, **_: Any) -> None:
        """Ask for the cancel of an order that is open."""
        known = self._one_of(which)
        if known is not None:
            self.cancel_order(known, is_chained=is_chained)

    def cancel_order(self, known: Known, *, is_chained: bool = False) -> None:
        """Ask for the cancel of this one."""
        clord_id, orig = self._request(known, is_chained)
        self.broker.cancel(clord_id, orig, known.symbol, known.side, str(known.qty))

    def replace(self, which: float, times: float, price: str, *, is_chained: bool) -> None:
        """Ask for another price and quantity of an order that is open."""
        known = self._one_of(which)
        if known is not None:
            clord_id, orig = self._request(known, is_chained)
            qty = max(1, round(known.qty * times))
            self.broker.replace(clord_id, orig, known.symbol, known.side, str(qty), price)

    def _one_of(self, which: float) -> Known | None:
        self.read()
        found = [known for known in self.orders if known.is_open]
        return found[int(which * len(found))] if found else None

    def _request(self, known: Known, is_chained: bool) -> tuple[str, str]:
        """Give the ClOrdID of a new request about an order, and the one that it names as OrigClOrdID."""
        orig = next(reversed(known.waiting), known.clord_id) if is_chained else known.clord_id
        clord_id = self._next_clord_id()
        known.waiting[clord_id] = None
        known.asked_s = time.monotonic()
        self._by_clord[clord_id] = known
        return clord_id, orig

    def _next_clord_id(self) -> str:
        self._number += 1
        return f"{self.broker.comp_id[-2:]}-{self._number}"

    # What it is told.

    def read(self) -> None:
        """Take in what has come since the last time."""
        while self._read < len(self.broker.log):
            message = self.broker.log[self._read]
            self._read += 1
            if message["35"] == "8":
                self._take_report(message)
            elif message["35"] == "9":
                self._take_refusal(message)
            else:
                self.surprises.append(message)

    def complaints(self) -> list[Fields]:
        """List what says that one side did not understand the other."""
        admin = (*self.broker.admin, *self.broker.sent_admin)
        return self.surprises + [message for message in admin if message["35"] == "3"]

    def _take_refusal(self, message: Fields) -> None:
        """Take in an OrderCancelReject: it says how the order is now that this request is not pending any more."""
        known = self._by_clord[message["11"]]
        known.waiting.pop(message["11"], None)
        if message["37"] == known.order_id:
            known.status = message["39"]

    def _take_report(self, report: Fields) -> None:
        known = self._by_clord[report["11"]]
        if report["150"] == "I" or report.get("20") == QUESTION:
            return
        self.exec_ids[report["17"]] += 1
        known.order_id = report["37"]
        known.status, known.cum_qty, known.avg_px = report["39"], report["14"], report["6"]
        if report["150"] == "5":
            known.qty = int(report["38"])
        if report["150"] in "045":
            known.clord_id = report["11"]
        if report["150"] not in "A6E":
            known.waiting.pop(report["11"], None)
        self._count(known, report)

    def _count(self, known: Known, report: Fields) -> None:
        """Count a fill, a bust or a correction."""
        kind = report["150"]
        if "20" in report and kind in TRADES_42:
            kind = {"0": "F", "1": "H", "2": "G"}[report["20"]]
        elif "20" in report and report["20"] in "12":
            kind = {"1": "H", "2": "G"}[report["20"]]
        if kind == "F":
            known.fills[report["17"]] = _e8(report["32"]), _e8(report["31"])
            self._first_exec_id[report["17"]] = report["17"]
        elif kind in "GH":
            first = self._first_exec_id[report["19"]]
            self._first_exec_id[report["17"]] = first
            known.fills[first] = (0, 0) if kind == "H" else (_e8(report["32"]), _e8(report["31"]))


def _e8(text: str) -> int:
    whole, _, rest = text.partition(".")
    return int(whole) * 10**8 + int((rest + "00000000")[:8])
