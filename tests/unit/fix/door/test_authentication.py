"""Judging of Logons off the loop: bounds, lock-out by a clock that the test moves, and times."""

from __future__ import annotations

import asyncio
import time

import uvloop

from tests.unit.fix.acceptor_client import until
from tests.unit.fix.fix_exchange import settings_for
from tradsys_oms.fix.door.authentication import Authentication, AuthenticationSettings
from tradsys_oms.fix.door.credentials import Credentials
from tradsys_oms.fix.door.passwords import Outcome, Verdict, hash_password
from tradsys_oms.fix.settings import SessionSettings

GOOD_HASH = hash_password("correct horse")
BROKER = settings_for("BROKER", "FIX.4.4", password_hash=GOOD_HASH)
RIGHT = Credentials("BROKER", "correct horse", "")
WRONG = Credentials("BROKER", "wrong", "")
DELAY_MS = 50


class Door:
    """An Authentication with a clock of its own."""

    def __init__(self, **settings: int) -> None:
        self.now_s = 1000
        settings.setdefault("failure_delay_ms", DELAY_MS)
        self.authentication = Authentication(AuthenticationSettings(**settings), lambda: self.now_s * 10**9)

    async def ask(
        self, credentials: Credentials, address: str = "192.0.2.1", settings: SessionSettings = BROKER
    ) -> Outcome:
        verdicts: list[Verdict] = []
        assert self.authentication.begin(settings, credentials, address, verdicts.append)
        await until(lambda: verdicts)
        return verdicts[0].outcome


async def lock_out() -> None:
    door = Door(failures_max=2, lockout_s=60)
    assert [await door.ask(WRONG) for _ in range(2)] == [Outcome.FAILED] * 2
    assert await door.ask(RIGHT) is Outcome.FAILED
    assert await door.ask(RIGHT, "192.0.2.2") is Outcome.GOOD
    door.now_s += 59
    assert await door.ask(RIGHT) is Outcome.FAILED
    door.now_s += 1
    assert await door.ask(RIGHT) is Outcome.GOOD
    assert (door.authentication.failures_total, door.authentication.lockouts_total) == (4, 1)
    door.authentication.close()


def test_repeated_failures_lock_an_address_out_for_a_while() -> None:
    uvloop.run(lock_out())


async def guess_in_parallel() -> None:
    door = Door(failures_max=2, lockout_s=60, threads=1)
    guesses = [WRONG, WRONG, RIGHT]
    assert await asyncio.gather(*(door.ask(guess) for guess in guesses)) == [Outcome.FAILED] * 3
    door.authentication.close()


def test_guesses_at_the_same_time_do_not_slip_past_the_lock() -> None:
    uvloop.run(guess_in_parallel())


async def fill() -> None:
    door = Door(waiting_max=2, threads=1)
    verdicts: list[Verdict] = []
    begun = [door.authentication.begin(BROKER, RIGHT, "192.0.2.1", verdicts.append) for _ in range(4)]
    assert begun == [True, True, False, False]
    await until(lambda: len(verdicts) == 2)
    assert door.authentication.waiting == 0
    assert await door.ask(RIGHT) is Outcome.GOOD
    door.authentication.close()


def test_only_so_many_logons_wait() -> None:
    uvloop.run(fill())


async def take_times() -> None:
    door = Door(failures_max=3, failure_delay_ms=400)
    nobody = settings_for("OPEN", "FIX.4.4")
    for credentials, settings, address in (
        (WRONG, BROKER, "192.0.2.1"),
        (Credentials("SOMEBODY", "correct horse", ""), BROKER, "192.0.2.1"),
        (Credentials("", "", ""), BROKER, "192.0.2.1"),
        (RIGHT, BROKER, "192.0.2.1"),  # locked out by now
        (WRONG, nobody, "192.0.2.1"),
    ):
        started_s = time.monotonic()
        assert await door.ask(credentials, address, settings) is Outcome.FAILED
        assert 0.39 < time.monotonic() - started_s < 2
    door.authentication.close()


def test_every_failure_is_told_after_the_same_time() -> None:
    uvloop.run(take_times())


async def use_a_hash_that_is_none() -> None:
    door = Door()
    broken = settings_for("BROKER", "FIX.4.4", password_hash="plain text")  # noqa: S106 - just that is the fault
    assert await door.ask(RIGHT, settings=broken) is Outcome.FAILED
    door.authentication.close()


def test_a_hash_that_can_not_be_read_fits_nothing() -> None:
    uvloop.run(use_a_hash_that_is_none())


async def close_early() -> None:
    door = Door(threads=1)
    verdicts: list[Verdict] = []
    for _ in range(5):
        door.authentication.begin(BROKER, RIGHT, "192.0.2.1", verdicts.append)
    door.authentication.close()
    await until(lambda: door.authentication.waiting == 0)
    assert len(verdicts) < 5
    door.authentication.close()


def test_closing_drops_what_waits() -> None:
    uvloop.run(close_early())


def test_secrets_are_in_no_repr() -> None:
    settings = settings_for("BROKER", "FIX.4.4", password_hash="$argon2id$secret", username="user")  # noqa: S106
    texts = [repr(settings), str(settings), repr(settings.__rich_repr__()), repr(Credentials("u", "secret", "secret2"))]
    texts.append(repr(Verdict(Outcome.GOOD, "$argon2id$secret")))
    assert all("secret" not in text for text in texts)
    assert "username='user'" in repr(settings)
