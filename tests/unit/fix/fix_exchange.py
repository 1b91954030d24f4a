"""A small exchange behind the real acceptor: it has no books, no journal and no patience with orders.

The acceptor's tests run it inside of their loop; the conformance and QuickFIX tests run it as a process of its own
(`python fix_exchange.py --folder DIR ...`), which prints the port that it listens on, and can be
killed and started again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop
from msgspec import structs

from tradsys_oms.fix.acceptor import Acceptor, AcceptorSettings
from tradsys_oms.fix.dictionary import specs_dir
from tradsys_oms.fix.door.listener import ListenerSettings
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.session import Session
from tradsys_oms.fix.settings import SessionSettings
from tradsys_oms.fix.store import OutboundStore
from tradsys_oms.fix.validation import Validator, build_validators

BEGIN_STRINGS = {"FIX.4.2": "FIX.4.2", "FIX.4.4": "FIX.4.4", "FIX.5.0": "FIXT.1.1", "FIX.5.0SP2": "FIXT.1.1"}
_validators: dict[str, Validator] = {}


def validators() -> dict[str, Validator]:
    """Load the dictionaries once for all tests."""
    if not _validators:
        _validators.update(build_validators(specs_dir()))
    return _validators


def settings_for(broker: str, version: str, **others: Any) -> SessionSettings:
    """Make a broker's session of a version."""
    others.setdefault("comp_id", "TRADSYS")
    return SessionSettings(
        session=broker,
        peer_comp_id=broker,
        begin_string=BEGIN_STRINGS[version],
        appl_version=version,
        **others,
    )


class Exchange:
    """Rejects every order as soon as it is durable, which here is when `commit` is called, or at once."""

    acceptor: Acceptor

    def __init__(self, folder: Path, *, commits_at_once: bool = True) -> None:
        self.folder = folder
        self.commits_at_once = commits_at_once
        self.delivered: list[tuple[str, int]] = []
        """Session and MsgSeqNum of each application message."""
        self.refused: list[tuple[str, int, str]] = []
        """Those that came too quickly, with the reason."""
        self.log: list[tuple[Any, ...]] = []
        self.drops: dict[str, bool] = {}
        """How the last connection of each session ended."""
        self.failure: BaseException | None = None
        self._waiting: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        self._next_ins: dict[str, int] = {}
        self._epochs: dict[str, int] = {}
        self._orders = 0
        self._notes = folder / "numbers.json"
        if self._notes.exists():
            self._next_ins, self._epochs = json.loads(self._notes.read_text())

    # What the acceptor calls.

    def deliver(self, session: Session, message: Message, now_ns: int, refusal: str = "") -> None:
        """Refuse an order."""
        if refusal:
            self.refused.append((session.session, message.msg_seq_num, refusal))
        self.delivered.append((session.session, message.msg_seq_num))
        self._keep(session.session, message.msg_seq_num + 1)
        clord_id = message.fields.get("11", "")
        if clord_id == "MISSING":
            session.business_reject(message, 5, "Price (44) is required for a Limit order")
        elif clord_id == "RANGE":
            session.reject(message, 5, "44", "Value is incorrect (out of range) for this tag")
        elif clord_id == "FAULT":
            raise RuntimeError("this fault was ordered")
        else:
            self._orders += 1
            fields = message.fields
            is_42 = session.settings.appl_version == "FIX.4.2"
            extra = "20=0\x01" if is_42 else ""
            body = (
                f"37={self._orders}\x0111={clord_id}\x0117={self._orders}\x01150=8\x0139=8\x01{extra}"
                f"55={fields.get('55', '?')}\x0154={fields.get('54', '1')}\x0114=0\x01151=0\x016=0\x01103=1\x01"
            )
            self.after_commit(self.acceptor.send_report, session.session, "8", body, now_ns, (self._orders, 0))

    def message_refused(self, session: str, msg_seq_num: int) -> None:
        """Remember it."""
        self._keep(session, msg_seq_num + 1)

    def session_online(self, session: str, msg_seq_num: int, address: str) -> None:
        """Remember it."""
        self.log.append(("online", session, msg_seq_num))
        self._keep(session, msg_seq_num + 1)

    def session_offline(self, session: str, msg_seq_num: int, reason: str, is_drop: bool) -> None:
        """Remember it."""
        self.log.append(("offline", session, msg_seq_num, reason))
        self.drops[session] = is_drop
        self._keep(session, msg_seq_num + 1)

    def session_reset(self, session: str, reason: str) -> int:
        """Remember it, and name the next epoch."""
        self.log.append(("reset", session, reason))
        self._epochs[session] = self._epochs.get(session, 0) + 1
        self._keep(session, 1)
        return self._epochs[session]

    def reserve_numbers(self, session: Session, ceiling: int) -> None:
        """Reserve them when all before is durable; in memory only."""
        self.after_commit(session.numbers.reserved, session.store.epoch, ceiling)

    def password_changed(self, session: str, password_hash: str) -> None:
        """Ask for the new password from now on."""
        self.log.append(("password", session))
        settings = self.acceptor.sessions[session].settings
        self.acceptor.change_session(structs.replace(settings, password_hash=password_hash))

    def after_commit(self, function: Callable[..., None], *args: Any) -> None:
        """Call now, or with the next `commit`."""
        if self.commits_at_once:
            function(*args)
        else:
            self._waiting.append((function, args))

    # What a test calls.

    def commit(self) -> None:
        """Let everything become durable that waits for it."""
        while self._waiting:
            function, args = self._waiting.popleft()
            function(*args)
        self.acceptor.flush()

    def failed(self, error: BaseException) -> None:
        """Remember why the acceptor gave up."""
        self.failure = error

    def serve(self, settings: SessionSettings) -> Session:
        """Open the store of a session and make it known."""
        store = OutboundStore.open(self.folder / "store" / settings.session, self._epochs.get(settings.session, 0))
        return self.acceptor.add_session(settings, store, self._next_ins.get(settings.session, 1))

    def _keep(self, session: str, next_in: int) -> None:
        """Write down what the journal would know; a rename can't be torn by a kill."""
        self._next_ins[session] = next_in
        new = self._notes.with_suffix(".new")
        new.write_text(json.dumps([self._next_ins, self._epochs]))
        new.rename(self._notes)


def make(folder: Path, *, commits_at_once: bool = True, **bounds: Any) -> Exchange:
    """Make an exchange that doesn't listen yet."""
    exchange = Exchange(folder, commits_at_once=commits_at_once)
    exchange.acceptor = Acceptor(exchange, validators(), AcceptorSettings(**bounds), exchange.failed)
    return exchange


async def serve(options: argparse.Namespace) -> None:
    """Run until SIGTERM."""
    options.folder.mkdir(parents=True, exist_ok=True)
    exchange = make(options.folder)
    for broker, names in (session.split(":") for session in options.session):
        versions = tuple(names.split("+"))
        others = {"comp_id": options.comp_id, "reset_on_logon": options.reset_on_logon}
        exchange.serve(settings_for(broker, versions[0], appl_versions=versions, **others))
    await exchange.acceptor.start([ListenerSettings(listener="main", host="127.0.0.1", port=options.port)])
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    sys.stdout.write(f"{exchange.acceptor.port}\n")
    sys.stdout.flush()
    await ended.wait()
    await exchange.acceptor.stop("the exchange closes")
    exchange.acceptor.close()


def main() -> None:
    """Run as a process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--comp-id", default="TRADSYS")
    parser.add_argument("--session", action="append", default=[], metavar="COMP_ID:VERSION[+VERSION]")
    parser.add_argument("--reset-on-logon", action="store_true")
    uvloop.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
