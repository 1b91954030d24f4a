"""Errors of the links to venues."""

from __future__ import annotations

from tradsys_oms.errors import TradsysError

EXIT_LASTING = 3
"""A supervisor knows by this exit code that a restart won't help."""


class LinkError(TradsysError):
    """A link process can't do its work."""


class LinkRefused(LinkError):
    """The daemon does not want this link; it tries again later."""


class LinkStateDamaged(LinkError):
    """Files of a link are wrong in a way that a restart won't cure; an operator decides."""

    exit_code = EXIT_LASTING


class SpoolFull(LinkError):
    """As much waits for the core as may; the message is not taken, and the link logs out."""


class SpoolUnwritable(LinkError):
    """A frame can't be written to the spool; the message is not taken, and the link ends."""


class TlsUnusable(LinkError):
    """Certificates or keys for the line to a venue can't be loaded; the link can't start."""

    exit_code = EXIT_LASTING
