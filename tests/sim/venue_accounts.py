"""Do all agree? Four books of one run are held against each other, order by order: what brokers were told, what the
core knows (its journal, replayed), what PostgreSQL has, and what really happened at the venues.
"""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.sim.venue_trader import Known, Trader
from tests.sim.venue_world import VenueProcess, World
from tradsys_oms.clearing.queries import executions
from tradsys_oms.core.book.orders import Order
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Execution, OrderRejected, ReportQuarantined, VenueOrder
from tradsys_oms.core.fields import ExecType
from tradsys_oms.journal.entries import Entry
from tradsys_oms.journal.reader import read_entries
from tradsys_oms.recovery import replay
from tradsys_oms.venues.simulator.orders import Order as VenueTruth

E8 = 10**8
EXPECTED = frozenset(("order_in_doubt", "link_failed", "http_request_failed"))
"""Grave records of the log that a run may have: silent venues are part of it, and so is a link that finds the link of a
daemon that was killed still alive, because it was frozen; and probes are broken off by kills."""
CRASHES = (-signal.SIGABRT, -signal.SIGSEGV)
"""Exit codes of a process that QuickFIX has ended."""
ENDED_AS = {"2": "2", "3": "4", "4": "4", "8": "8", "C": "C"}


@dataclass
class Findings:
    """What an examination has counted, and what it has found wrong."""

    faults: list[str] = field(default_factory=list)
    orders: int = 0
    children: int = 0
    filled: int = 0
    """In shares, over all venues."""
    fills: int = 0

    def check(self, is_right: object, sentence: str) -> None:
        """Note a fault if something is not right."""
        if not is_right:
            self.faults.append(sentence)


class Journal:
    """The journal of a run, and the core that it makes."""

    def __init__(self, world: World) -> None:
        self.engine = Engine()
        self.entries: list[Entry] = list(read_entries(world.system.state_dir / "journal"))
        replay(self.engine, self.entries)
        self.sent = {f"{seq}-{index}": event for seq, index, event in self._events() if isinstance(event, VenueOrder)}
        self.quarantined = [event for _, _, event in self._events() if isinstance(event, ReportQuarantined)]

    def _events(self) -> Iterator[tuple[int, int, object]]:
        for entry in self.entries:
            for index, event in enumerate(entry.events):
                yield entry.seq, index, event

    def exec_ids(self) -> Counter[tuple[str, str]]:
        """Count (session, ExecID) of all reports but answers to status requests."""
        return Counter(
            (event.session, f"{seq}-{index}")
            for seq, index, event in self._events()
            if isinstance(event, OrderRejected)
            or (isinstance(event, Execution) and event.exec_type != ExecType.ORDER_STATUS)
        )


def examine(world: World, traders: Mapping[str, Trader]) -> Findings:
    """Stop the venues, and compare all books."""
    findings = Findings()
    url = world.system.daemon.wait_projected()["url"]
    in_postgres = Counter(row["exec_id"] for row in executions(url, 1_000_000))
    rows = world.venue_rows()
    journal = Journal(world)
    in_journal = journal.exec_ids()
    for trader in traders.values():
        trader.read()
    told = Counter({(name, exec_id): n for name, trader in traders.items() for exec_id, n in trader.exec_ids.items()})
    findings.check(told == in_journal, f"reports told and journaled differ: {_difference(told, in_journal)}")
    of_journal = Counter({exec_id: count for (_, exec_id), count in in_journal.items()})
    findings.check(in_postgres == of_journal, f"PostgreSQL and journal: {_difference(in_postgres, of_journal)}")
    findings.check(not journal.quarantined, f"in quarantine: {journal.quarantined}")
    for name, row in rows.items():
        wrong = {key: row[key] for key in ("orders_working", "orders_in_doubt", "orders_to_resolve") if row[key]}
        findings.check(not wrong, f"{name} has {wrong}")
    findings.check(not _grave(world), f"in the log: {_grave(world)}")
    for trader in traders.values():
        _examine_trader(trader, journal.engine, findings)
    for venue in world.venues.values():
        _examine_venue(venue, journal, findings)
    return findings


def _grave(world: World) -> list[str]:
    """List what the daemon and its links have logged that should never be: faults of theirs, damaged files."""
    found = []
    for line in world.system.daemon.log.read_text().splitlines():
        record = json.loads(line) if line.startswith("{") else {"event": line}
        is_grave = record.get("level") == "critical" or "exception" in record or record.get("exit_code") in CRASHES
        if is_grave and record["event"] not in EXPECTED:
            found.append(line[:2_000])
    return found


def _difference(one: Counter[Any], other: Counter[Any]) -> str:
    more, less = one - other, other - one
    return f"only there {dict(more)}, only here {dict(less)}"


# Brokers and the core.


def _examine_trader(trader: Trader, engine: Engine, findings: Findings) -> None:
    name = trader.broker.comp_id
    findings.check(not trader.complaints(), f"{name} complains: {trader.complaints()}")
    for known in trader.orders:
        findings.orders += 1
        order = engine.orders.find(int(known.order_id or 0))
        findings.check(known.status, f"{name} was told nothing of {known}")
        findings.check(not known.is_open and not known.waiting, f"{name} has {known} without an end")
        if order is None:
            findings.check(known.status == "8", f"the core does not know {known} of {name}")
        else:
            _compare_order(name, known, order, engine, findings)


def _compare_order(name: str, known: Known, order: Order, engine: Engine, findings: Findings) -> None:
    told = (known.status, int(known.cum_qty), sum(qty for qty, _ in known.fills.values()) // E8)
    true = (order.ord_status, order.cum_qty, order.cum_qty)
    findings.check(told == true, f"{name} was told {told}, and the core knows {true}: {known}")
    notional = sum(qty * px for qty, px in known.fills.values())
    true_notional = order.cum_notional * order.instrument.tick_e8 * E8
    findings.check(notional == true_notional, f"{name} paid {notional}, and the core knows {true_notional}: {known}")
    findings.fills += len(known.fills)
    away = engine.routing.aways.get(order.order_id)
    at_venues = sum(child.cum_qty for child in away.children) if away is not None else 0
    findings.check(order.cum_qty == at_venues, f"venues have filled {at_venues} of {known}, the core {order.cum_qty}")


# The core and the venues.


def _examine_venue(venue: VenueProcess, journal: Journal, findings: Findings) -> None:
    truth = {order.clord_ids[0]: order for order in venue.orders()}
    received = Counter(receipt["clord_id"] for receipt in venue.receipts() if receipt["msg_type"] == "D")
    again = [receipt for receipt in venue.receipts() if receipt["msg_type"] in "DFG" and receipt["poss_dup"]]
    findings.check(not again, f"{venue.name} received possible duplicates: {again}")
    twice = {clord_id: count for clord_id, count in received.items() if count > 1}
    findings.check(not twice, f"{venue.name} received more than once: {twice}")
    sent = {clord_id for clord_id, event in journal.sent.items() if event.venue == venue.name}
    findings.check(set(received) <= sent, f"{venue.name} received what nobody sent: {set(received) - sent}")
    findings.check(set(truth) <= sent, f"{venue.name} has what nobody sent: {set(truth) - sent}")
    for clord_id in sent:
        findings.children += 1
        _compare_child(venue.name, clord_id, truth.get(clord_id), journal.engine, findings)


def _compare_child(name: str, clord_id: str, truth: VenueTruth | None, engine: Engine, findings: Findings) -> None:
    child = engine.routing.children[clord_id]
    qty, notional = (truth.cum_qty_e8, truth.notional) if truth is not None else (0, 0)
    findings.filled += qty // E8
    about = f"{clord_id} at {name}, {truth}, is to the core {child.ended_as} {child.cum_qty} {child.requests}"
    findings.check(child.cum_qty * E8 == qty, f"quantities differ: {about}")
    tick_e8 = child.away.order.instrument.tick_e8
    findings.check(child.cum_notional * tick_e8 * E8 == notional, f"values differ: {about}")
    findings.check(child.ended_as and not child.requests, f"has no end: {about}")
    if truth is not None:
        findings.check(not truth.is_open, f"is open there: {about}")
        findings.check(ENDED_AS.get(truth.status) == child.ended_as, f"ends differ: {about}")
