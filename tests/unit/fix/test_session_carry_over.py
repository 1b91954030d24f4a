"""What a reset takes over from before, and numbers beyond those that are reserved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.fix.acceptor_client import Client, listening, run
from tests.unit.fix.session_peer import ORDER, Peer
from tradsys_oms.errors import InvariantError
from tradsys_oms.fix.message import parse
from tradsys_oms.fix.reserved_numbers import CHUNK, LOW_WATER, ReservedNumbers
from tradsys_oms.fix.session import Session


def stored(session: Session) -> list[tuple[int, str, str]]:
    """Give number, MsgType and the body's first fields of what is in the store."""
    messages = [parse(message.raw) for message in session.store.read(1, session.next_out - 1) if message.raw]
    return [
        (m.msg_seq_num, m.msg_type, "|".join(f"{tag}={value}" for tag, value in m.fields.items() if tag in WATCHED))
        for m in messages
    ]


WATCHED = ("97", "17", "45", "58", "380")


def test_reports_and_business_rejects_are_carried_over_and_nothing_else(tmp_path: Path) -> None:
    peer = Peer(tmp_path)
    session, now_ns = peer.session, peer.now_ns
    for number, (msg_type, body) in enumerate(
        (
            ("8", "17=1|"),
            ("0", ""),
            ("8", "17=2|"),
            ("3", "45=9|58=no|"),
            ("j", "45=9|372=D|380=5|"),
            ("8", "97=Y|17=3|"),
        )
    ):
        session.send(msg_type, body.replace("|", "\x01"), now_ns, (number, 1))
    session.store.flush()
    session.store.offering(4)
    session.store.sent(1, 2)
    session.restart_output(50)
    session.send("A", "98=0\x01", now_ns)
    assert session.carry_over(now_ns) == 3
    assert stored(session) == [(1, "A", ""), (2, "8", "97=Y|17=2"), (3, "j", "380=5"), (4, "8", "97=Y|17=3")]
    assert [message.origin for message in session.store.read(2, 4)] == [(2, 1), (4, 1), (5, 1)]
    assert session.carry_over(now_ns) == 0
    assert session.outbox == []
    session.store.close()


def test_a_reset_has_to_be_done_before_the_next_one(tmp_path: Path) -> None:
    peer = Peer(tmp_path)
    peer.session.restart_output(50)
    with pytest.raises(InvariantError, match="began before the last one was done"):
        peer.session.restart_output(60)
    peer.session.carry_over(peer.now_ns)
    peer.session.restart_output(60, 7)
    peer.session.carry_over(peer.now_ns)
    assert (peer.session.next_out, peer.session.store.epoch) == (7, 60)
    peer.session.store.close()


def test_more_numbers_are_asked_for_when_half_of_them_are_used() -> None:
    numbers = ReservedNumbers()
    assert numbers.is_low(1)
    numbers.reserved(0, CHUNK)
    assert (numbers.low_water, numbers.ceiling) == (CHUNK - LOW_WATER, CHUNK)
    assert not numbers.is_low(CHUNK - LOW_WATER)
    assert numbers.is_low(CHUNK - LOW_WATER + 1)
    numbers.reserved(9, 100)
    numbers.restart(9)
    assert (numbers.ceiling, numbers.low_water) == (100, 0), "it was reserved for the epoch in advance"
    numbers.restart(10)
    assert numbers.ceiling == 0


@run
async def test_beyond_the_ceiling_nothing_is_sent_that_is_not_synced(tmp_path: Path) -> None:
    asked: list[int] = []
    async with listening(tmp_path) as exchange:
        session = exchange.acceptor.sessions["BROKER"]
        exchange.reserve_numbers = lambda session, ceiling: asked.append(ceiling)  # type: ignore[method-assign]
        mark = session.store._mark
        client = Client(exchange.acceptor.port)
        await client.logon()
        size = session.store._size
        assert (asked, mark.numbers[3]) == ([2 + CHUNK], size), "nothing is reserved yet: the Logon was synced"
        client.send("D", ORDER["FIX.4.4"])
        await client.expect("8")
        assert (len(asked), mark.numbers[3]) == (1, session.store._size)
        session.numbers.reserved(0, asked[0])
        client.send("D", ORDER["FIX.4.4"])
        await client.expect("8")
        assert len(asked) == 1
        assert mark.numbers[3] < session.store._size, "what is below the ceiling is not synced"
        assert (session.store.unsent, session.store.offered) == (4, 4)
