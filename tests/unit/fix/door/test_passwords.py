"""Passwords against their hashes, and new ones against the policy."""

from __future__ import annotations

import time

import pytest
from argon2 import PasswordHasher, Type

from tradsys_oms.fix.door.credentials import Credentials
from tradsys_oms.fix.door.passwords import Outcome, check_hash, hash_password, judge
from tradsys_oms.fix.errors import PasswordHashUnusable

GOOD = hash_password("correct horse")


def outcome(
    password: str, new_password: str = "", *, password_hash: str = GOOD, is_user: bool = True
) -> tuple[Outcome, bool]:
    verdict = judge(password_hash, Credentials("BROKER", password, new_password), is_user=is_user)
    return verdict.outcome, bool(verdict.new_hash)


def test_a_hash_is_argon2id_with_a_salt_of_its_own() -> None:
    again = hash_password("correct horse")
    assert again.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert again != GOOD
    assert "correct" not in again
    check_hash(again)


def test_right_and_wrong_passwords() -> None:
    assert outcome("correct horse") == (Outcome.GOOD, False)
    assert outcome("correct horsf") == (Outcome.FAILED, False)
    assert outcome("") == (Outcome.FAILED, False)
    assert outcome("correct horse", is_user=False) == (Outcome.FAILED, False)


def test_where_no_password_is_known_none_may_be_given() -> None:
    assert outcome("", password_hash="") == (Outcome.GOOD, False)
    assert outcome("", password_hash="", is_user=False) == (Outcome.FAILED, False)
    assert outcome("correct horse", password_hash="") == (Outcome.FAILED, False)
    assert outcome("", "another one", password_hash="") == (Outcome.FAILED, False)


def test_a_password_is_the_bytes_of_the_wire() -> None:
    wire = "pässwörd".encode().decode("latin-1")
    assert outcome(wire, password_hash=hash_password("pässwörd")) == (Outcome.GOOD, False)


def test_a_new_password_is_hashed_if_the_old_one_is_right() -> None:
    verdict = judge(GOOD, Credentials("BROKER", "correct horse", "battery staple"), is_user=True)
    assert verdict.outcome is Outcome.GOOD
    assert outcome("battery staple", password_hash=verdict.new_hash) == (Outcome.GOOD, False)
    assert outcome("wrong", "battery staple") == (Outcome.FAILED, False)


@pytest.mark.parametrize(
    "new_password", ["short", "1234567", "correct horse", "tab\tinside", "del\x7finside", "nul\x00inside", "x" * 129]
)
def test_a_new_password_against_the_policy_is_not_taken(new_password: str) -> None:
    assert outcome("correct horse", new_password) == (Outcome.AGAINST_POLICY, False)
    assert outcome("wrong", new_password) == (Outcome.FAILED, False)


@pytest.mark.parametrize("new_password", ["12345678", "x" * 128, "with = and spaces", "Ã¤Ã¶Ã¼ latin"])
def test_a_new_password_within_the_policy_is_taken(new_password: str) -> None:
    assert outcome("correct horse", new_password) == (Outcome.GOOD, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "$argon2id$",
        "$argon2id$v=19$m=19456,t=2,p=1$",
        PasswordHasher(type=Type.D, memory_cost=64).hash("x"),
    ],
    ids=range(5),
)
def test_what_is_no_hash_is_found_and_fits_no_password(text: str) -> None:
    with pytest.raises(PasswordHashUnusable, match="no argon2id hash") as caught:
        check_hash(text)
    assert "secret" not in str(caught.value)
    if text:
        verdict = judge(text, Credentials("BROKER", "secret", ""), is_user=True)
        assert (verdict.outcome, verdict.is_hash_unusable) == (Outcome.FAILED, True)


def test_nobody_is_told_from_somebody_by_the_time_that_it_takes() -> None:
    def best_s(password_hash: str) -> float:
        times = []
        for _ in range(5):
            started_s = time.perf_counter()
            outcome("wrong", password_hash=password_hash, is_user=bool(password_hash))
            times.append(time.perf_counter() - started_s)
        return min(times)

    assert 0.5 < best_s(GOOD) / best_s("") < 2
