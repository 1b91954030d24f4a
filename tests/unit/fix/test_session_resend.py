"""The answer to a ResendRequest: application messages again, runs of administrative ones as one gap fill."""

from __future__ import annotations

from pathlib import Path

from tests.unit.fix.session_peer import NS_PER_S, START_NS, Peer
from tradsys_oms.fix.framing import Framer
from tradsys_oms.fix.message import Message, parse
from tradsys_oms.fix.resend import last_wanted, resend, unsent

LATER_NS = START_NS + 7 * NS_PER_S


def sent(tmp_path: Path, msg_types: str, *, text: str = "x") -> Peer:
    """Give a peer whose session has sent messages of these types."""
    peer = Peer(tmp_path)
    for msg_type in msg_types:
        peer.session.send(msg_type, f"58={text}\x01" if msg_type == "8" else "", START_NS)
    return peer


def again(peer: Peer, begin: int, end: int) -> list[Message]:
    """Give what a ResendRequest from `begin` to `end` gets."""
    session = peer.session
    end = last_wanted(end, session.next_out)
    messages = session.store.read(begin, end)
    data = b"".join(resend(messages, begin, end, session.begin_string, session.comp_ids, lambda: LATER_NS))
    framer = Framer(65_536)
    frames = framer.feed(data)
    assert (framer.garbled_count, framer.pending_bytes) == (0, 0)
    return [parse(frame) for frame in frames]


def brief(messages: list[Message]) -> list[str]:
    return [f"{m.msg_type} {m.msg_seq_num} {m.fields.get('36', '')}".strip() for m in messages]


def test_runs_of_administrative_messages_become_one_gap_fill(tmp_path: Path) -> None:
    peer = sent(tmp_path, "A0088000815")
    assert brief(again(peer, 1, 0)) == ["4 1 4", "8 4", "8 5", "4 6 9", "8 9", "4 10 12"]
    assert brief(again(peer, 4, 5)) == ["8 4", "8 5"]
    assert brief(again(peer, 2, 3)) == ["4 2 4"]
    assert brief(again(peer, 7, 999_999)) == ["4 7 9", "8 9", "4 10 12"]


def test_rejects_come_again(tmp_path: Path) -> None:
    peer = sent(tmp_path, "A3j033")
    assert brief(again(peer, 1, 0)) == ["4 1 2", "3 2", "j 3", "4 4 5", "3 5", "3 6"]
    assert all(message.poss_dup for message in again(peer, 1, 0))


def test_a_message_that_comes_again_says_so_and_keeps_its_body(tmp_path: Path) -> None:
    peer = sent(tmp_path, "A8", text="52=x and 10=y, \xe9")
    (first,) = peer.session.store.read(2, 2)
    original = parse(first.raw)
    (message,) = again(peer, 2, 2)
    assert (message.poss_dup, message.msg_seq_num) == (True, 2)
    assert message.fields["52"] == "20260101-00:00:07.000"
    assert message.fields["122"] == original.fields["52"] == "20260101-00:00:00.000"
    body = [(tag, value) for tag, value in zip(message.tags, message.values, strict=True) if tag not in HEADER]
    assert body == [
        (tag, value) for tag, value in zip(original.tags, original.values, strict=True) if tag not in HEADER
    ]


HEADER = ("8", "9", "10", "43", "52", "122")


def test_a_gap_fill_has_what_a_possible_duplicate_needs(tmp_path: Path) -> None:
    (message,) = again(sent(tmp_path, "A00"), 1, 0)
    fields = message.fields
    assert (fields["43"], fields["123"], fields["122"]) == ("Y", "Y", fields["52"])


def test_chunks_are_bounded(tmp_path: Path) -> None:
    peer = sent(tmp_path, "8" * 2000, text="x" * 200)
    messages = peer.session.store.read(1, 2000)
    chunks = list(resend(messages, 1, 2000, "FIX.4.4", peer.session.comp_ids, lambda: LATER_NS))
    assert len(chunks) > 5
    assert max(map(len, chunks)) < 70_000
    assert sum(chunk.count(b"\x0135=8\x01") for chunk in chunks) == 2000
    assert max(map(len, unsent(peer.session.store.read(1, 2000)))) < 70_000


def test_many_administrative_messages_do_not_take_one_long_step(tmp_path: Path) -> None:
    peer = sent(tmp_path, "0" * 5000)
    chunks = list(resend(peer.session.store.read(1, 5000), 1, 5000, "FIX.4.4", peer.session.comp_ids, lambda: LATER_NS))
    assert len(chunks) >= 5
    assert sum(map(bool, chunks)) == 1
