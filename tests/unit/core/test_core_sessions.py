"""What the journal knows of a session's messages, and that none is applied twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tradsys_oms.core.commands import (
    CancelOrder,
    Command,
    EngineStarted,
    MessageRefused,
    NewOrder,
    NumbersReserved,
    QueryOrder,
    ReplaceOrder,
    SessionOffline,
    SessionOnline,
    SessionReset,
)
from tradsys_oms.errors import InvariantError

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange

MESSAGES = (
    NewOrder("A1", 5, "X", "", "ACME", "1", "2", "0", 100_000_000, 10_000_000_000),
    CancelOrder("A1", 5, "X", "W", "", "ACME", "1"),
    ReplaceOrder("A1", 5, "X", "W", "", "ACME", "1", "2", "0", 100_000_000, 10_000_000_000),
    QueryOrder("A1", 5, "X", "", "ACME", "1", ""),
)


@pytest.mark.parametrize("command", MESSAGES, ids=lambda command: type(command).__name__)
def test_every_message_moves_the_number_and_none_counts_twice(exchange: Exchange, command: Command) -> None:
    exchange.apply(command)
    assert exchange.engine.sessions["A1"].last_msg_seq_num == 5
    with pytest.raises(InvariantError, match="Message 5 of session A1 was applied before: the last one is 5"):
        exchange.apply(command)


def test_a_refused_message_counts_as_received(exchange: Exchange) -> None:
    exchange.new("A1", "X", "buy", 1, 99_999)
    assert exchange.engine.sessions["A1"].last_msg_seq_num == 1


def test_a_command_from_no_message_leaves_the_number(exchange: Exchange) -> None:
    exchange.apply(CancelOrder("A1", 0, "X", "W", "", "ACME", "1"))
    exchange.apply(CancelOrder("A1", 0, "X", "W", "", "ACME", "1"))
    assert exchange.engine.sessions["A1"].last_msg_seq_num == 0


def test_logon_and_end_of_a_session_move_the_number(exchange: Exchange) -> None:
    exchange.apply(EngineStarted("1.0", "host", 1))
    assert exchange.apply(SessionOnline("A1", 3, "127.0.0.1")) == []
    assert exchange.engine.sessions["A1"].last_msg_seq_num == 3
    assert exchange.apply(SessionOffline("A1", 3, "Logout")) == []
    assert exchange.apply(SessionOffline("A1", 7, "connection lost")) == []
    assert exchange.engine.sessions["A1"].last_msg_seq_num == 7
    with pytest.raises(InvariantError, match="went back from message 7 to 6 without a reset"):
        exchange.apply(SessionOnline("A1", 6, "127.0.0.1"))


def test_a_reset_starts_the_numbers_again(exchange: Exchange) -> None:
    exchange.apply(SessionOnline("A1", 9, "127.0.0.1"))
    assert exchange.engine.sessions["A1"].reset_seq == 0
    assert exchange.apply(SessionReset("A1", "ResetSeqNumFlag")) == []
    assert exchange.engine.sessions["A1"].last_msg_seq_num == 0
    assert exchange.engine.sessions["A1"].reset_seq == exchange.seq
    exchange.apply(SessionOnline("A1", 1, "127.0.0.1"))
    assert exchange.engine.sessions["A1"].last_msg_seq_num == 1


def test_reserved_numbers_only_rise_until_a_reset_and_are_part_of_the_state(exchange: Exchange) -> None:
    session = exchange.engine.sessions["A1"]
    hashes = []
    for ceiling, known in ((100, 100), (50, 100), (200, 200)):
        assert exchange.apply(NumbersReserved("A1", ceiling)) == []
        assert session.reserved_out == known
        hashes.append(exchange.engine.state_hash())
    session.reserved_out = 201
    assert exchange.engine.state_hash() not in hashes
    exchange.apply(SessionReset("A1", "ResetSeqNumFlag"))
    assert session.reserved_out == 0


def test_a_message_that_was_refused_is_not_taken_when_it_comes_again(exchange: Exchange) -> None:
    exchange.apply(SessionOnline("A1", 6, "127.0.0.1"))
    assert exchange.apply(MessageRefused("A1", 7)) == []
    assert exchange.engine.sessions["A1"].last_msg_seq_num == 7
    with pytest.raises(InvariantError, match="Message 7 of session A1 was applied before"):
        exchange.apply(MessageRefused("A1", 7))


def test_a_session_that_nobody_made_stops_the_process(exchange: Exchange) -> None:
    with pytest.raises(InvariantError, match="names the session Z9"):
        exchange.apply(SessionOnline("Z9", 1, ""))
    with pytest.raises(InvariantError, match="names the session Z9"):
        exchange.new("Z9", "X", "buy", 1, 10_000)
