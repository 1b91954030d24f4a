"""The venues' part of the demo: orders go to another market, it fails in mid-order, and nothing is lost or doubled.

Two venues are simulated. The broker's orders in HOOLI go to NORTH, and when NORTH is down to SOUTH. NORTH takes two
orders and loses its line: one of them it has answered, and fills it while nobody listens; of the other one nobody
knows anything. When NORTH is back, the first comes by FIX's resend, the second by a status request.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from certification.broker import Broker
from certification.daemon import Daemon, DaemonError
from certification.venue import VenueProcess
from tradsys_oms.config.model import Config

BUY = "1"
WAIT_S = 20.0
FIRST_LIFE = """\
rules:
  - {on: logon, nth: 2-1000000, do: reject closed for a moment}
  - {qty: "70", do: quiet accept then quiet fill 30}
  - {qty: "100", do: accept then fill 40 then drop then fill rest}
"""
"""NORTH until it is killed: it tells nobody what it does with an order of 70; in an order of 100 its line drops."""
GOOD_LIFE = 'rules: [{qty: "50", do: accept then fill}]'
VENUE_COLUMNS = ("venue", "state", "reason", "orders_working", "orders_in_doubt")


class Market:
    """Both venues, and how the daemon sees them."""

    def __init__(self, config: Config, folder: Path, daemon: Daemon, out: Console) -> None:
        self.daemon, self.out = daemon, out
        self.north, self.south = (
            VenueProcess(venue.venue, version, folder / venue.venue, port=venue.addresses[0].port)
            for venue, version in zip(config.venues, ("FIX.4.4", "FIX.5.0SP2"), strict=True)
        )

    def wait_for(self, condition: Callable[[dict[str, dict[str, Any]]], bool], what: str) -> None:
        """Wait until the daemon sees its venues so, and print them as it sees them."""
        deadline = time.monotonic() + WAIT_S
        while not condition(venues := {row["venue"]: row for row in self.daemon.tradsys("venue", "list")}):
            if time.monotonic() > deadline:
                raise DaemonError(f"{what} did not come within {WAIT_S:.0f} s: {venues}\n{self.daemon.last_lines()}")
            time.sleep(0.05)
        table = Table(title=f"tradsys venue list: {what}", title_justify="left")
        for column in VENUE_COLUMNS:
            table.add_column(column)
        for row in venues.values():
            table.add_row(*(str(row[column]) for column in VENUE_COLUMNS))
        self.out.print(table)


@contextmanager
def market(config: Config, folder: Path, daemon: Daemon, out: Console) -> Iterator[Market]:
    """Run both venues; give them before the daemon starts, so that its links find them."""
    made = Market(config, folder, daemon, out)
    with ExitStack() as stack:
        stack.enter_context(made.north).start(FIRST_LIFE)
        stack.enter_context(made.south).start(GOOD_LIFE)
        out.print(f"[bold]tradsys sim venue[/bold], twice: NORTH and SOUTH, ports {made.north.port}, {made.south.port}")
        yield made


def route(venues: Market, broker: Broker) -> None:
    """Send orders to venues, one of which fails."""
    out = venues.out
    venues.wait_for(lambda seen: all(row["state"] == "up" for row in seen.values()), "both lines are logged on")
    out.print("[bold]BROKER44 bids for HOOLI, 70 and 100: both orders go to NORTH, which says nothing about the first")
    broker.order("V-1", "HOOLI", BUY, "70", "100.00")
    broker.expect(f35="8", f11="V-1", f150="A", f39="A")
    broker.order("V-2", "HOOLI", BUY, "100", "100.00")
    broker.expect(f35="8", f11="V-2", f150="A", f39="A")
    broker.expect(f35="8", f11="V-2", f150="0", f39="0")
    broker.expect(f35="8", f11="V-2", f150="F", f32="40", f30="NORTH")
    out.print("[bold]NORTH has filled 40 of the second order, and its line drops")
    venues.wait_for(lambda seen: seen["NORTH"]["state"] == "down", "NORTH is down, one order is in doubt")
    fail_over(venues, broker)
    out.print("[bold]NORTH is killed with kill -9, and comes back with what it had on disk")
    venues.north.kill()
    venues.north.start(GOOD_LIFE)
    broker.wait_for(lambda told: told_by(told, "NORTH") == 130, "what was filled meanwhile", wait_s=WAIT_S)
    venues.wait_for(lambda seen: seen["NORTH"]["state"] == "up", "NORTH is back, no order is in doubt")
    compare(venues, broker)


def told_by(broker: Broker, venue: str) -> int:
    """Add up what a broker was told to be filled at a venue."""
    return sum(int(report["32"]) for report in broker.log if report.get("30") == venue)


def fail_over(venues: Market, broker: Broker) -> None:
    """Send the next order while the first venue is down."""
    explain = ("route", "explain", "HOOLI", "buy", "50", "--price", "100.00", "--session", broker.comp_id)
    for line in venues.daemon.tradsys(*explain)["explanation"]:
        venues.out.print(f"tradsys {' '.join(explain[:2])}: {line}", markup=False)
    venues.out.print("[bold]BROKER44 bids for 50 HOOLI: SOUTH gets the order, and fills it")
    broker.order("V-3", "HOOLI", BUY, "50", "100.00")
    broker.expect(f35="8", f11="V-3", f150="A")
    broker.expect(f35="8", f11="V-3", f150="0")
    broker.expect(f35="8", f11="V-3", f150="F", f32="50", f30="SOUTH")


def compare(venues: Market, broker: Broker) -> None:
    """Hold what the broker was told against what the venues have on record."""
    table = Table(title="Filled, by the venues' own records and by what BROKER44 was told", title_justify="left")
    for column in ("venue", "orders received", "received twice", "filled there", "told to BROKER44"):
        table.add_column(column)
    for venue in (venues.north, venues.south):
        summary = venue.summary()
        told = told_by(broker, venue.sender)
        filled = sum(qty_e8 for qty_e8, _ in summary.filled.values()) // 10**8
        twice = sum(count > 1 for count in summary.received.values())
        if (filled, twice) != (told, 0):
            raise DaemonError(f"{venue.sender} has filled {filled}, we told {told}; it got {twice} orders twice")
        table.add_row(venue.sender, str(len(summary.filled)), str(twice), str(filled), str(told))
    venues.out.print(table)
