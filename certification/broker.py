"""A broker's side of a FIX session, on QuickFIX: the independent client of demo, tests and certification."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import quickfix

from certification.patience import PATIENCE_S

SOH = "\x01"
APPL_VER_ID = {"FIX.5.0": "7", "FIX.5.0SP2": "9"}
DICTIONARIES = {
    "FIX.4.2": "FIX42.xml",
    "FIX.4.4": "FIX44.xml",
    "FIX.5.0": "FIX50.xml",
    "FIX.5.0SP2": "FIX50SP2.xml",
}
POSS_RESEND = 97
"""The one field of a header that a caller may give."""
ADMIN = frozenset("0123456789A") - {"6", "7", "8", "9"}

Fields = dict[str, str]
"""Tag -> first value of one message."""


class BrokerError(AssertionError):
    """What the broker waited for did not come."""


def parse(text: str) -> Fields:
    """Split a raw message into tag -> first value."""
    fields: Fields = {}
    for field in text.split(SOH):
        tag, separator, value = field.partition("=")
        if separator:
            fields.setdefault(tag, value)
    return fields


def readable(fields: Fields) -> str:
    """Print a message on one line, with | for SOH."""
    return "|".join(f"{tag}={value}" for tag, value in fields.items())


class Broker(quickfix.Application):  # type: ignore[misc]
    """One QuickFIX initiator session. Every callback is guarded: an exception in one would end the process."""

    make_initiator = quickfix.SocketInitiator

    def __init__(
        self,
        comp_id: str,
        version: str,
        port: int,
        folder: Path,
        *,
        target_comp_id: str = "TRADSYS",
        specs: Path | None = None,
        heartbeat_s: int = 30,
        reset_on_logon: bool = False,
        reconnect_s: int = 1,
        settings: tuple[str, ...] = (),
    ) -> None:
        """Prepare the session; `settings` are further lines of QuickFIX's configuration, like "LogonTimeout=5"."""
        super().__init__()
        self.comp_id, self.version, self.target_comp_id = comp_id, version, target_comp_id
        self.begin_string = "FIXT.1.1" if version in APPL_VER_ID else version
        self.received: queue.Queue[Fields] = queue.Queue()
        self.log: list[Fields] = []
        """Every application message received, in order, PossDup ones included."""
        self.raw_log: list[bytes] = []
        """The same as bytes."""
        self.admin: list[Fields] = []
        """Every session message received, in order."""
        self.sent_admin: list[Fields] = []
        self.online = threading.Event()
        self.session_id = quickfix.SessionID(self.begin_string, comp_id, target_comp_id)
        folder.mkdir(parents=True, exist_ok=True)
        lines = [*self._settings(port, folder, specs, heartbeat_s, reset_on_logon, reconnect_s), *settings]
        path = folder / f"{comp_id}.cfg"
        path.write_text("\n".join(lines) + "\n")
        self._settings_object = quickfix.SessionSettings(str(path))
        self._store = quickfix.FileStoreFactory(self._settings_object)
        self._initiator = self.make_initiator(self, self._store, self._settings_object)

    def _settings(
        self, port: int, folder: Path, specs: Path | None, heartbeat_s: int, reset_on_logon: bool, reconnect_s: int
    ) -> list[str]:
        lines = [
            "[DEFAULT]",
            "ConnectionType=initiator",
            f"FileStorePath={folder / 'store'}",
            f"ReconnectInterval={reconnect_s}",
            f"HeartBtInt={heartbeat_s}",
            "StartTime=00:00:00",
            "EndTime=00:00:00",
            "SocketConnectHost=127.0.0.1",
            f"SocketConnectPort={port}",
            "SocketNodelay=Y",
            "LogonTimeout=5",
            f"ResetOnLogon={'Y' if reset_on_logon else 'N'}",
            "TimestampPrecision=6",
            "[SESSION]",
            f"BeginString={self.begin_string}",
            f"SenderCompID={self.comp_id}",
            f"TargetCompID={self.target_comp_id}",
        ]
        if self.version in APPL_VER_ID:
            lines.append(f"DefaultApplVerID={APPL_VER_ID[self.version]}")
        if specs is None:
            return [*lines, "UseDataDictionary=N"]
        if self.version in APPL_VER_ID:
            lines += [
                f"TransportDataDictionary={specs / 'FIXT11.xml'}",
                f"AppDataDictionary={specs / DICTIONARIES[self.version]}",
            ]
        else:
            lines.append(f"DataDictionary={specs / DICTIONARIES[self.version]}")
        return [*lines, "UseDataDictionary=Y"]

    # QuickFIX calls these, from its own thread.

    def onCreate(self, session_id: object) -> None:  # noqa: N802
        """Nothing to do: the session is known."""

    def onLogon(self, session_id: object) -> None:  # noqa: N802
        """The session is up."""
        self.online.set()

    def onLogout(self, session_id: object) -> None:  # noqa: N802
        """The session is down."""
        self.online.clear()

    def toAdmin(self, message: quickfix.Message, session_id: object) -> None:  # noqa: N802
        """A session message goes out."""
        self.sent_admin.append(parse(message.toString()))

    def toApp(self, message: quickfix.Message, session_id: object) -> None:  # noqa: N802
        """An application message goes out."""

    def fromAdmin(self, message: quickfix.Message, session_id: object) -> None:  # noqa: N802
        """A session message came in."""
        self.admin.append(parse(message.toString()))

    def fromApp(self, message: quickfix.Message, session_id: object) -> None:  # noqa: N802
        """An application message came in."""
        raw = message.toString()
        fields = parse(raw)
        self.raw_log.append(raw.encode("latin-1"))
        self.log.append(fields)
        self.received.put(fields)

    # What a broker does.

    def start(self, *, wait_s: float = PATIENCE_S) -> Broker:
        """Connect and log on; raises `BrokerError` when it is not up in time."""
        self._initiator.start()
        if not self.online.wait(wait_s):
            self.drop()
            raise BrokerError(f"{self.comp_id} could not log on within {wait_s} s; received {self.admin}")
        return self

    def stop(self) -> None:
        """Log out and disconnect."""
        self._end(force=False)

    def drop(self) -> None:
        """Break the connection without a Logout."""
        self._end(force=True)

    def _end(self, *, force: bool) -> None:
        # A second stop of an initiator is a crash in QuickFIX.
        initiator, self._initiator = self._initiator, None
        if initiator is not None:
            initiator.stop(force)

    def send(self, msg_type: str, fields: dict[int, str]) -> None:
        """Send an application message; TransactTime (60) is added where the caller gives none."""
        message = quickfix.Message()
        header = message.getHeader()
        header.setField(quickfix.MsgType(msg_type))
        for tag, value in fields.items():
            (header if tag == POSS_RESEND else message).setField(quickfix.StringField(tag, value))
        if 60 not in fields and msg_type in ("D", "F", "G", "q"):
            stamp = datetime.now(UTC).strftime("%Y%m%d-%H:%M:%S.%f")[:-3]
            message.setField(quickfix.StringField(60, stamp))
        quickfix.Session.sendToTarget(message, self.session_id)

    def order(
        self,
        clord_id: str,
        symbol: str,
        side: str,
        quantity: str,
        price: str | None = None,
        *,
        time_in_force: str = "0",
        extra: dict[int, str] | None = None,
    ) -> None:
        """Send a NewOrderSingle: Limit with a price, Market without one."""
        fields = {
            11: clord_id,
            55: symbol,
            54: side,
            38: quantity,
            40: "1" if price is None else "2",
            59: time_in_force,
        }
        if price is not None:
            fields[44] = price
        if self.version == "FIX.4.2":
            fields[21] = "1"
        self.send("D", fields | (extra or {}))

    def cancel(self, clord_id: str, orig_clord_id: str, symbol: str, side: str, quantity: str) -> None:
        """Send an OrderCancelRequest."""
        self.send("F", {11: clord_id, 41: orig_clord_id, 55: symbol, 54: side, 38: quantity})

    def replace(self, clord_id: str, orig_clord_id: str, symbol: str, side: str, quantity: str, price: str) -> None:
        """Send an OrderCancelReplaceRequest for a Limit order."""
        fields = {11: clord_id, 41: orig_clord_id, 55: symbol, 54: side, 38: quantity, 40: "2", 44: price}
        if self.version == "FIX.4.2":
            fields[21] = "1"
        self.send("G", fields)

    def status(self, clord_id: str, symbol: str, side: str) -> None:
        """Send an OrderStatusRequest."""
        self.send("H", {11: clord_id, 55: symbol, 54: side})

    def next(self, *, wait_s: float = PATIENCE_S) -> Fields:
        """Give the next application message."""
        try:
            return self.received.get(timeout=wait_s)
        except queue.Empty:
            line = "is logged on" if self.online.is_set() else "is not logged on"
            raise BrokerError(
                f"{self.comp_id} {line} and received no application message within {wait_s} s; the last ones are "
                f"{[readable(fields) for fields in self.log[-2:]]} and, of the session, "
                f"{[readable(fields) for fields in self.admin[-2:]]}"
            ) from None

    def expect(self, **want: str) -> Fields:
        """Give the next application message, which must have these fields: `expect(f35="8", f150="0")`."""
        got = self.next()
        wrong = {tag: (value, got.get(tag[1:])) for tag, value in want.items() if got.get(tag[1:]) != value}
        if wrong:
            raise BrokerError(f"{self.comp_id}: wanted and got differ in {wrong}: {readable(got)}")
        return got

    def wait_for(self, condition: Callable[[Broker], bool], what: str, *, wait_s: float = PATIENCE_S) -> None:
        """Wait until `condition` holds."""
        deadline = time.monotonic() + wait_s
        while not condition(self):
            if time.monotonic() > deadline:
                raise BrokerError(f"{self.comp_id} waited {wait_s} s for {what}")
            time.sleep(0.01)
