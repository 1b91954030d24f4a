"""Rejects that come in are noted and never answered, and nothing that goes out has an empty field."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fix.fix_exchange import validators
from tests.unit.fix.session_peer import Peer, brief
from tradsys_oms.core.commands import SetInstrument, SetMember, SetSession
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import CancelRejected, Execution, OrderRejected, StatusUnknown
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.errors import TradsysError
from tradsys_oms.fix.actions import Action, Note, Send
from tradsys_oms.fix.dialects import VERSIONS
from tradsys_oms.fix.dialects.inbound import decode
from tradsys_oms.fix.dialects.outbound import Printer
from tradsys_oms.fix.dialects.units import Units
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.message import Message, parse
from tradsys_oms.fix.rejects import make_apology

WELL_FORMED = [("3", "45=1|58=no|"), ("j", "45=1|372=8|380=3|58=no|"), ("j", "372=8|380=3|58=no|")]
MALFORMED = [
    ("3", "58=no|", "Required tag missing (45)"),
    ("3", "45=1|9999=x|", "Invalid tag number (9999)"),
    ("j", "45=1|372=8|58=no|", "Required tag missing (380)"),
    ("j", "45=1|372=8|380=3|58=|", "Tag specified without a value (58)"),
]


def notes(actions: list[Action | Message]) -> list[str]:
    return [action.text for action in actions if isinstance(action, Note)]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("msg_type", "body"), WELL_FORMED)
def test_7_a_reject_is_counted_and_noted_and_not_answered(
    tmp_path: Path, version: str, msg_type: str, body: str
) -> None:
    peer = Peer(tmp_path, version)
    peer.logon()
    actions = peer.say(msg_type, 2, body)
    number = "1" if "45=1" in body else "?"
    assert (brief(actions), notes(actions)) == ([], [f"the peer rejected our message {number} (35={msg_type}): no"])
    assert brief(peer.order(3)) == ["deliver 3"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("msg_type", "body", "fault"), MALFORMED)
def test_a_malformed_reject_is_counted_and_noted_and_not_answered(
    tmp_path: Path, version: str, msg_type: str, body: str, fault: str
) -> None:
    peer = Peer(tmp_path, version)
    peer.logon()
    actions = peer.say(msg_type, 2, body)
    assert brief(actions) == []
    assert notes(actions) == [f"the peer's reject 2 (35={msg_type}) is wrong: {fault}"]
    assert brief(peer.order(3)) == ["deliver 3"]


@pytest.mark.parametrize(("msg_type", "body"), WELL_FORMED)
def test_a_reject_is_not_answered_by_one_whatever_its_header_says(tmp_path: Path, msg_type: str, body: str) -> None:
    peer = Peer(tmp_path)
    peer.logon()
    assert brief(peer.say(msg_type, 2, body, f43="Y")) == []
    assert brief(peer.say(msg_type, 4, body)) == ["2 7=3|16=0|"]
    assert brief(peer.order(3)) == ["deliver 3"]
    assert brief(peer.say(msg_type, 5, body, f49="SOMEBODY")) == ["5 58=CompID problem|"]


@pytest.mark.parametrize(("msg_type", "body"), WELL_FORMED)
def test_a_reject_that_we_fail_to_handle_gets_no_apology(tmp_path: Path, msg_type: str, body: str) -> None:
    assert isinstance(make_apology(Peer(tmp_path).message(msg_type, 2, body), "FIX.4.4"), Note)


def test_the_reject_of_a_message_without_a_type_names_none(tmp_path: Path) -> None:
    peer = Peer(tmp_path)
    peer.logon()
    assert brief(peer.say("", 2)) == ["3 45=2|373=11|58=Invalid MsgType|"]


PRINTERS: dict[type, Any] = {
    Execution: Printer.execution,
    OrderRejected: Printer.order_rejected,
    CancelRejected: Printer.cancel_rejected,
    StatusUnknown: Printer.status_unknown,
}
REQUESTS = {
    "D": {
        "11": "C1", "1": "HOUSE", "21": "1", "55": "ACME", "54": "1", "60": "20260101-00:00:00", "38": "10",
        "40": "2", "44": "10", "59": "0",
    },
    "G": {
        "11": "C2", "41": "C1", "37": "4", "21": "1", "55": "ACME", "54": "1", "60": "20260101-00:00:00",
        "38": "20", "40": "2", "44": "10", "59": "0",
    },
    "F": {
        "11": "C3", "41": "C1", "37": "4", "55": "ACME", "54": "1", "60": "20260101-00:00:00", "38": "10",
    },
    "H": {"11": "C4", "37": "4", "790": "Q", "55": "ACME", "54": "1"},
}  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_whatever_a_request_leaves_out_no_answer_has_an_empty_field(tmp_path: Path, version: str) -> None:
    peer = Peer(tmp_path, version)
    peer.logon()
    session, check = peer.session, validators()[version].check
    for msg_type, fields in REQUESTS.items():
        for count in range(5):
            for left_out in combinations(fields, count):
                left = {tag: value for tag, value in fields.items() if tag not in left_out}
                message = peer.message(msg_type, 2, "".join(f"{tag}={value}|" for tag, value in left.items()))
                fault = check(message)
                for body in answers(version, message) if fault is None else [reject(peer, message)]:
                    reply = parse(encode(session.begin_string, "35=8\x01", body))
                    assert "" not in reply.values, (msg_type, left_out, body)
                assert fault is not None or "55" not in left_out


def reject(peer: Peer, message: Message) -> str:
    """Give the reject of a message whose turn it is."""
    peer.session.next_in = 2
    (action,) = peer.session.receive(message, peer.now_ns)
    assert isinstance(action, Send)
    return action.body


def answers(version: str, message: Message) -> list[str]:
    """Give the reports that a small exchange makes about a request: when it knows no order, and when it has one."""
    engine = Engine()
    engine.apply(1, 1, SetInstrument("ACME", 1_000_000, SCALE_E8, 10 * SCALE_E8, 0, 10**18, 0, "", True))
    engine.apply(2, 2, SetMember("B", True))
    engine.apply(3, 3, SetSession("BROKER", "B", True))
    printer = Printer(VERSIONS[version], {"ACME": Units(1_000_000, SCALE_E8)})
    order = parse(message.raw)
    order.msg_type, order.fields = "D", REQUESTS["D"]
    bodies = []
    for request in (message, order, message):
        seq = request.msg_seq_num = engine.last_seq + 1
        try:
            command = decode("BROKER", request)
        except TradsysError:
            continue
        for index, event in enumerate(engine.apply(seq, seq, command)):
            bodies.append(PRINTERS[type(event)](printer, event, seq, index, seq)[1])
    return bodies
