"""One daemon for many cases: a trading floor with an instrument for each case, and brokers who read their reports.

A case takes instruments that nobody else has, says what a broker sends, and lists the reports that must come: all of
them, in their order, in the words of FIX 4.4 and later. FIX 4.2 says fills as 150=1 or 2, and nothing when a stop is
triggered.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

from click.testing import CliRunner

from certification.broker import Broker, Fields
from tests.system.operating import ask
from tests.system.trading_system import ROOT, VERSIONS, TradingSystem
from tradsys_oms.cli.main import root

BUY, SELL = "1", "2"
INSTRUMENTS = 120
FALLING = 4
"""Instruments whose short sales are restricted after a fall."""
SECOND, ALONE = "2ND.", "ALONE."
"""Before the CompID of a broker: a second session of its member; a member that has no orders of other cases."""


class Trader:
    """A broker with QuickFIX and our dictionary, whose reports are compared as whole lists."""

    numbers = itertools.count(1)

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.is_42 = broker.version == "FIX.4.2"
        self.is_50 = broker.version == "FIX.5.0SP2"

    def order(self, clord_id: str, symbol: str, side: str, quantity: int, price: str = "", **tags: str) -> None:
        """Send an order: Limit with a price, else Market; `t40="3"` and the like set or change fields."""
        extra = {int(tag[1:]): value for tag, value in tags.items()}
        self.broker.order(clord_id, symbol, side, str(quantity), price or None, extra=extra)

    def send(self, msg_type: str, **tags: str) -> None:
        """Send any message."""
        self.broker.send(msg_type, {int(tag[1:]): value for tag, value in tags.items()})

    def replace(self, clord_id: str, orig: str, symbol: str, side: str, quantity: int, price: str, **tags: str) -> None:
        """Send a replace of a Limit order."""
        hand = {"t21": "1"} if self.is_42 else {}
        fields = {"t11": clord_id, "t41": orig, "t55": symbol, "t54": side, "t38": str(quantity)}
        self.send("G", **(fields | {"t40": "2", "t44": price} | hand | tags))

    def sees(self, *wanted: str) -> list[Fields]:
        """Expect these reports and no others in between, each "ClOrdID 150 39 CumQty LeavesQty"; gives them."""
        lines = [line for line in wanted if not (self.is_42 and line.split()[1] == "L")]
        got = [self.broker.next() for _ in lines]
        seen = [" ".join(report.get(tag, "-") for tag in ("11", "150", "39", "14", "151")) for report in got]
        assert seen == [self._in_my_words(line) for line in lines], got
        return got

    def _in_my_words(self, line: str) -> str:
        clord_id, exec_type, *rest = line.split()
        if self.is_42 and exec_type in "FGH":
            exec_type = "2" if rest[0] == "2" else "1"
        elif self.is_42 and exec_type == "I":
            exec_type = rest[0]
        if self.is_42 and exec_type == "5" and rest[0] == "0":
            rest[0] = "5"
        return " ".join((clord_id, exec_type, *rest))

    def left_over(self) -> list[Fields]:
        """Take what has come and nobody asked about, up to the answer to a question that is asked now."""
        question = f"Q{next(self.numbers)}"
        self.broker.status(question, "NONE", BUY)
        left: list[Fields] = []
        while (message := self.broker.next()).get("11") != question:
            left.append(message)
        rejects = self.complaints()
        self.broker.admin.clear()
        self.broker.sent_admin.clear()
        return left + rejects

    def complaints(self) -> list[Fields]:
        """List the Rejects by which one side said that it doesn't take a message of the other."""
        return [message for message in (*self.broker.admin, *self.broker.sent_admin) if message["35"] == "3"]


class Floor:
    """The daemon, its brokers, and instruments that no case has had yet."""

    def __init__(self, system: TradingSystem) -> None:
        self.system = system
        self._symbols: Iterator[str] = iter([f"X{number}" for number in range(INSTRUMENTS)])
        template = system.settings["instruments"][0]
        system.settings["instruments"] += [
            template | {"symbol": f"X{number}", "underlying": f"U{number}"} for number in range(INSTRUMENTS)
        ]
        self._falling_symbols = iter([f"FALL{number}" for number in range(FALLING)])
        system.settings["instruments"] += [
            template | {"symbol": f"FALL{number}", "short_sale_trigger_percent": 10} for number in range(FALLING)
        ]
        for comp_id, version in VERSIONS.items():
            system.settings["sessions"].append({"comp_id": SECOND + comp_id, "member": comp_id, "version": version})
            system.settings["members"].append({"id": ALONE + comp_id})
            system.settings["sessions"].append({"comp_id": ALONE + comp_id, "version": version})
        self._traders: dict[str, Trader] = {}

    def start(self) -> Floor:
        """Start the daemon."""
        self.system.write_config()
        self.system.daemon.start()
        return self

    def symbol(self) -> str:
        """Give an instrument of its own to a case."""
        return next(self._symbols)

    def falling_symbol(self) -> str:
        """Give an instrument of its own to a case, one whose short sales are restricted after a fall."""
        return next(self._falling_symbols)

    def trader(self, comp_id: str) -> Trader:
        """Give a broker, who is logged on once for all cases."""
        if comp_id not in self._traders:
            version, system = VERSIONS[comp_id.removeprefix(SECOND).removeprefix(ALONE)], self.system
            broker = Broker(comp_id, version, system.fix_port, system.folder / comp_id, specs=ROOT / "fix_specs")
            system.brokers[comp_id] = broker
            self._traders[comp_id] = Trader(broker.start())
        return self._traders[comp_id]

    def left_over(self) -> list[Fields]:
        """Take what the brokers were sent and no case asked about."""
        return [message for trader in self._traders.values() for message in trader.left_over()]

    def phase(self, symbol: str, *phases: str) -> None:
        """Bring an instrument through phases, as `tradsys market phase` does."""
        for phase in phases:
            self.market("phase", symbol, phase=phase)

    def market(self, action: str, symbol: str, **more: Any) -> None:
        """Do what `tradsys market ACTION` does."""
        ask(self.system, "market.act", action=action, symbol=symbol, reason="test", user="desk", **more)

    def operate(self, *arguments: str) -> None:
        """Act by the verbs of the CLI, without the time that a process of its own takes to start."""
        self._run(*arguments, "--reason", "agreed by phone", "--yes")

    def read(self, *arguments: str) -> Any:
        """Give what a reading verb of the CLI prints as JSON."""
        return json.loads(self._run(*arguments, "-o", "json"))

    def _run(self, *arguments: str) -> str:
        env = {"SUDO_USER": "night", "TRADSYS_CONFIG": str(self.system.config)}
        done = CliRunner().invoke(root, arguments, env=env)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout
