"""Kinds of values of venues: addresses to connect to, secrets, and names that are other names elsewhere."""

from __future__ import annotations

from typing import Final

from tradsys_oms.config.kinds import COMP_ID, SYMBOL, Address, Kind, ListenAddress, Plain, Text
from tradsys_oms.config.risk_kinds import ACCOUNT


class VenueAddress(Plain, frozen=True):
    """Host and port to connect to."""

    def parse(self, text: str) -> Address:
        """Read HOST:PORT; an IPv6 host stands in brackets."""
        address = ListenAddress().parse(text)
        if address.port == 0:
            raise ValueError("port 0 can't be connected to")
        return address

    def describe(self) -> str:
        """Name the kind."""
        return "HOST:PORT"


class Secret(Plain, frozen=True):
    """A secret, which never stands in the file; what does is never shown, because it may be one."""

    def parse(self, _text: str) -> object:
        """Refuse any text."""
        raise ValueError("a secret must not stand in this file")

    def describe(self) -> str:
        """Name the kind."""
        return "a reference: `{env: NAME}` or `{file: PATH}`"

    def show(self, value: object) -> str:
        """Hide it."""
        return "..."


class Renamed(Plain, frozen=True):
    """Names of ours, each with the name that it has elsewhere: a mapping, or a list of those that are the same."""

    ours: Kind
    theirs: Kind
    count_max: int
    is_shared: bool = False
    """Several of ours may have the same name there."""

    def parse(self, text: str) -> object:
        """Refuse a single value."""
        raise ValueError(f"it must be a mapping of our names to theirs, or a list, as in [{text}]")

    def describe(self) -> str:
        """Name the kind."""
        return (
            f"mapping of at most {self.count_max}: {self.ours.describe()}, to {self.theirs.describe()}; "
            "or a list of those that have the same name there"
        )

    def show(self, value: object) -> str:
        """Print as YAML's flow mapping."""
        entries = value if isinstance(value, tuple) else ()
        return f"{{{', '.join(f'{ours}: {theirs}' for ours, theirs in entries)}}}"


HOST_NAME: Final = Text(r"[A-Za-z0-9.:-]{1,253}", "a host name or an address")
THEIR_NAME: Final = Text(r"[!-~]([ -~]{0,62}[!-~])?", "a text of up to 64 characters")
_ACCOUNT_NAME: Final = Text(
    rf"({COMP_ID.pattern}/)?{ACCOUNT.pattern}|{COMP_ID.pattern}/",
    "ACCOUNT, or MEMBER/ACCOUNT",
)
OPTIONS: Final = Renamed(Text(r"[a-z][a-z0-9_]{0,63}", "an option"), THEIR_NAME, 100, True)
SYMBOL_NAMES: Final = Renamed(SYMBOL, THEIR_NAME, 100_000)
ACCOUNT_NAMES: Final = Renamed(_ACCOUNT_NAME, THEIR_NAME, 100_000)
