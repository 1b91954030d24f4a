"""A session without a connection, and the peer that talks to it: what the session's tests share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.unit.fix.fix_exchange import settings_for, validators
from tradsys_oms.fix.actions import Action, Actions, Deliver, Send
from tradsys_oms.fix.dictionary import APPL_VER_IDS
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.message import Message, parse
from tradsys_oms.fix.session import Session
from tradsys_oms.fix.store import OutboundStore
from tradsys_oms.fix.timestamps import utc_timestamp

START_NS = 1_767_225_600_000_000_000  # 2026-01-01 00:00:00 UTC
NS_PER_S = 1_000_000_000
ORDER = {
    "FIX.4.2": "11=C1|21=1|55=ACME|54=1|38=100|40=2|44=10|60=20260101-00:00:00|",
    "FIX.4.4": "11=C1|55=ACME|54=1|38=100|40=2|44=10|60=20260101-00:00:00|",
    "FIX.5.0": "11=C1|55=ACME|54=1|38=100|40=2|44=10|60=20260101-00:00:00|",
    "FIX.5.0SP2": "11=C1|55=ACME|54=1|38=100|40=2|44=10|60=20260101-00:00:00|",
}


class Peer:
    """Feeds one session, with a clock that a test moves."""

    def __init__(self, folder: Path, version: str = "FIX.4.4", *, next_in: int = 1, **others: Any) -> None:
        settings = settings_for("BROKER", version, **others)
        self.version = version
        self.session = Session(settings, validators(), OutboundStore.open(folder / "store", 0), next_in)
        self.now_ns = START_NS
        self.is_fixt = settings.begin_string == "FIXT.1.1"

    def message(self, msg_type: str, seq_num: int, body: str = "", **header: str) -> Message:
        """Make a message; `body` has | for SOH, and header fields may be set or, with "", left out."""
        head = {"49": "BROKER", "56": "TRADSYS", "34": str(seq_num), "52": utc_timestamp(self.now_ns)}
        head |= {tag.removeprefix("f"): value for tag, value in header.items() if tag != "begin"}
        text = "".join(f"{tag}={value}\x01" for tag, value in head.items() if value)
        begin_string = header.get("begin", self.session.settings.begin_string)
        return parse(encode(begin_string, f"35={msg_type}\x01{text}", body.replace("|", "\x01")))

    def logon(self, seq_num: int = 1, body: str = "", **header: str) -> list[Action]:
        """Log on, with HeartBtInt 30 unless the body says otherwise."""
        body = body or "98=0|108=30|"
        if self.is_fixt and "1137=" not in body:
            body += f"1137={APPL_VER_IDS[self.version]}|"
        actions = self.session.logon(self.message("A", seq_num, body, **header), self.now_ns)
        self.session.is_writable = self.session.is_online
        return actions

    def say(self, msg_type: str, seq_num: int, body: str = "", **header: str) -> list[Action | Message]:
        """Send one message; gives what the session wants done, with each message that is delivered in its place."""
        message = self.message(msg_type, seq_num, body, **header)
        done = self.placed(message, self.session.receive(message, self.now_ns))
        while (held := self.session.next_held()) is not None:
            done += self.placed(held, self.session.accept(held, self.now_ns))
        return done

    @staticmethod
    def placed(message: Message, actions: Actions) -> list[Action | Message]:
        """Put a message where the session wants it delivered."""
        return [message if isinstance(action, Deliver) else action for action in actions]

    def order(self, seq_num: int, **header: str) -> list[Action | Message]:
        """Send an order."""
        return self.say("D", seq_num, ORDER[self.version], **header)

    def after(self, seconds: float) -> list[Action]:
        """Let time pass, and give what it demands."""
        self.now_ns += int(seconds * NS_PER_S)
        return list(self.session.timer(self.now_ns))


def brief(actions: Sequence[Action | Message]) -> list[str]:
    """Write actions on one line each: "3 45=2|372=D|...", "deliver 2", "disconnect: ...", without notes."""
    lines = []
    for action in actions:
        name = type(action).__name__.lower()
        if isinstance(action, Send):
            lines.append(f"{action.msg_type} {action.body}".replace("\x01", "|").strip())
        elif isinstance(action, Message):
            lines.append(f"deliver {action.msg_seq_num}")
        elif name == "resend":
            lines.append(f"resend {action.begin} {action.end}")  # type: ignore[union-attr]
        elif name == "online":
            lines.append(f"online {action.msg_seq_num}")  # type: ignore[union-attr]
        elif name in ("disconnect", "resetnumbers"):
            lines.append(f"{name}: {action.reason}")  # type: ignore[union-attr]
    return lines
