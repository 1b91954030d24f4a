"""Passwords: made into argon2id hashes, and held against them.

The cost is that of OWASP's Password Storage Cheat Sheet for argon2id (19 MiB, 2 passes, 1 lane): about 20 ms of CPU.
argon2 works without the interpreter's lock, so a thread may do it while the event loop goes on. `judge` takes the same
time whoever comes: where there is no hash to hold a password against, it uses one that fits none.
"""

from __future__ import annotations

import secrets
from enum import Enum, auto
from typing import Final

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from msgspec import Struct

from tradsys_oms.fix.door.credentials import Credentials
from tradsys_oms.fix.errors import PasswordHashUnusable

HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
HASH_OF_NOBODY: Final = HASHER.hash(secrets.token_bytes(32))
NO_HASH: Final = "A password hash is no argon2id hash; make one from the password, and give that."


class Outcome(Enum):
    """What came of a Logon's credentials."""

    GOOD = auto()
    FAILED = auto()
    AGAINST_POLICY = auto()
    """They are right, but NewPassword can't be taken."""


class Verdict(Struct, frozen=True):
    """The outcome and, for a NewPassword that was taken, its hash."""

    outcome: Outcome
    new_hash: str = ""
    refusals: int = 0
    """How often this peer was told Logout before it got it right."""
    is_hash_unusable: bool = False
    """The configured hash could not be read: an operator has to know."""

    def __repr__(self) -> str:
        return f"Verdict({self.outcome.name})"


FAILED: Final = Verdict(Outcome.FAILED)
GOOD: Final = Verdict(Outcome.GOOD)


def hash_password(text: str) -> str:
    """Make the hash of a password, as UTF-8: an own salt each time. Takes about 20 ms."""
    return HASHER.hash(text)


def check_hash(text: str) -> None:
    """Raise PasswordHashUnusable for what is no argon2id hash; "" stands for no password and is none."""
    try:
        parameters = extract_parameters(text)
    except InvalidHashError:
        raise PasswordHashUnusable(NO_HASH) from None
    if parameters.type is not Type.ID:
        raise PasswordHashUnusable(NO_HASH)


def judge(password_hash: str, credentials: Credentials, *, is_user: bool) -> Verdict:
    """Hold credentials against the hash of a session's password, "" for a session that has none.

    With the right password a NewPassword that complies is hashed; that takes the same time again.
    """
    try:
        fits = _fits(password_hash or HASH_OF_NOBODY, credentials.password.encode("latin-1", "replace"))
    except PasswordHashUnusable:
        return Verdict(Outcome.FAILED, is_hash_unusable=True)
    if not password_hash:
        is_good = is_user and not credentials.password and not credentials.new_password
        return Verdict(Outcome.GOOD) if is_good else FAILED
    if not (fits and is_user):
        return FAILED
    if not credentials.new_password:
        return Verdict(Outcome.GOOD)
    if not credentials.complies:
        return Verdict(Outcome.AGAINST_POLICY)
    return Verdict(Outcome.GOOD, HASHER.hash(credentials.new_password.encode("latin-1", "replace")))


def _fits(password_hash: str, password: bytes) -> bool:
    check_hash(password_hash)
    try:
        return HASHER.verify(password_hash, password)
    except VerifyMismatchError:
        return False
    except VerificationError as error:
        raise PasswordHashUnusable(f"A password hash can't be used: {error}.") from None
