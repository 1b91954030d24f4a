"""What can be wrong with a configuration file: each fault with its place, and all faults in one error."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from tradsys_oms.errors import TradsysError


class Fault(Struct, frozen=True):
    """One thing that is wrong: where it is, what it is, and what to do about it."""

    file: str
    line: int
    key: str
    """Path of the key, as in `sessions[2].member`; "" where the fault is the file's."""
    text: str
    hint: str = ""

    def __str__(self) -> str:
        """Print the fault on one line that editors can jump to."""
        key = f"{self.key}: " if self.key else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}: {key}{self.text}{hint}"


class ConfigInvalid(TradsysError):
    """The configuration has faults; nothing of it is used."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        """Keep the faults, in the order of the file."""
        self.path = path
        self.faults = faults
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__("\n".join([f"{path} is not a valid configuration: {count}", *map(str, faults)]))


class ConfigUnreadable(TradsysError):
    """The configuration file can't be read at all."""
