"""Test cases 14, 15, 18 and 21: what is in a message."""

from __future__ import annotations

from pathlib import Path

from tests.unit.fix.session_cases import case, online, reason
from tests.unit.fix.session_peer import ORDER, Peer, brief
from tradsys_oms.core.commands import Command, MessageRefused
from tradsys_oms.fix.faults import TEXTS
from tradsys_oms.gateway import Gateway


def is_rejected(
    folder: Path, version: str, number: int, tag: str, body: str, msg_type: str = "D", **header: str
) -> None:
    """Check that a message gets its Reject, in the words and numbers of the version, and that it counts."""
    peer = online(folder / f"{number}-{tag}", version)
    line = f"3 45=2|371={tag}|372={msg_type}|{reason(version, number)}58={TEXTS[number]}|"
    assert brief(peer.say(msg_type, 2, body, **header)) == [line]
    assert brief(peer.order(3)) == ["deliver 3"]


def answers_of(peer: Peer, gateway: Gateway, seq_num: int, body: str) -> list[str]:
    """Hand an order to the gateway as a connection does, and give its rejects."""
    message = peer.message("D", seq_num, body)
    assert peer.session.check(message) is None
    peer.session.answers.clear()
    gateway.deliver(peer.session, message, peer.now_ns)
    return brief(peer.session.answers)


@case("14.a")
def test_a_tag_that_the_standard_has_not(tmp_path: Path, version: str) -> None:
    for tag in ("9999", "0", "-1"):
        is_rejected(tmp_path, version, 0, tag, f"{ORDER[version]}{tag}=X|")
        is_rejected(tmp_path / "heartbeat", version, 0, tag, f"{tag}=X|", "0")


@case("14.b")
def test_a_required_tag_is_missing(tmp_path: Path, version: str) -> None:
    is_rejected(tmp_path, version, 1, "54", ORDER[version].replace("54=1|", ""))
    is_rejected(tmp_path, version, 1, "56", "", "0", f56="")


@case("14.c")
def test_a_tag_of_another_message(tmp_path: Path, version: str) -> None:
    is_rejected(tmp_path, version, 2, "45", f"{ORDER[version]}45=2|")
    is_rejected(tmp_path, version, 2, "58", "58=X|", "0")


@case("14.d")
def test_a_tag_without_a_value(tmp_path: Path, version: str) -> None:
    is_rejected(tmp_path, version, 4, "1", f"{ORDER[version]}1=|")


@case("14.e")
def test_a_value_out_of_range(tmp_path: Path, version: str) -> None:
    is_rejected(tmp_path, version, 5, "54", ORDER[version].replace("54=1|", "54=Z|"))


@case("14.f")
def test_a_value_in_the_wrong_format(tmp_path: Path, version: str) -> None:
    is_rejected(tmp_path, version, 6, "38", ORDER[version].replace("38=100|", "38=+100|"))


@case("14.g")
def test_a_header_field_behind_the_body(tmp_path: Path, version: str) -> None:
    is_rejected(tmp_path, version, 14, "50", f"{ORDER[version]}50=X|")


@case("14.h")
def test_a_tag_twice(tmp_path: Path, version: str) -> None:
    is_rejected(tmp_path, version, 13, "54", f"{ORDER[version]}54=1|")


@case("14.i")
def test_a_wrong_count_of_a_group(tmp_path: Path, version: str) -> None:
    is_rejected(tmp_path, version, 16, "78", f"{ORDER[version]}78=3|79=A|80=5|79=B|80=5|")


@case("14.j")
def test_fields_of_a_group_out_of_order(tmp_path: Path, version: str) -> None:
    is_rejected(tmp_path, version, 15, "80", f"{ORDER[version]}78=1|80=5|79=A|")


@case("14.k")
def test_a_delimiter_inside_of_a_value(tmp_path: Path, version: str) -> None:
    is_rejected(tmp_path, version, 17, "58", f"{ORDER[version]}58=cut|here|")


class Journal:
    """Notes what is submitted."""

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def submit(self, command: Command) -> int:
        self.commands.append(command)
        return len(self.commands)


@case("14.l")
def test_an_application_that_takes_no_requests_says_so(tmp_path: Path, version: str) -> None:
    peer, gateway = online(tmp_path, version), Gateway({}, {})
    journal = Journal()
    gateway.sequencer = journal  # type: ignore[assignment]  # it only submits
    gateway.close()
    assert answers_of(peer, gateway, 2, ORDER[version]) == [
        "j 45=2|372=D|379=C1|380=4|58=Application not available|",
    ]
    assert journal.commands == [MessageRefused(peer.session.session, 2)]


@case("14.m")
def test_a_field_that_another_one_requires(tmp_path: Path, version: str) -> None:
    peer, gateway = online(tmp_path, version), Gateway({}, {})
    assert answers_of(peer, gateway, 2, ORDER[version].replace("44=10|", "")) == [
        "j 45=2|372=D|379=C1|380=5|58=Price (44) is required for a Limit order|",
    ]


@case("14.n")
def test_an_encrypted_part_is_never_taken_for_agreed(tmp_path: Path, version: str) -> None:
    is_rejected(tmp_path, version, 7, "91", ORDER[version], f90="3", f91="A=B")
    is_rejected(tmp_path / "heartbeat", version, 7, "91", "", "0", f90="3", f91="A\x01B")


@case("15")
def test_fields_of_header_and_body_come_in_any_order(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    backwards = "".join(f"{field}|" for field in reversed(ORDER[version].split("|")[:-1]))
    message = peer.message("D", 2, backwards)
    head = "|".join(f"{tag}={message.fields[tag]}" for tag in ("52", "34", "56", "49"))
    assert brief(peer.say("D", 2, f"{head}|{backwards}", f34="", f52="", f49="", f56="")) == ["deliver 2"]


@case("18.a")
def test_a_message_on_behalf_of_somebody_is_taken_and_its_reject_goes_back_to_him(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.order(2, f115="DESK", f128="POOL")) == ["deliver 2"]
    (line,) = brief(peer.say("D", 3, "11=C1|", f115="DESK", f128="POOL"))
    assert line.startswith("3 128=DESK|115=POOL|45=3|")


@case("21")
def test_a_group_without_entries_is_taken(tmp_path: Path, version: str) -> None:
    assert brief(online(tmp_path, version).say("D", 2, f"{ORDER[version]}78=0|")) == ["deliver 2"]
