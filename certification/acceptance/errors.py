"""Errors of acceptance scripts: either the script can't be read, or the acceptor did something else."""

from __future__ import annotations

from tradsys_oms.errors import TradsysError


class AcceptanceError(TradsysError):
    """An acceptance script can't be played, or was played to a bad end."""


class ScriptUnreadable(AcceptanceError):
    """A line of a script is no step that is known; the script counts as failed."""


class NoScripts(AcceptanceError):
    """There is no script to play where the user looked for one."""

    exit_code = 2


class BadOption(AcceptanceError):
    """An option of the runner has no meaning as it is written."""

    exit_code = 2


class Deviation(AcceptanceError):
    """The acceptor did not do what the script says."""

    def __init__(self, reason: str, *, expected: bytes = b"", got: bytes = b"") -> None:
        super().__init__(reason)
        self.reason = reason
        self.expected = expected
        self.got = got
