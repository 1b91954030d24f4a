"""Whether every message is answered at once, whatever operators do meanwhile.

Traders on bare sockets send a message, wait for its answer, think for a moment, and go on; operators block and unblock,
kill and release, log sessions out, halt and resume, set marks and limits, reload the configuration and scrape metrics,
all in an order that a seed gives. A place where something is kept until somebody comes for it, and nobody comes, shows
as an answer that is late. For each late one it is told how long its command took into the journal and its answer to
the socket, by the journal's time and the answer's SendingTime (52): that tells a loop that stood still from a disk.

    python -m tests.sim.prompt_answers --seconds 60 --seed 1
"""

from __future__ import annotations

import argparse
import contextlib
import random
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from certification.broker import Fields
from tests.system.operating import ask, metrics
from tests.system.raw_peer import RawPeer
from tests.system.test_portfolio_daemon import load_prices
from tests.system.trading_system import TradingSystem
from tradsys_oms.journal.reader import read_entries
from tradsys_oms.ops.errors import ControlRefused

LATE_S: Final = 1.0
RECONNECT_S: Final = 0.02
SESSIONS: Final = {
    "BROKER42": "FIX.4.2",
    "BROKER44": "FIX.4.4",
    "BROKER50": "FIX.5.0SP2",
    "DESK2": "FIX.4.4",
    "DESK3": "FIX.4.2",
    "DESK4": "FIX.4.4",
}
SYMBOLS: Final = ("ACME", "GLOBEX", "INITECH")
ACCOUNTS: Final = ("A1", "A2", "")
RATES: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"messages_per_s": 500, "messages_excess": "delay"},
    {"messages_per_s": 2, "messages_burst": 4},
)
PORTFOLIO: Final = {"enabled": True, "interval_s": 1, "limits": [{"member": "BROKER44", "account": "A1", "var_max": 1}]}


class Answer(NamedTuple):
    """A message and what came back; `fields` is empty where nothing did for as long as one waits for anything."""

    who: str
    what: str
    key: str
    sent_s: float
    took_s: float
    fields: Fields

    @property
    def is_late(self) -> bool:
        return self.took_s > LATE_S


class Trader(threading.Thread):
    """One session that waits for the answer to each message before it sends the next."""

    def __init__(self, name: str, port: int, seed: str, stop: threading.Event) -> None:
        super().__init__(name=name)
        self.answers: list[Answer] = []
        self.logons = 0
        self._port, self._random, self._stop_wanted = port, random.Random(f"{seed} {name}"), stop  # noqa: S311
        self._number = 0
        self._resting: list[tuple[str, str, str]] = []
        """ClOrdID, Symbol and Side of orders that may still be open."""

    def run(self) -> None:
        while not self._stop_wanted.is_set():
            with (
                contextlib.suppress(OSError, AssertionError),
                RawPeer(self._port, self.name, SESSIONS[self.name]) as peer,
            ):
                self._ask(peer, "logon", "A", "98=0|108=30|141=Y|" + ("1137=9|" if peer.version > "FIX.5" else ""), "")
                self.logons += 1
                while not self._stop_wanted.is_set():
                    self._send_something(peer)
                    time.sleep(self._random.random() * 0.05)
            self._stop_wanted.wait(RECONNECT_S)

    def _send_something(self, peer: RawPeer) -> None:
        self._number += 1
        key = f"{self.name}-{self.logons}-{self._number}"
        roll = self._random.random()
        if roll < 0.1:
            self._ask(peer, "test request", "1", f"112={key}|", key)
        elif roll < 0.3 and self._resting:
            orig, symbol, side = self._resting.pop(self._random.randrange(len(self._resting)))
            self._ask(peer, "cancel", "F", f"11={key}|41={orig}|55={symbol}|54={side}|38=5|60={now()}|", key)
        else:
            symbol, side, account = (self._random.choice(group) for group in (SYMBOLS, "12", ACCOUNTS))
            price = f"{100 + self._random.randint(-3, 3)}"
            handling = "21=1|" if peer.version == "FIX.4.2" else ""
            body = f"11={key}|{f'1={account}|' if account else ''}{handling}55={symbol}|54={side}|38=5|40=2|44={price}|"
            answer = self._ask(peer, "order", "D", f"{body}59=0|60={now()}|", key)
            if answer.get("150") == "0":
                self._resting = [*self._resting[-50:], (key, symbol, side)]

    def _ask(self, peer: RawPeer, what: str, msg_type: str, body: str, key: str) -> Fields:
        """Send a message and wait for its answer; the end of the connection is none, and no fault."""
        number, started_s, sent_s = peer.next_out, time.monotonic(), time.time()
        try:
            peer.send(msg_type, body)
            while not is_answer(fields := peer.next(), msg_type, key, number):
                if fields["35"] == "1":
                    peer.send("0", f"112={fields['112']}|")
                elif fields["35"] == "5":
                    peer.send("5")
        except TimeoutError:
            self.answers.append(Answer(self.name, what, key, sent_s, time.monotonic() - started_s, {}))
            raise
        self.answers.append(Answer(self.name, what, key, sent_s, time.monotonic() - started_s, fields))
        return fields


def now() -> str:
    return time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())


def is_answer(fields: Fields, msg_type: str, key: str, number: int) -> bool:
    """Tell the answer to a message from what else comes."""
    kind = fields["35"]
    if kind in ("3", "j"):
        return fields.get("45") == str(number)
    if msg_type == "A":
        return kind == "A"
    return (kind == "0" and fields.get("112") == key) or (kind in ("8", "9") and fields.get("11") == key)


class Operators(threading.Thread):
    """Somebody who does one thing after the other, as a seed says, and puts all in order at the end."""

    def __init__(self, system: TradingSystem, seed: str, stop: threading.Event) -> None:
        super().__init__(name="operators")
        self.answers: list[Answer] = []
        self._system, self._random, self._stop_wanted = system, random.Random(f"{seed} operators"), stop  # noqa: S311
        member = {"level": "member", "name": "BROKER42"}
        account = {"level": "account", "name": "BROKER44/A1"}
        self._deeds: list[Callable[[], object]] = [
            *(self._verb("risk.unblock", kind=kind, **account) for kind in ("portfolio", "portfolio", "operator")),
            self._verb("risk.block", **account),
            self._verb("risk.set", limits={"order_qty_max": "4"}, **account),
            self._verb("risk.reset", **account),
            self._verb("kill.act", **member),
            self._verb("kill.request-release", **member, user="ann"),
            self._verb("kill.approve", **member, user="bob"),
            *(self._verb("session.act", session=name, action="logout") for name in ("DESK2", "BROKER42")),
            *(self._verb("session.act", session="DESK3", action=action) for action in ("disable", "enable", "reset")),
            self._verb("market.act", symbol="ACME", action="halt"),
            self._verb("market.act", symbol="ACME", action="resume", auction_s=0),
            self._verb("mark.set", symbol="GLOBEX", price="101"),
            self._reload,
            lambda: metrics(system),
            lambda: ask(system, "status"),
        ]

    def _verb(self, verb: str, **arguments: Any) -> Callable[[], object]:
        return lambda: ask(self._system, verb, **{"reason": "stress", "user": "ann"} | arguments)

    def _reload(self) -> None:
        """Change the rate of a session and an instrument, and have it read again."""
        sessions, instruments = (self._system.settings[part] for part in ("sessions", "instruments"))
        limited = next(entry for entry in sessions if entry["comp_id"] == "DESK4")
        for key in ("messages_per_s", "messages_excess", "messages_burst"):
            limited.pop(key, None)
        limited.update(self._random.choice(RATES))
        instruments[3]["price_band_percent"] = self._random.randint(10, 90)
        self._system.write_config()
        assert self._system.daemon.process is not None
        self._system.daemon.process.send_signal(signal.SIGHUP)

    def run(self) -> None:
        while not self._stop_wanted.wait(self._random.random() * 0.2):
            number = self._random.randrange(len(self._deeds))
            started_s, sent_s, said = time.monotonic(), time.time(), {"35": "ok"}
            try:
                self._deeds[number]()
            except ControlRefused as refused:
                said = {"35": str(refused)}
            took_s = time.monotonic() - started_s
            self.answers.append(Answer(self.name, f"deed {number}", "", sent_s, took_s, said))


def start(system: TradingSystem) -> None:
    """Start a daemon that syncs its journal, with six sessions and a follower that blocks whoever may lose anything."""
    for name in ("DESK2", "DESK3", "DESK4"):
        system.settings["sessions"].append({"comp_id": name, "member": "BROKER44", "version": SESSIONS[name]})
    system.settings["portfolio"] = PORTFOLIO
    system.write_config()
    system.daemon.start()
    system.daemon.wait_projected()
    load_prices(system)


def play(system: TradingSystem, seed: str, seconds: float) -> list[Answer]:
    """Let all of them act for a while; gives all that was answered, or not, in the order of sending."""
    stop = threading.Event()
    actors: list[Trader | Operators] = [Trader(name, system.fix_port, seed, stop) for name in SESSIONS]
    actors.append(Operators(system, seed, stop))
    for actor in actors:
        actor.start()
    stop.wait(seconds)
    stop.set()
    for actor in actors:
        actor.join()
    return sorted((answer for actor in actors for answer in actor.answers), key=lambda one: one.sent_s)


def explain(system: TradingSystem, late: Sequence[Answer]) -> list[str]:
    """Say of each late answer when its command was journaled, and when its answer was made."""
    journaled: dict[str, float] = {}
    for entry in read_entries(system.state_dir / "journal"):
        clord_id = getattr(entry.command, "clord_id", "")
        if clord_id:
            journaled.setdefault(clord_id, entry.time_ns / 1e9)
    lines = []
    for one in late:
        made = (
            datetime.strptime(one.fields["52"], "%Y%m%d-%H:%M:%S.%f").replace(tzinfo=UTC)
            if "52" in one.fields
            else None
        )
        parts = [f"{one.sent_s:.3f} {one.who} {one.what} {one.key} {one.took_s:.3f} s"]
        if one.key in journaled:
            parts.append(f"journaled +{journaled[one.key] - one.sent_s:.3f}")
        parts.append(
            f"answer made +{made.timestamp() - one.sent_s:.3f}" if made else f"{one.fields.get('35', 'no answer')}"
        )
        lines.append(", ".join(parts))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--seed", default="1")
    options = parser.parse_args()
    system = TradingSystem(Path(tempfile.mkdtemp(prefix="prompt")))
    try:
        start(system)
        answers = play(system, options.seed, options.seconds)
    finally:
        system.close()
    took = sorted(one.took_s for one in answers)
    p50, p99 = (took[len(took) * percent // 100] for percent in (50, 99))
    print(f"{len(took)} answers, p50 {p50:.4f} s, p99 {p99:.4f} s, max {took[-1]:.3f} s")
    print("\n".join(explain(system, [one for one in answers if one.is_late])))
    print(f"log: {system.daemon.log}")


if __name__ == "__main__":
    main()
