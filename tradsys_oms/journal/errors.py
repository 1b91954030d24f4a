"""What can go wrong with a journal. The names say what is the case, as an operator would."""

from __future__ import annotations

from tradsys_oms.errors import TradsysError


class JournalError(TradsysError):
    """Root of the journal's expected trouble."""


class JournalUnavailable(JournalError):
    """The journal can't be opened, read or made at all; nothing was changed."""

    exit_code = 2


class JournalLocked(JournalError):
    """Another process writes this journal; nothing was changed."""


class JournalWriteFailed(JournalError):
    """A write or sync failed; what it held is not durable, it is never retried, and the writer accepts no more."""


class JournalDamaged(JournalError):
    """Bytes that were once sealed are wrong or missing; nobody goes on from here without an operator."""

    def __init__(self, file: str, offset: int, sequence: int, what: str) -> None:
        self.file = file
        self.offset = offset
        self.sequence = sequence
        self.what = what
        super().__init__(
            f"The journal is damaged in {file} at offset {offset}, sequence {sequence}: {what}; "
            "restore this file from a copy, then run `tradsys journal verify`."
        )
