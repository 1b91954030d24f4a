"""Expected trouble on the way from the journal to Postgres."""

from __future__ import annotations

from tradsys_oms.errors import TradsysError


class ClearingError(TradsysError):
    """The projection to Postgres can't go on in the way the text says."""


class DatabaseUnavailableError(ClearingError):
    """Postgres can't be reached or refuses to work; the projector tries again, with growing pauses."""


class EmbeddedUnavailableError(DatabaseUnavailableError):
    """The embedded PostgreSQL can't be started here; the text says what to install, free or configure."""


class ProjectorBusyError(DatabaseUnavailableError):
    """Another projector works on this database; this one waits until that one has gone."""


class CursorMovedError(DatabaseUnavailableError):
    """Somebody else moved the cursor; the projector reads it again and goes on from there."""


class ProjectionStoppedError(ClearingError):
    """Journal and database contradict each other; nothing was written, and an operator has to decide."""

    exit_code = 3
