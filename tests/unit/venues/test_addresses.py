"""Addresses in turn, with pauses that grow."""

from __future__ import annotations

import pytest

from tradsys_oms.venues.addresses import Addresses
from tradsys_oms.venues.settings import NEVER, RECONNECT, VenueAddress

THREE = tuple(VenueAddress("venue", port) for port in (1, 2, 3))


def addresses(fail_back: str = NEVER, chance: float = 1.0) -> Addresses:
    return Addresses(THREE, 1.0, 5.0, fail_back, lambda: chance)


def ports(turn: Addresses, attempts: int) -> list[int]:
    """Let attempts fail, and list where they went."""
    seen = []
    for _ in range(attempts):
        seen.append(turn.current.port)
        turn.failed()
    return seen


@pytest.mark.parametrize("fail_back", [NEVER, RECONNECT])
def test_a_round_tries_each_once_and_then_waits_longer_each_time(fail_back: str) -> None:
    turn = addresses(fail_back)
    assert [turn.failed() for _ in range(12)] == [0, 0, 1, 0, 0, 2, 0, 0, 4, 0, 0, 5]
    assert ports(addresses(fail_back), 6) == [1, 2, 3, 1, 2, 3]


def test_jitter_takes_up_to_half_of_a_pause() -> None:
    turn = addresses(chance=0.0)
    assert [turn.failed() for _ in range(6)] == [0, 0, 0.5, 0, 0, 1.0]


@pytest.mark.parametrize(("fail_back", "first"), [(NEVER, 2), (RECONNECT, 1)])
def test_after_a_good_line_it_stays_or_goes_back(fail_back: str, first: int) -> None:
    turn = addresses(fail_back)
    turn.failed()
    turn.logged_on()
    assert turn.current.port == 2
    assert turn.lost(100.0) == 0.0
    assert ports(turn, 2) == [first, first + 1]


def test_a_good_line_makes_pauses_short_again() -> None:
    turn = addresses()
    for _ in range(6):
        turn.failed()
    turn.logged_on()
    turn.lost(100.0)
    assert [turn.failed() for _ in range(3)] == [0, 0, 1]


def test_a_line_that_is_lost_at_once_was_not_good() -> None:
    turn = Addresses(THREE[:1], 1.0, 5.0, NEVER, lambda: 1.0)
    pauses = []
    for _ in range(4):
        turn.logged_on()
        pauses.append(turn.lost(0.5))
    assert pauses == [1, 2, 4, 5]


def test_failovers_are_counted() -> None:
    turn = addresses()
    turn.logged_on()
    turn.lost(100.0)
    turn.logged_on()
    assert turn.failovers_total == 0
    turn.lost(100.0)
    turn.failed()
    turn.logged_on()
    assert turn.failovers_total == 1
