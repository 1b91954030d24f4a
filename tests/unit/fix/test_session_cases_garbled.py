"""Test cases 2.d, 2.h to 2.t and 3: the frame of a message, and who sent it when."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.unit.fix.acceptor_client import Client, listening
from tests.unit.fix.session_cases import case, online, over_tcp, reason
from tests.unit.fix.session_peer import brief
from tradsys_oms.fix.encoding import checksum

Spoil = Callable[[bytes], bytes]


def resum(frame: bytes) -> bytes:
    """Put a right CheckSum to what was changed."""
    covered = frame[: frame.rindex(b"\x0110=") + 1]
    return covered + b"10=%03d\x01" % checksum(covered)


def longer(by: int) -> Spoil:
    """Make a BodyLength wrong."""

    def spoil(frame: bytes) -> bytes:
        return resum(re.sub(rb"\x019=(\d+)\x01", lambda field: b"\x019=%d\x01" % (int(field[1]) + by), frame))

    return spoil


def first_three(order: tuple[int, int, int]) -> Spoil:
    """Put BeginString, BodyLength and MsgType into another order."""

    def spoil(frame: bytes) -> bytes:
        *head, rest = frame.split(b"\x01", 3)
        return resum(b"\x01".join([*(head[place] for place in order), rest]))

    return spoil


async def is_ignored(folder: Path, version: str, spoil: Spoil) -> None:
    """Check that a spoilt message is as good as not sent: the next one shows the gap, and what fills it is taken."""
    async with listening(folder, version=version) as exchange:
        client = Client(exchange.acceptor.port, version=version)
        await client.logon()
        client.writer.write(spoil(client.make("1", "112=SPOILT|")))
        client.send("1", "112=NEXT|")
        request = await client.expect("2")
        assert (request.fields["7"], request.fields["16"]) == ("2", "0")
        client.send("1", "112=AGAIN|", seq_num=2)
        assert [(await client.expect("0")).fields["112"] for _ in range(2)] == ["AGAIN", "NEXT"]
        assert exchange.acceptor.sessions["BROKER"].counters.garbled >= 1


@case("2.d", "3.c")
@over_tcp
async def test_a_garbled_message_is_ignored(tmp_path: Path, version: str) -> None:
    await is_ignored(tmp_path / "a", version, lambda frame: frame.replace(b"8=FIX", b"8=XIF", 1))
    await is_ignored(tmp_path / "b", version, lambda frame: frame.replace(b"\x019=", b"\x019=x", 1))


@case("2.m")
@over_tcp
async def test_a_wrong_body_length_is_ignored(tmp_path: Path, version: str) -> None:
    for by in (-30, -1, 1, 5):
        await is_ignored(tmp_path / str(by), version, longer(by))


@case("2.t")
@over_tcp
async def test_the_first_three_fields_have_their_order(tmp_path: Path, version: str) -> None:
    for place, order in enumerate([(0, 2, 1), (1, 0, 2), (2, 1, 0)]):
        await is_ignored(tmp_path / str(place), version, first_three(order))


@case("3.b")
@over_tcp
async def test_a_wrong_checksum_is_ignored(tmp_path: Path, version: str) -> None:
    await is_ignored(tmp_path, version, lambda frame: frame[:-4] + b"%03d\x01" % ((int(frame[-4:-1]) + 1) % 256))


@case("3.e")
@over_tcp
async def test_a_checksum_that_is_not_last_or_not_three_digits_is_ignored(tmp_path: Path, version: str) -> None:
    await is_ignored(tmp_path / "missing", version, lambda frame: frame[:-7])
    await is_ignored(tmp_path / "short", version, lambda frame: frame[:-4] + frame[-3:])


@case("2.h", "2.j", "2.l", "2.p", "2.s", "3.a", "3.d")
@over_tcp
async def test_a_right_frame_of_the_right_sender_is_taken(tmp_path: Path, version: str) -> None:
    async with listening(tmp_path, version=version) as exchange:
        client = Client(exchange.acceptor.port, version=version)
        await client.logon()
        client.send("1", "112=RIGHT|")
        assert (await client.expect("0")).fields["112"] == "RIGHT"
        assert exchange.acceptor.sessions["BROKER"].counters.garbled == 0


@case("2.i")
def test_another_begin_string_ends_the_session(tmp_path: Path, version: str) -> None:
    for name, begin in (("answered", "FIX.4.1"), ("not answered", "FIX.4.3")):
        peer = online(tmp_path / name, version)
        assert brief(peer.order(2, begin=begin)) == ["5 58=Incorrect BeginString|"]
        end = peer.say("5", 3) if name == "answered" else peer.after(2)
        assert brief(end)[0].startswith("disconnect: ")


@case("2.k")
def test_other_comp_ids_are_rejected_counted_and_end_the_session(tmp_path: Path, version: str) -> None:
    for name, header in (("sender", {"f49": "X"}), ("target", {"f56": "X"}), ("both", {"f49": "X", "f56": "X"})):
        peer = online(tmp_path / name, version)
        assert brief(peer.order(2, **header)) == ["3 45=2|372=D|373=9|58=CompID problem|", "5 58=CompID problem|"]
        assert peer.session.next_in == 3


@case("2.n")
def test_a_clock_two_minutes_off_is_tolerated(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    for number, sending_time in enumerate(("20251231-23:58:00", "20260101-00:02:00", "20260101-00:00:00.123"), 2):
        assert brief(peer.order(number, f52=sending_time)) == [f"deliver {number}"]


@case("2.o")
def test_a_clock_further_off_or_not_in_utc_is_rejected_and_ends_the_session(tmp_path: Path, version: str) -> None:
    for sending_time in ("20251231-23:57:59", "20260101-00:02:01", "20260101-01:00:00"):
        peer = online(tmp_path / sending_time, version)
        assert brief(peer.order(2, f52=sending_time)) == [
            "3 45=2|372=D|373=10|58=SendingTime accuracy problem|",
            "5 58=SendingTime accuracy problem|",
        ]
        assert peer.session.next_in == 3


@case("2.q")
def test_an_unknown_message_type_is_rejected_and_counted(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.say("*", 2)) == [f"3 45=2|372=*|{reason(version, 11)}58=Invalid MsgType|"]
    assert brief(peer.order(3)) == ["deliver 3"]


@case("2.r")
def test_a_message_that_is_not_supported_is_rejected_as_business_and_counted(tmp_path: Path, version: str) -> None:
    peer = online(tmp_path, version)
    assert brief(peer.say("8", 2, "37=1|17=1|")) == ["j 45=2|372=8|380=3|58=Unsupported Message Type|"]
    assert brief(peer.order(3)) == ["deliver 3"]
