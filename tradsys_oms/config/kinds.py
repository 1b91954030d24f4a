"""Kinds of values that a key may have: how the text of the file becomes a value, and how the reference names it.

Values are read from the text that stands in the file, not from what YAML makes of it. So `tick: 0.01` never passes
through a float, and a member called NO stays a text.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from functools import cache
from pathlib import Path
from typing import Final, Protocol

from msgspec import Struct

SIZE_UNITS = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
WORD_LIKENESS_MIN = 0.7
"""A word less like what was written is not proposed: FIX.4.4 is no help for who wrote FIXT.1.1."""


class Address(Struct, frozen=True):
    """Where a server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        """Print as the config has it, an IPv6 host in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Kind(Protocol):
    """How one sort of value is read and described."""

    def parse(self, text: str) -> object:
        """Turn the text into the value; raise ValueError with a sentence that says what is wrong."""

    def describe(self) -> str:
        """Name the kind for the reference."""

    def show(self, value: object) -> str:
        """Print a value of this kind as it is written in the file."""


class Plain(Struct, frozen=True):
    """Base of the kinds whose values print as they are."""

    def show(self, value: object) -> str:
        """Print a value as it is."""
        return str(value)


class Boolean(Plain, frozen=True):
    """True or false."""

    def parse(self, text: str) -> bool:
        """Accept the two words only: YAML's yes, on and the like mislead."""
        if text not in ("true", "false"):
            raise ValueError(f"{text!r} is neither true nor false")
        return text == "true"

    def describe(self) -> str:
        """Name the kind."""
        return "true or false"

    def show(self, value: object) -> str:
        """Print YAML's word."""
        return "true" if value else "false"


class Integer(Plain, frozen=True):
    """A whole number within limits."""

    minimum: int
    maximum: int

    def parse(self, text: str) -> int:
        """Read decimal digits, with _ between them for readability."""
        if not re.fullmatch(r"-?(0|[1-9][0-9]*(_[0-9]+)*)", text):
            raise ValueError(f"{text!r} is not a whole number")
        value = int(text)
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"{value} is not between {self.minimum} and {self.maximum}")
        return value

    def describe(self) -> str:
        """Name the kind."""
        return f"whole number from {self.minimum} to {self.maximum}"


class Size(Plain, frozen=True):
    """A number of bytes within limits."""

    minimum: int
    maximum: int

    def parse(self, text: str) -> int:
        """Read a number of bytes, or one with a unit as in `64 MiB`."""
        match = re.fullmatch(r"([0-9][0-9_]*) ?(KiB|MiB|GiB|)", text)
        if match is None:
            raise ValueError(f"{text!r} is not a size in bytes, as in 65536 or 64 MiB")
        value = int(match[1]) * SIZE_UNITS[match[2]]
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"{text} is not between {self.show(self.minimum)} and {self.show(self.maximum)}")
        return value

    def describe(self) -> str:
        """Name the kind."""
        return f"size from {self.show(self.minimum)} to {self.show(self.maximum)}"

    def show(self, value: object) -> str:
        """Print with the largest unit that fits exactly."""
        number = int(str(value))
        for unit, factor in reversed(SIZE_UNITS.items()):
            if number and number % factor == 0:
                return f"{number // factor} {unit}".rstrip()
        return str(number)


class Scaled(Plain, frozen=True):
    """A decimal number within limits, kept as an integer of its last allowed place."""

    places: int
    minimum: str
    maximum: str

    def parse(self, text: str) -> int:
        """Read the decimal exactly."""
        value = _scaled(text, self.places)
        minimum, maximum = _bounds(self)
        if not minimum <= value <= maximum:
            raise ValueError(f"{text} is not between {self.minimum} and {self.maximum}")
        return value

    def describe(self) -> str:
        """Name the kind."""
        return f"decimal from {self.minimum} to {self.maximum}"

    def show(self, value: object) -> str:
        """Print as a decimal without trailing zeros."""
        number = int(str(value))
        whole, fraction = divmod(number, 10**self.places)
        return f"{whole}.{fraction:0{self.places}}".rstrip("0").rstrip(".")


def _scaled(text: str, places: int) -> int:
    match = re.fullmatch(r"([0-9]+(?:_[0-9]+)*)(?:\.([0-9]+))?", text)
    if match is None:
        raise ValueError(f"{text!r} is not a plain decimal number, as in 0.01")
    fraction = (match[2] or "").rstrip("0")
    if len(fraction) > places:
        raise ValueError(f"{text} has more than {places} decimals")
    return int(match[1] + fraction.ljust(places, "0"))


@cache
def _bounds(kind: Scaled) -> tuple[int, int]:
    return _scaled(kind.minimum, kind.places), _scaled(kind.maximum, kind.places)


class Text(Plain, frozen=True):
    """A text of a given form."""

    pattern: str
    form: str
    """The pattern in words."""

    def parse(self, text: str) -> str:
        """Accept a text of the form."""
        if not re.fullmatch(self.pattern, text):
            raise ValueError(f"{text!r} does not have the right form")
        return text

    def describe(self) -> str:
        """Name the kind."""
        return self.form


class Choice(Plain, frozen=True):
    """One of a few words."""

    words: tuple[str, ...]

    def parse(self, text: str) -> str:
        """Accept one of the words, and propose the nearest for another."""
        if text not in self.words:
            near = difflib.get_close_matches(text, self.words, 1, WORD_LIKENESS_MIN)
            proposal = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(f"{text!r} is not among the values{proposal}")
        return text

    def describe(self) -> str:
        """Name the kind."""
        return " or ".join(f"`{word}`" for word in self.words)


class ListenAddress(Plain, frozen=True):
    """Host and port to listen on."""

    def parse(self, text: str) -> Address:
        """Read HOST:PORT; an IPv6 host stands in brackets."""
        match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):([0-9]{1,9})", text)
        if match is None:
            raise ValueError(f"{text!r} is not HOST:PORT, as in 127.0.0.1:9880")
        port = int(match[3])
        if port > 65535:
            raise ValueError(f"port {port} is not between 0 and 65535")
        return Address(match[1] or match[2], port)

    def describe(self) -> str:
        """Name the kind."""
        return "HOST:PORT"


class FilePath(Plain, frozen=True):
    """Path of a file or of a directory."""

    def parse(self, text: str) -> Path:
        """Take any path."""
        if not text:
            raise ValueError("the path is empty")
        return Path(text)

    def describe(self) -> str:
        """Name the kind."""
        return "path"


class DatabaseUrl(Plain, frozen=True):
    """URL of a PostgreSQL server; it may be given by reference, and must be where it holds a password."""

    def parse(self, text: str) -> str:
        """Accept a URL of PostgreSQL."""
        if not re.match(r"postgres(ql)?://", text):
            raise ValueError("it is not a URL that begins with postgresql://")
        return text

    def describe(self) -> str:
        """Name the kind."""
        return "URL, or a reference: `{env: NAME}` or `{file: PATH}`"


class Network(Plain, frozen=True):
    """An address, or a block of addresses."""

    def parse(self, text: str) -> str:
        """Accept an IPv4 or IPv6 address, or a block as in 10.1.0.0/16."""
        try:
            ipaddress.ip_network(text)
        except ValueError as error:
            raise ValueError(f"{text!r} is neither an address nor a block of addresses: {error}") from error
        return text

    def describe(self) -> str:
        """Name the kind."""
        return "address or block as in 10.1.0.0/16"


class PasswordHash(Plain, frozen=True):
    """The argon2 hash of a password; it may be given by reference. What is no hash is never shown: it may be one."""

    def parse(self, text: str) -> str:
        """Accept a hash in argon2's own notation."""
        if not re.fullmatch(r"\$argon2id\$v=[0-9]+\$m=[0-9]+,t=[0-9]+,p=[0-9]+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+", text):
            raise ValueError("it is not an argon2id hash; `tradsys session hash-password` makes one")
        return text

    def describe(self) -> str:
        """Name the kind."""
        return "argon2id hash, or a reference: `{env: NAME}` or `{file: PATH}`"

    def show(self, value: object) -> str:
        """Hide it."""
        return "..."


class Many(Plain, frozen=True):
    """A list of values of one kind."""

    kind: Kind
    count_max: int
    is_unique: bool = False

    def parse(self, text: str) -> object:
        """Refuse a single value."""
        raise ValueError(f"it must be a list, as in [{text}]")

    def describe(self) -> str:
        """Name the kind."""
        return f"list of at most {self.count_max}: {self.kind.describe()}"

    def show(self, value: object) -> str:
        """Print as YAML's flow list."""
        entries = value if isinstance(value, tuple) else ()
        return f"[{', '.join(self.kind.show(entry) for entry in entries)}]"


REFERENCED: Final = (DatabaseUrl, PasswordHash)
"""Kinds whose value may stand somewhere else: in the environment, or in a file of its own."""

MIB: Final = 1 << 20
COMP_ID: Final = Text(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "a name of up to 64 letters, digits, dots, dashes and underscores"
)
SYMBOL: Final = Text(
    r"[A-Za-z0-9][A-Za-z0-9._/-]{0,31}", "a symbol of up to 32 letters, digits, dots, dashes and slashes"
)
CURRENCY: Final = Text(r"[A-Z]{3}", "a currency of three capital letters (ISO 4217)")
