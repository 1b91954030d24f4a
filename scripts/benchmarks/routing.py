"""What routing costs the core: an order that goes to a venue against one that rests, and a report of a venue.

Orders go in turns into two engines of one process. One has no routes, and they rest; the other one has twenty, of which
the last one fits, and they go to a venue that is up. Then the venue accepts and fills each of them, which is the second
figure.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from scripts.benchmarks.collector import as_in_the_daemon
from scripts.benchmarks.figures import Figure, MeasurementError, Options, progress
from scripts.benchmarks.risk import CHUNK, STEP_NS, TURNS, TURNS_QUICK, passive_order, reference_data
from tradsys_oms.core.commands import Command, NewOrder, Route, SetRoutes, SetVenue, VenueLink, VenueReport
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Event, Execution, VenueOrder
from tradsys_oms.core.fields import ExecType, OrdStatus

VENUES = ("NORTH", "SOUTH")
CONDITIONS = ("symbols", "members", "sessions", "accounts", "ex_destinations")
ROUTES = 20


def measure(options: Options) -> Iterator[Figure]:
    """Time orders with and without a route, and the reports of the venue."""
    plain, routed = Market(), Market(routes())
    progress("routing: orders that rest and orders that go to a venue, in turns")
    with as_in_the_daemon():
        turns = [
            (plain.orders(), routed.orders(), routed.reports())
            for _ in range(TURNS_QUICK if options.repeats == 1 else TURNS)
        ]
    resting_us, routed_us = median(turn[0] for turn in turns), median(turn[1] for turn in turns)
    progress(f"routing: {resting_us:.2f} us for an order that rests, {routed_us:.2f} us for one that goes to a venue")
    yield Figure("routing_us", median(turn[1] - turn[0] for turn in turns), "us")
    yield Figure("venue_report_us", median(turn[2] for turn in turns), "us")


def routes() -> tuple[Route, ...]:
    """Give routes of which only the last one fits the orders."""
    others = (
        Route(
            f"route-{number}",
            "failover",
            VENUES,
            **{CONDITIONS[number % len(CONDITIONS)]: (f"A-{number}", f"B-{number}", f"C-{number}")},  # type: ignore[arg-type]
        )
        for number in range(ROUTES - 1)
    )
    return (*others, Route("all", "failover", VENUES))


class Market:
    """One account of one member in one instrument, with routes to venues or without any."""

    def __init__(self, routes: tuple[Route, ...] = ()) -> None:
        self.engine = Engine()
        self._seq = self._frame = 0
        self._sent: list[tuple[str, NewOrder]] = []
        """ClOrdID there and order, of orders that the venue has not answered."""
        self._is_routed = bool(routes)
        for command in reference_data():
            self._apply(command)
        if routes:
            for venue in VENUES:
                self._apply(SetVenue(venue, True))
                self._apply(VenueLink(venue, 1, True, "logged on"))
            self._frame = 1
            self._apply(SetRoutes(routes))

    def orders(self) -> float:
        """Give the CPU time of an order in microseconds; all of them must rest, or go to the venue."""
        first = self._seq + 1
        work: list[Command] = [passive_order(seq) for seq in range(first, first + CHUNK)]
        elapsed_s, events = self._timed(work)
        if self._is_routed:
            self._sent = [
                (f"{seq}-1", order)
                for seq, (order, made) in enumerate(zip(work, events, strict=True), first)
                if len(made) == 2 and isinstance(made[1], VenueOrder) and isinstance(order, NewOrder)
            ]
        else:
            self._expect(sum(len(made) == 1 and is_report(made[0], ExecType.NEW) for made in events), "orders rest")
        if self._is_routed:
            self._expect(len(self._sent), "orders went to the venue")
        return elapsed_s / CHUNK * 1e6

    def reports(self) -> float:
        """Let the venue accept and fill all orders that it has; give the CPU time of a report in microseconds."""
        work: list[Command] = [
            self._report(clord_id, order, exec_type) for clord_id, order in self._sent for exec_type in (0, 1)
        ]
        elapsed_s, events = self._timed(work)
        self._expect(sum(is_report(made[0], ExecType.NEW) for made in events[::2]), "orders are accepted")
        self._expect(sum(is_report(made[0], ExecType.TRADE) for made in events[1::2]), "orders are filled")
        return elapsed_s / len(work) * 1e6

    def _timed(self, work: list[Command]) -> tuple[float, list[list[Event]]]:
        apply, first = self.engine.apply, self._seq + 1
        self._seq += len(work)
        numbered = [(seq, seq * STEP_NS, command) for seq, command in enumerate(work, first)]
        events = []
        started_s = time.thread_time()
        for seq, time_ns, command in numbered:
            events.append(apply(seq, time_ns, command))
        return time.thread_time() - started_s, events

    def _report(self, clord_id: str, order: NewOrder, is_fill: int) -> VenueReport:
        self._frame += 1
        qty, price = order.order_qty_e8, order.price_e8
        assert price is not None  # noqa: S101 - for the type checker: all are limit orders
        return VenueReport(
            venue=VENUES[0],
            frame=self._frame,
            clord_id=clord_id,
            orig_clord_id="",
            venue_order_id=f"V{clord_id}",
            exec_id=f"E{self._frame}",
            exec_ref_id="",
            exec_type=ExecType.TRADE if is_fill else ExecType.NEW,
            ord_status=OrdStatus.FILLED if is_fill else OrdStatus.NEW,
            symbol=order.symbol,
            side=order.side,
            order_qty_e8=qty,
            price_e8=price,
            cum_qty_e8=qty if is_fill else 0,
            leaves_qty_e8=0 if is_fill else qty,
            avg_px_e8=price if is_fill else 0,
            last_qty_e8=qty if is_fill else 0,
            last_px_e8=price if is_fill else 0,
            transact_ns=self._seq * STEP_NS,
        )

    def _apply(self, command: Command) -> None:
        self._seq += 1
        self.engine.apply(self._seq, self._seq * STEP_NS, command)

    def _expect(self, count: int, what: str) -> None:
        if count != CHUNK:
            raise MeasurementError(f"routing: {count} of {CHUNK} {what}")


def is_report(event: Event, exec_type: str) -> bool:
    """Tell whether an event is a report of that type."""
    return isinstance(event, Execution) and event.exec_type == exec_type
