"""Lock-out with a clock that the test moves."""

from __future__ import annotations

from tradsys_oms.fix.door.lockout import Lockout

NS_PER_S = 1_000_000_000


def fail(lockout: Lockout, times: int, address: str = "192.0.2.1", *, at_s: int = 0) -> list[bool]:
    return [lockout.note_failure(address, "BROKER", at_s * NS_PER_S) for _ in range(times)]


def is_locked(lockout: Lockout, address: str = "192.0.2.1", session: str = "BROKER", *, at_s: int = 0) -> bool:
    return lockout.is_locked(address, session, at_s * NS_PER_S)


def test_the_failure_that_is_too_many_locks_for_a_while() -> None:
    lockout = Lockout(3, 60, 10)
    assert fail(lockout, 2) == [False, False]
    assert not is_locked(lockout)
    assert fail(lockout, 1, at_s=10) == [True]
    assert is_locked(lockout, at_s=69)
    assert not is_locked(lockout, at_s=70)


def test_after_the_lock_the_count_starts_anew() -> None:
    lockout = Lockout(3, 60, 10)
    fail(lockout, 3)
    assert fail(lockout, 3, at_s=60) == [False, False, True]


def test_another_address_and_another_session_are_not_locked() -> None:
    lockout = Lockout(1, 60, 10)
    fail(lockout, 1)
    assert is_locked(lockout)
    assert not is_locked(lockout, "192.0.2.2")
    assert not is_locked(lockout, session="OTHER")


def test_failures_long_ago_do_not_count() -> None:
    lockout = Lockout(2, 60, 10)
    fail(lockout, 1)
    assert fail(lockout, 2, at_s=60) == [False, True]


def test_a_success_makes_up_for_what_came_before() -> None:
    lockout = Lockout(2, 60, 10)
    fail(lockout, 1)
    lockout.forget("192.0.2.1", "BROKER")
    lockout.forget("192.0.2.1", "NOBODY")
    assert fail(lockout, 2) == [False, True]


def test_the_table_is_bounded_and_forgets_the_oldest_failure_first() -> None:
    lockout = Lockout(1, 60, 3)
    for number in range(4):
        fail(lockout, 1, f"192.0.2.{number}", at_s=number)
        if number == 1:
            fail(lockout, 1, "192.0.2.0", at_s=number)  # again: now 192.0.2.1 is the oldest one
    assert len(lockout) == 3
    assert [is_locked(lockout, f"192.0.2.{number}", at_s=4) for number in range(4)] == [True, False, True, True]
