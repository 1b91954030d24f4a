"""Health of venues: requests are held against their answers, and what follows from it is a command.

A request that is not answered in time is asked for (`AskVenue`), and opens the circuit breaker of its venue. Orders in
doubt are asked for again, three times; then an operator has to decide (`GiveUpAsking`). What is out and what is in
doubt the core knows; here are only the times, so a restart of the daemon loses nothing but patience.

All times are of a monotonic clock that is handed in: a step of the wall clock is no fault of a venue.
"""

from __future__ import annotations

import random
import time
from bisect import bisect_left
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Final

import structlog
from msgspec import Struct, field

from tradsys_oms.core.commands import AskVenue, BarVenue, GiveUpAsking, VenueLink, VenueRefusal, VenueReport
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import VenueCancel, VenueOrder, VenueReplace
from tradsys_oms.core.fields import ExecType
from tradsys_oms.core.routing.lost import WAITING
from tradsys_oms.sequencer import Sequencer
from tradsys_oms.venue_lines.breaker import HALF_OPEN, NS_PER_MS, NS_PER_S, OPEN, Breaker, BreakerRules
from tradsys_oms.venue_lines.frames import LinkCommand

BREAKER: Final = "breaker"
"""Kind of the bar."""
PROBING: Final = "its probes are not answered yet"
ASKS_MAX: Final = 3
"""So often a doubt is asked for again."""
ASKS_PER_TICK: Final = 50
"""A venue that is silent about thousands of orders is not asked for all of them at once."""
LATENCY_BOUNDS_MS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)

log = structlog.get_logger(__name__)


class HealthRules(Struct, frozen=True, kw_only=True):
    """How long the answers of a venue may take, and what opens its breaker."""

    answer_timeout_ms: int = 5_000
    pending_max_s: int = 300
    """How long it may call a request pending, 0 for ever."""
    breaker: BreakerRules = BreakerRules()


class Latency:
    """How long answers to orders took, in buckets; other threads may read it."""

    def __init__(self) -> None:
        self.counts = [0] * (len(LATENCY_BOUNDS_MS) + 1)
        self.sum_ns = 0
        self.last_ns = 0

    def count(self, latency_ns: int) -> None:
        """Count one."""
        self.counts[bisect_left(LATENCY_BOUNDS_MS, latency_ns / NS_PER_MS)] += 1
        self.sum_ns += latency_ns
        self.last_ns = latency_ns


class _Watch(Struct, gc=False):
    """What is looked at of one venue."""

    rules: HealthRules
    breaker: Breaker
    latency: Latency = field(default_factory=Latency)
    out: dict[str, tuple[int, str, bool]] = field(default_factory=dict)
    """Requests not answered, by ClOrdID, the oldest first: when sent, the first request of the order, and whether it is
    that."""
    waiting: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Requests that the venue calls pending, by ClOrdID, the oldest first: since when, and the first of the order."""


class _Doubt(Struct, gc=False):
    asked_ns: int
    """As the core has it."""
    since_ns: int
    """When we saw that."""
    asks: int = 0


class VenueHealth:
    """Watches all venues that take orders."""

    def __init__(
        self,
        engine: Engine,
        sequencer: Sequencer,
        clock_ns: Callable[[], int] = time.monotonic_ns,
        spread: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._engine, self._sequencer, self._clock_ns, self._spread = engine, sequencer, clock_ns, spread
        self._watches: dict[str, _Watch] = {}
        self._doubts: dict[str, _Doubt] = {}

    def follow(self, rules: Mapping[str, HealthRules]) -> None:
        """Watch these venues, by these rules, and no others."""
        before, self._watches = self._watches, {}
        for venue, wanted in rules.items():
            watch = before.get(venue)
            if watch is None:
                watch = _Watch(wanted, Breaker(wanted.breaker, self._spread))
                if BREAKER in self._engine.routing.venues[venue].bars:
                    watch.breaker.take_over(self._clock_ns())
            watch.rules, watch.breaker.rules = wanted, wanted.breaker
            self._watches[venue] = watch

    def breaker(self, venue: str) -> Breaker | None:
        """Give the breaker of a venue that is watched, for looking at."""
        watch = self._watches.get(venue)
        return None if watch is None else watch.breaker

    def latencies(self) -> dict[str, Latency]:
        """Give how long answers took, by venue."""
        return {venue: watch.latency for venue, watch in tuple(self._watches.items())}

    # What goes out and what comes in.

    def sent(self, event: VenueOrder | VenueCancel | VenueReplace, seq: int, index: int, _time_ns: int) -> None:
        """Note a request whose link may send it from now on."""
        watch = self._watches.get(event.venue)
        if watch is None:
            return
        self._see_lifting(event.venue, watch)
        clord_id = f"{seq}-{index}"
        if isinstance(event, VenueOrder):
            watch.out[clord_id] = self._clock_ns(), clord_id, True
            watch.breaker.sent(clord_id)
            self._bar(event.venue, watch)
        else:
            watch.out[clord_id] = self._clock_ns(), event.first_clord_id, False

    def heard(self, command: LinkCommand) -> None:
        """Take note of what a link has said."""
        watch = self._watches.get(command.venue)
        if watch is None:
            return
        self._see_lifting(command.venue, watch)
        if isinstance(command, VenueReport | VenueRefusal):
            self._answered(watch, command)
        elif isinstance(command, VenueLink) and not command.is_logged_on:
            watch.out.clear()
            watch.waiting.clear()
            watch.breaker.line_lost()
        else:
            return
        self._bar(command.venue, watch)

    def _answered(self, watch: _Watch, command: VenueReport | VenueRefusal) -> None:
        if isinstance(command, VenueReport) and pending_status(command) in WAITING:
            self._note_waiting(watch, command)
        elif watch.waiting:
            watch.waiting.pop(command.clord_id, None)
        sent = watch.out.pop(command.clord_id, None)
        if sent is None:
            return
        sent_ns, _, is_order = sent
        now_ns = self._clock_ns()
        if isinstance(command, VenueRefusal) and command.kind == "unsent":
            watch.breaker.unsent(command.clord_id)
            return
        if is_order:
            watch.latency.count(now_ns - sent_ns)
        if is_refusal(command):
            watch.breaker.refused(command.clord_id, now_ns)
        elif is_order:
            watch.breaker.answered(command.clord_id, now_ns - sent_ns, now_ns)

    def _note_waiting(self, watch: _Watch, command: VenueReport) -> None:
        """Note what the venue says is waiting there."""
        child = self._engine.routing.children.get(command.clord_id)
        if child is not None:
            kinds, now_ns = WAITING[pending_status(command)], self._clock_ns()
            for clord_id, request in child.requests.items():
                if request.kind in kinds:
                    watch.waiting.setdefault(clord_id, (now_ns, child.clord_id))

    # What comes with time.

    def tick(self) -> None:
        """Ask for what is overdue, and let breakers try again."""
        now_ns = self._clock_ns()
        for venue, watch in self._watches.items():
            self._see_lifting(venue, watch)
            self._ask_overdue(venue, watch, now_ns)
            self._give_up_waiting(venue, watch, now_ns)
            watch.breaker.tick(now_ns)
            self._bar(venue, watch)
        self._ask_again(now_ns)

    def _ask_overdue(self, venue: str, watch: _Watch, now_ns: int) -> None:
        routing, timeout_ms = self._engine.routing, watch.rules.answer_timeout_ms
        overdue = [
            (clord_id, first)
            for clord_id, (sent_ns, first, _) in islice(watch.out.items(), ASKS_PER_TICK)
            if now_ns - sent_ns >= timeout_ms * NS_PER_MS
        ]
        for clord_id, first in overdue:
            del watch.out[clord_id]
            child = routing.children.get(first)
            if child is None or clord_id not in child.requests or not routing.venues[venue].is_logged_on:
                continue  # answered in the meantime, or in doubt with all others
            log.warning("venue_silent", venue=venue, clord_id=clord_id, after_ms=timeout_ms)
            watch.breaker.unanswered(clord_id, timeout_ms, now_ns)
            if first not in routing.doubts and not child.is_given_up:
                self._sequencer.submit(AskVenue(venue, first))

    def _give_up_waiting(self, venue: str, watch: _Watch, now_ns: int) -> None:
        """Leave to an operator what the venue calls pending for too long."""
        limit_s = watch.rules.pending_max_s
        for clord_id, (since_ns, first) in tuple(islice(watch.waiting.items(), ASKS_PER_TICK)):
            if not limit_s or now_ns - since_ns < limit_s * NS_PER_S:
                return
            del watch.waiting[clord_id]
            child = self._engine.routing.children.get(first)
            request = child.requests.get(clord_id) if child is not None else None
            if child is None or request is None or request.is_in_doubt or child.is_given_up:
                continue  # answered in the meantime, or asked about already
            text = f"{venue} has called the {request.kind} {clord_id} pending for {limit_s} s"
            self._sequencer.submit(GiveUpAsking(venue, first, text))

    def _ask_again(self, now_ns: int) -> None:
        """Ask for doubts whose answer is overdue, or leave them to an operator."""
        routing, before, left = self._engine.routing, self._doubts, ASKS_PER_TICK
        self._doubts = {}
        for first, asked_ns in tuple(routing.doubts.items()):
            child = routing.children.get(first)
            watch = self._watches.get(child.venue) if child is not None else None
            if child is None or watch is None or child.is_given_up or (child.ended_as and not child.requests):
                continue
            if not routing.venues[child.venue].is_logged_on:
                continue  # the core asks for it when the line is back
            doubt = before.get(first)
            if doubt is None:
                doubt = _Doubt(asked_ns, now_ns)
            elif doubt.asked_ns != asked_ns:
                doubt.asked_ns, doubt.since_ns = asked_ns, now_ns
            self._doubts[first] = doubt
            timeout_ms = watch.rules.answer_timeout_ms
            if left and now_ns - doubt.since_ns >= timeout_ms * NS_PER_MS:
                left -= 1
                self._ask_once_more(child.venue, first, doubt, timeout_ms)
                doubt.asked_ns, doubt.since_ns = routing.doubts.get(first, 0), now_ns

    def _ask_once_more(self, venue: str, first: str, doubt: _Doubt, timeout_ms: int) -> None:
        if doubt.asks < ASKS_MAX:
            doubt.asks += 1
            self._sequencer.submit(AskVenue(venue, first))
            return
        text = f"{venue} was asked {ASKS_MAX + 1} times and has not answered within {timeout_ms} ms"
        self._sequencer.submit(GiveUpAsking(venue, first, text))

    def _see_lifting(self, venue: str, watch: _Watch) -> None:
        """Close a breaker whose bar an operator has taken away: before anything else, or the bar would come back."""
        if watch.breaker.is_barring and BREAKER not in self._engine.routing.venues[venue].bars:
            watch.breaker.close()

    def _bar(self, venue: str, watch: _Watch) -> None:
        """Bring the core in step with the breaker."""
        breaker, bar = watch.breaker, self._engine.routing.venues[venue].bars.get(BREAKER)
        is_reopened = bar == PROBING and breaker.state == OPEN
        if is_reopened or breaker.is_barring != (bar is not None):
            reason = why(breaker)
            self._sequencer.submit(BarVenue(venue, BREAKER, breaker.is_barring, reason))
            log.warning("venue_breaker", venue=venue, state=breaker.state, barred=breaker.is_barring, reason=reason)


def why(breaker: Breaker) -> str:
    """Say why a breaker bars its venue, or why not."""
    if breaker.state == HALF_OPEN:
        return PROBING if breaker.is_barring else f"it is tried again with {breaker.rules.probes} orders"
    return breaker.reason or "it answers well again"


def pending_status(command: VenueReport) -> str:
    """Give the OrdStatus that a report tells of a request: in an answer its own, else what the report is about."""
    return command.ord_status if command.exec_type == ExecType.ORDER_STATUS else command.exec_type


def is_refusal(command: VenueReport | VenueRefusal) -> bool:
    """Tell that the venue has refused a request, which a cancel that comes too late is not."""
    if isinstance(command, VenueReport):
        return command.exec_type == ExecType.REJECTED
    return command.kind == "reject"
