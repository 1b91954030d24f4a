"""The standard's test cases of a session, and the tests that play them: one list, so that none is forgotten.

Source: FIX 4.4 Volume 2, "FIX Session-level Test Cases and Expected Behaviors", the same as "Test Cases" of FIXT 1.1. A
test names its cases with `case` and runs once for each version.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
import uvloop

from tests.unit.fix.session_peer import Peer

VERSIONS = ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")


def lettered(number: str, letters: str) -> list[str]:
    return [f"{number}.{letter}" for letter in letters]


MANDATORY = (
    *lettered("1S", "abcde"),
    *lettered("2", "abcdefghijklmnopqrst"),
    *lettered("3", "abcde"),
    *("4.a", "4.b", "5", "6", "7", "8"),
    *lettered("10", "abcde"),
    *lettered("11", "abc"),
    *("12", "13.a", "13.b"),
    *lettered("14", "abcdefghijklmn"),
    *("16", "20"),
)
OPTIONAL = ("9", "15", "18.a", "19.a", "19.b", "21")
NOT_OURS = {
    **dict.fromkeys(lettered("1B", "abcde"), "of the initiator, which is QuickFIX in this system"),
    **dict.fromkeys(lettered("17", "abcdefghi"), "of encrypted sessions: EncryptMethod is 0 (1S.d)"),
    "18.b": "nothing is agreed about OnBehalfOfCompID and DeliverToCompID: every value is as agreed",
}
PLAYED: dict[str, list[str]] = {}
"""Names of the tests of each case; filled when the modules are imported."""

SessionTest = Callable[[Path, str], None]


def case(*numbers: str) -> Callable[[SessionTest], SessionTest]:
    """Mark a test as that of some cases; it takes the version as its second argument."""

    def mark(test: SessionTest) -> SessionTest:
        for number in numbers:
            PLAYED.setdefault(number, []).append(test.__name__)
        ids = [f"{'+'.join(numbers)}-{version}" for version in VERSIONS]
        marked: SessionTest = pytest.mark.parametrize("version", VERSIONS, ids=ids)(test)
        return marked

    return mark


def over_tcp(test: Callable[[Path, str], Awaitable[None]]) -> SessionTest:
    """Run a test in a loop of its own."""

    @wraps(test)
    def wrapped(tmp_path: Path, version: str) -> None:
        async def main() -> None:
            await test(tmp_path, version)

        uvloop.run(main())

    return wrapped


def online(folder: Path, version: str, **settings: Any) -> Peer:
    """Give a peer that has logged on with number 1."""
    peer = Peer(folder, version, **settings)
    peer.logon()
    assert peer.session.is_online
    return peer


def reason(version: str, number: int) -> str:
    """Write SessionRejectReason (373) as the version has it; FIX 4.2 knows 0 to 11."""
    return f"373={number}|" if number <= 11 or version != "FIX.4.2" else ""
