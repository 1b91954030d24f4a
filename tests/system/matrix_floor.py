"""One daemon with three brokers and the venues that their orders go to, each venue in another version of FIX.

All of it is real: brokers are QuickFIX initiators, the daemon and its links are processes. Venues are simulators, which
do nothing by themselves: the test says what they report.
"""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path
from typing import Any, Final

from click.testing import CliRunner

from certification.broker import Broker, Fields, readable
from tests.system.operating import ask, until
from tests.system.trading_system import VERSIONS, TradingSystem
from tradsys_oms.cli.main import root
from tradsys_oms.fix.message import Message
from tradsys_oms.venues.simulator.script import Rule, Script
from tradsys_oms.venues.simulator.simulator import Simulator, SimulatorSettings
from tradsys_oms.venues.simulator.steps import parse_program

FIX42, FIX44, FIX50 = "FIX.4.2", "FIX.4.4", "FIX.5.0SP2"
DIALECTS: Final = {FIX42: "fix42", FIX44: "fix44", FIX50: "fix50sp2"}
REQUESTS: Final = ("D", "F", "G")
QUESTIONS: Final = ("H", "AF")
SILENT: Final = Script(
    rules=tuple(
        Rule(on=request, do=parse_program("silent"))
        for request in ("order", "cancel", "replace", "status", "mass_status")
    )
)
NEVER: Final = {"answer_timeout_ms": 600_000, "rejects_max": 0}
"""The test takes its time to answer, and refuses a lot."""
EUROS: Final = "EUROS"
"""An instrument that costs 20 euros."""
VENUES: Final = {
    "V42": (FIX42, "of_venue"),
    "V44": (FIX44, "of_venue"),
    "V50": (FIX50, "of_venue"),
    "ONCE42": (FIX42, "at_once"),
    "ONCE44": (FIX44, "at_once"),
    "ONCE50": (FIX50, "at_once"),
}
"""Version of each, and when brokers see what is pending there."""


class MatrixFloor:
    """The daemon, its brokers and its venues."""

    def __init__(self, folder: Path) -> None:
        self.system = TradingSystem(folder)
        self.numbers = itertools.count(1)
        self.venues = {
            name: Simulator(SimulatorSettings(version, name), SILENT) for name, (version, _) in VENUES.items()
        }

    def start(self) -> MatrixFloor:
        """Start all, and wait until all are logged on."""
        system = self.system
        for venue in self.venues.values():
            venue.start()
        system.settings["venues"] = [self._settings(name) for name in VENUES]
        system.settings["routes"] = [
            {"id": name, "strategy": "venue", "venues": [name], "ex_destinations": [name]} for name in VENUES
        ]
        acme = system.settings["instruments"][0]
        system.settings["instruments"].append(acme | {"symbol": EUROS, "reference_price": 20, "currency": "EUR"})
        system.write_config()
        system.daemon.start()
        for comp_id in VERSIONS:
            system.broker(comp_id)
        self.wait()
        return self

    def wait(self) -> None:
        """Wait until all are logged on."""
        until(lambda: all(row["state"] == "up" for row in self.rows().values()), "the lines of all venues")
        until(lambda: all(broker.online.is_set() for broker in self.system.brokers.values()), "the brokers")

    def cut(self) -> list[int]:
        """Cut the lines of all venues; gives how often each was connected before."""
        counts = [venue.connection_count for venue in self.venues.values()]
        for venue in self.venues.values():
            venue.cut()
        return counts

    def wait_for_lines(self, counts: list[int]) -> None:
        """Wait until all venues were connected once more, and know it."""
        for venue, count in zip(self.venues.values(), counts, strict=True):
            until(lambda v=venue, n=count: v.connection_count > n and v.is_logged_on(), "a line")  # type: ignore[misc]
        self.wait()

    def kill(self) -> None:
        """Kill the daemon, whose links end with it, and start it again."""
        self.system.daemon.kill()
        for venue in self.venues.values():
            until(lambda venue=venue: not venue.is_logged_on(), "the end of the links")  # type: ignore[misc]
        self.system.daemon.start()
        self.wait()

    def _settings(self, name: str) -> dict[str, Any]:
        version, pending_reports = VENUES[name]
        return NEVER | {
            "id": name,
            "dialect": DIALECTS[version],
            "addresses": [f"127.0.0.1:{self.venues[name].port}"],
            "sender_comp_id": "TRADSYS",
            "target_comp_id": name,
            "pending_reports": pending_reports,
        }

    def broker(self, comp_id: str) -> Broker:
        """Give a broker, who is logged on."""
        return self.system.brokers[comp_id]

    def telephone(self, comp_id: str, venue: str, qty: str) -> None:
        """Let an operator enter an order that a broker gives by telephone."""
        terms = (comp_id, "buy", "ACME", "--qty", qty, "--price", "100", "--ex-destination", venue)
        env = {"SUDO_USER": "night", "TRADSYS_CONFIG": str(self.system.config)}
        done = CliRunner().invoke(root, ["order", "enter", *terms, "--reason", "by telephone", "--yes"], env=env)
        assert done.exit_code == 0, (done.output, done.exception)

    def version(self, venue: str) -> str:
        """Give the version of a venue."""
        return VENUES[venue][0]

    def is_at_once(self, venue: str) -> bool:
        """Tell if brokers see what is pending at a venue when it goes out."""
        return VENUES[venue][1] == "at_once"

    def rows(self) -> dict[str, Any]:
        """Give what `tradsys venue list` shows, by venue."""
        return {row["venue"]: row for row in ask(self.system, "venue.list")}

    def request(self, venue: str) -> Message:
        """Give the next order, cancel or replace that a venue is sent; questions are not answered there."""
        while (message := self.venues[venue].next()).msg_type in QUESTIONS:
            pass
        return message

    def sent_twice(self) -> list[str]:
        """Give the ClOrdIDs of requests that a venue has got more than once."""
        received = [message for venue in self.venues.values() for message in venue.received]
        counts = Counter(message.fields["11"] for message in received if message.msg_type in REQUESTS)
        return [clord_id for clord_id, count in counts.items() if count > 1]

    def left_over(self, comp_id: str, venue: str, statuses: dict[str, Fields] | None = None) -> list[str]:
        """Take what a broker was sent and did not ask about, up to an order that the venue is given and refuses now.

        Before that the venue answers questions by `statuses`, reports by ClOrdID, which are all that works there;
        without them it answers none.
        """
        broker, simulator, number = self.broker(comp_id), self.venues[venue], f"END{next(self.numbers)}"
        broker.order(number, "ACME", "1", "1", "100", extra={100: venue})
        while (question := simulator.next()).msg_type in QUESTIONS:
            if statuses is not None:
                self._answer(simulator, question, statuses)
        assert (question.msg_type, question.fields["38"]) == ("D", "1")
        simulator.act(question.fields["11"], "reject")
        left = []
        while (message := broker.next()).get("11") != number or message["150"] != "8":
            left.append(message)
        rejects = [message for message in (*broker.admin, *broker.sent_admin) if message["35"] == "3"]
        broker.admin.clear()
        broker.sent_admin.clear()
        return [readable(message) for message in left + rejects if message.get("11") != number]

    def _answer(self, simulator: Simulator, question: Message, statuses: dict[str, Fields]) -> None:
        if question.msg_type == "H":
            simulator.send("8", _numbered(statuses[question.fields["11"]]))
            return
        orders = {fields["11"]: fields for fields in statuses.values()}
        for number, fields in enumerate(orders.values(), 1):
            is_last = "Y" if number == len(orders) else "N"
            total = {"584": question.fields["584"], "911": str(len(orders)), "912": is_last}
            simulator.send("8", _numbered(fields | total))

    def close(self) -> None:
        """End all."""
        self.system.close()
        for venue in self.venues.values():
            venue.stop()


def _numbered(fields: Fields) -> dict[int, str]:
    return {int(tag): value for tag, value in fields.items()}
