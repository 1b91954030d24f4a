"""One daemon with real links and simulated venues for many cases: lines break, venues misbehave, and brokers look on.

An order goes where its ExDestination (100) says: each route has the name of one. What a venue does with an order is
seen by its price: at `BY_HAND` it says nothing by itself, and the case does with the order what it likes; at all other
prices it does what its script says.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from tests.sim.venue_line import VenueLine
from tests.system.floor import Floor
from tests.system.operating import ask, metrics, records, until
from tests.system.trading_system import TradingSystem, free_port
from tradsys_oms.venues.simulator.orders import Order
from tradsys_oms.venues.simulator.script import read_script
from tradsys_oms.venues.simulator.simulator import Simulator, SimulatorSettings

US = "TRADSYS"
BY_HAND = "95"
"""Price of orders that the venue stands still about until a case acts."""
BY_HAND_RULE = {"price": BY_HAND, "do": "silent"}
DIALECTS = {"fix42": "FIX.4.2", "fix44": "FIX.4.4", "fix50sp2": "FIX.5.0SP2", "coinbase_exchange": "FIX.5.0SP2"}
NO_DEADLINES: dict[str, Any] = {"answer_timeout_ms": 600_000}
"""For venues whose answers are given by hand."""


class Market:
    """One venue: a simulator behind a line that can break, and what the configuration says about it."""

    def __init__(
        self,
        folder: Path,
        name: str,
        script: dict[str, Any] | None = None,
        certificate: Path | None = None,
        **settings: Any,
    ) -> None:
        self.name = name
        self.script = script if script is not None else {}
        self._folder = folder
        self._lives = 0
        self._certificate = certificate
        dialect = settings.get("dialect", "fix44")
        self._version = DIALECTS[dialect]
        self.simulator = self._start(free_port())
        self.line = VenueLine(self.simulator.port)
        self.settings: dict[str, Any] = {
            "id": name,
            "dialect": dialect,
            "addresses": [self.address],
            "sender_comp_id": US,
            "target_comp_id": name,
            "back_off_first_ms": 50,
            "back_off_max_s": 1,
        } | settings

    def _start(self, port: int) -> Simulator:
        self._lives += 1
        rules = [BY_HAND_RULE, *self.script.get("rules", [])]
        script = read_script(Path(f"{self.name}.yaml"), json.dumps(self.script | {"rules": rules}).encode())
        store, record = (self._folder / f"{self.name}.{suffix}" for suffix in ("store", "record"))
        settings = SimulatorSettings(
            self._version,
            self.name,
            US,
            port=port,
            seed=self._lives,
            store=store,
            record=record,
            certificate=self._certificate,
            key=self._certificate,
        )
        return Simulator(settings, script).start()

    @property
    def address(self) -> str:
        """Where its line is."""
        return f"127.0.0.1:{self.line.port}"

    def restart(self, **script: Any) -> None:
        """Let it end and begin again, with its orders and numbers and another script."""
        port = self.simulator.port
        self.simulator.stop()
        self.script = script
        self.simulator = self._start(port)

    def received(self, symbol: str) -> list[Order]:
        """List its orders in an instrument."""
        return [order for order in self.simulator.orders if order.symbol == symbol]

    def order(self, symbol: str, number: int = 0) -> str:
        """Wait for an order in an instrument; gives its ClOrdID."""
        until(lambda: len(self.received(symbol)) > number, f"order {number} in {symbol} at {self.name}")
        return self.received(symbol)[number].clord_id

    def act(self, symbol: str, steps: str) -> None:
        """Do steps with its order in an instrument, when it is there."""
        self.simulator.act(self.order(symbol), steps)

    def requests(self, msg_type: str, symbol: str) -> list[str]:
        """List the ClOrdIDs of messages of a type in an instrument, in the order in which they came."""
        messages = self.simulator.received
        return [m.fields["11"] for m in messages if m.msg_type == msg_type and m.fields.get("55") == symbol]

    def request(self, msg_type: str, symbol: str, number: int = 0) -> str:
        """Wait for a message of a type in an instrument; gives its ClOrdID."""
        until(lambda: len(self.requests(msg_type, symbol)) > number, f"{msg_type} number {number} at {self.name}")
        return self.requests(msg_type, symbol)[number]

    def close(self) -> None:
        """End."""
        self.simulator.stop()
        self.line.close()


class VenueFloor(Floor):
    """The daemon, its brokers, its venues; nothing of other cases disturbs one that takes an instrument of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(TradingSystem(folder))
        self.markets: dict[str, Market] = {}
        self.hopeless: list[str] = []
        """Venues that never log us on."""
        self.started_s = 0.0
        self.system.settings |= {"venues": [], "routes": []}
        self.system.settings["journal"]["durability"] = "os"  # nobody cuts the power here

    def add_market(self, name: str, script: dict[str, Any] | None = None, **settings: Any) -> Market:
        """Add a venue, and a route of its own name that leads there only."""
        made = self.markets[name] = Market(self.system.folder, name, script, **settings)
        self.system.settings["venues"].append(made.settings)
        if not settings.get("drop_copy"):
            self.add_route(name, name, strategy="venue")
        return made

    def add_route(self, name: str, *venues: str, **settings: Any) -> None:
        """Add a route for orders whose ExDestination has its name."""
        route = {"id": name, "strategy": "failover", "venues": list(venues), "ex_destinations": [name]}
        self.system.settings["routes"].append(route | settings)

    def start(self) -> VenueFloor:
        """Start the daemon, and wait until the venues are up, but for those that are not to come up."""
        super().start()
        self.wait_up(*(name for name in self.markets if name not in self.hopeless))
        self.started_s = time.monotonic()
        return self

    def venue(self, name: str) -> dict[str, Any]:
        """Give what `tradsys venue show` prints."""
        facts: dict[str, Any] = ask(self.system, "venue.show", venue=name)
        return facts

    def link_count(self, name: str, count: str) -> int:
        """Give what the link of a venue has counted; 0 while it has not said so yet."""
        return int(self.venue(name)["link"].get(count, 0))

    def state(self, name: str) -> str:
        """Give the state of a venue, as `tradsys venue list` has it."""
        return str(self.venue(name)["state"])

    def wait_up(self, *names: str) -> None:
        """Wait until venues are up."""
        for name in names:
            until(lambda name=name: self.state(name) == "up", f"{name} to be up")  # type: ignore[misc]

    def wait_down(self, *names: str) -> None:
        """Wait until the lines of venues are down."""
        for name in names:
            until(lambda name=name: self.state(name) == "down", f"{name} to be down")  # type: ignore[misc]

    def cut(self, name: str) -> None:
        """Cut the line of a venue, and keep it cut until `mend`."""
        self.markets[name].line.cut(refuse=True)
        self.wait_down(name)

    def mend(self, name: str) -> None:
        """Let the line of a venue work again, and wait until it is up."""
        self.markets[name].line.mend()
        self.wait_up(name)

    def child(self, venue: str, symbol: str) -> dict[str, Any]:
        """Give an order at a venue as `tradsys venue show` has it; {} for none that works."""
        return next((row for row in self.venue(venue)["orders"] if row["symbol"] == symbol), {})

    def metric(self, name: str, venue: str) -> float:
        """Give a metric of a venue."""
        return metrics(self.system)[f'{name}{{venue="{venue}"}}']

    def alerts(self, event: str, **want: Any) -> list[dict[str, Any]]:
        """Give the records of an event in the log, those with these values."""
        return [record for record in records(self.system, event) if want.items() <= record.items()]

    def close(self) -> None:
        """End everything."""
        self.system.close()
        for market in self.markets.values():
            market.close()
