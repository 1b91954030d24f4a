"""Secrets by reference: the configuration names where a secret is, so that the file itself may be shown to anyone."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

REFERENCE_FORM = "a reference is {env: NAME} or {file: PATH}"
SECRET_BYTES_MAX = 65_536


class SecretReference(Struct, frozen=True):
    """Where a secret is. It is fetched when it is needed, by who needs it, and may be shown to anyone."""

    place: str
    """`env` or `file`."""
    name: str
    """The variable of the environment, or the path."""

    def fetch(self) -> str:
        """Fetch the secret; raise ValueError with a sentence when it can't be had, or is empty."""
        secret = resolve({self.place: self.name})
        if not secret:
            raise ValueError(f"the secret in {self} is empty")
        return secret

    def __str__(self) -> str:
        """Print it as the file has it."""
        return f"{{{self.place}: {self.name}}}"


def reference_to(given: dict[str, str]) -> SecretReference:
    """Make a reference of a mapping; raise ValueError if it is none."""
    match list(given.items()):
        case [("env" | "file" as place, name)] if name:
            return SecretReference(place, name)
        case _:
            raise ValueError(REFERENCE_FORM)


def resolve(reference: dict[str, str]) -> str:
    """Fetch the secret that a reference names; raise ValueError with a sentence when it can't be had."""
    match list(reference.items()):
        case [("env", name)]:
            if name not in os.environ:
                raise ValueError(f"the environment has no variable {name}")
            return os.environ[name]
        case [("file", path)]:
            return _from_file(Path(path))
        case _:
            raise ValueError(REFERENCE_FORM)


def holds_password(url: str) -> bool:
    """Tell whether a URL has a password in it, in its authority or among its parameters."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.password) or "password" in parse_qs(parts.query)


def _from_file(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(SECRET_BYTES_MAX).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ValueError(f"the file {path} with the secret can't be read: {reason}") from error
