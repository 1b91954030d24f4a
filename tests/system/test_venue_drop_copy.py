"""Drop copies: what our members trade elsewhere is in their positions, each execution once, whoever begins again."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from certification.broker import Broker
from tests.system.floor import BUY, SELL
from tests.system.operating import until
from tests.system.trading_system import ROOT
from tests.system.venue_floor import VenueFloor
from tradsys_oms.venues.simulator.simulator import Simulator

COPIES = {"COPY8": "8", "COPYAE": "AE"}
"""Sessions of the drop copy, and how it tells them what was traded."""
THEIRS, FOREIGN = "ACC1", "ACC2"
"""The account elsewhere that is our member's, and one that is nobody's."""


class Elsewhere(VenueFloor):
    """A daemon with two drop copies of a venue where somebody trades without us."""

    somebody: Broker | None = None

    def start(self) -> Elsewhere:
        """Start, and log the trader on."""
        sessions = [{"target": target, "drop_copy": kind} for target, kind in COPIES.items()]
        venue = self.add_market("CLEAR", {"sessions": [*sessions, {"target": "ELSEWHERE"}]})
        self.system.settings["venues"].clear()
        self.system.settings["routes"].clear()
        for target in COPIES:
            keys = {"id": target, "sender_comp_id": target, "drop_copy": True}
            keys |= {"accounts": {f"BROKER44/{target}": THEIRS}}
            self.system.settings["venues"].append(venue.settings | keys)
        self.markets.clear()
        self.venue_elsewhere = venue
        super().start()
        self.wait_logged_on()
        port, folder = self.simulator.port, self.system.folder / "ELSEWHERE"
        self.somebody = Broker("ELSEWHERE", "FIX.4.4", port, folder, target_comp_id="CLEAR", specs=ROOT / "fix_specs")
        self.somebody.start()
        return self

    @property
    def simulator(self) -> Simulator:
        """The venue elsewhere."""
        return self.venue_elsewhere.simulator

    def wait_logged_on(self) -> None:
        """Wait until both drop copies are."""
        for target in COPIES:
            until(lambda target=target: self.state(target) == "logged on", f"{target}")  # type: ignore[misc]

    def trade(self, clord_id: str, symbol: str, side: str, steps: str, account: str = THEIRS) -> None:
        """Let somebody trade elsewhere."""
        assert self.somebody is not None
        self.somebody.order(clord_id, symbol, side, "100", "100", extra={1: account})
        until(lambda: clord_id in self.simulator.received_count, "the order elsewhere")
        self.simulator.act(clord_id, steps, "ELSEWHERE")

    def held(self, symbol: str) -> dict[str, str]:
        """Give what the accounts of both drop copies hold, as `tradsys position list` has it."""
        rows = self.read("position", "list", "--member", "BROKER44", "--symbol", symbol)
        return {row["account"]: row["quantity"] for row in rows}

    def holds(self, symbol: str, quantity: str) -> None:
        """Wait until both accounts hold so much."""
        wanted = dict.fromkeys(COPIES, quantity)
        until(lambda: self.held(symbol) == wanted, f"positions of {quantity}: {self.held(symbol)}")

    def close(self) -> None:
        """End everything."""
        if self.somebody is not None:
            self.somebody.drop()
        super().close()
        self.venue_elsewhere.close()


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """Run one daemon for all cases."""
    made = Elsewhere(tmp_path_factory.mktemp("copies"))
    try:
        yield made.start()
    finally:
        made.close()


def test_fills_corrections_and_busts_change_positions(floor: Elsewhere) -> None:
    symbol = floor.symbol()
    floor.trade("P1", symbol, BUY, "fill 40 then fill 20@99")
    floor.holds(symbol, "60")
    (row, _) = floor.read("position", "list", "--member", "BROKER44", "--symbol", symbol)
    assert row["avg_px"].startswith("99.66")
    floor.simulator.act("P1", "correct 2:30@99", "ELSEWHERE")
    floor.holds(symbol, "70")
    floor.simulator.act("P1", "bust 1", "ELSEWHERE")
    floor.holds(symbol, "30")
    floor.trade("P2", symbol, SELL, "fill 100")
    floor.holds(symbol, "-70")


def test_each_execution_counts_once_over_restarts_of_links_and_daemon(floor: Elsewhere) -> None:
    symbol = floor.symbol()
    floor.trade("D1", symbol, BUY, "fill 10")
    floor.holds(symbol, "10")
    for target in COPIES:
        os.kill(floor.venue(target)["link"]["pid"], signal.SIGKILL)
        floor.wait_down(target)
    floor.simulator.act("D1", "fill 20", "ELSEWHERE")
    floor.wait_logged_on()
    floor.holds(symbol, "30")
    floor.system.daemon.kill()
    floor.simulator.act("D1", "fill 30", "ELSEWHERE")
    floor.system.daemon.start()
    floor.wait_logged_on()
    floor.holds(symbol, "60")
    before = floor.venue("COPY8")["quarantined"]
    for fill in floor.simulator.order("D1", "ELSEWHERE").fills:
        fields = {37: "O", 11: "D1", 17: fill.exec_id, 150: "F", 39: "1", 55: symbol, 54: BUY, 1: THEIRS, 38: "100"}
        quantity = str(fill.qty_e8 // 10**8)
        fields |= {32: quantity, 31: "100", 14: "60", 151: "40", 6: "100", 60: "20261121-10:00:00"}
        floor.simulator.send("8", fields, "COPY8")
    floor.simulator.act("D1", "fill rest", "ELSEWHERE")
    floor.holds(symbol, "100")
    assert floor.venue("COPY8")["quarantined"] == before


def test_an_account_of_nobody_waits_for_an_operator(floor: Elsewhere) -> None:
    symbol = floor.symbol()
    before = {target: floor.venue(target)["quarantined"] for target in COPIES}
    floor.trade("F1", symbol, BUY, "fill 10", FOREIGN)
    for target in COPIES:
        until(lambda target=target: floor.venue(target)["quarantined"] > before[target], "it")  # type: ignore[misc]
        assert FOREIGN in floor.venue(target)["reports_in_quarantine"][-1]["fault"]
    assert floor.held(symbol) == {}


def test_what_an_account_elsewhere_holds_is_shown(floor: Elsewhere) -> None:
    symbol = floor.symbol()
    position = {721: "P1", 728: "0", 715: "20261121", 55: symbol, 702: "1", 703: "TOT", 704: "120", 705: "20"}
    floor.simulator.send("AP", position, "COPY8")
    until(lambda: symbol in floor.venue("COPY8")["balances"], "the balance")
    assert floor.venue("COPY8")["balances"][symbol] == {"total": "100", "available": "100"}
