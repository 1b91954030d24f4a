"""Errors of adapters."""

from __future__ import annotations

from tradsys_oms.errors import TradsysError


class NotSendable(TradsysError):
    """A venue has no words for a request, or not for all of it; it is not sent, and the core hears `unsent`."""


class CredentialsUnusable(TradsysError):
    """What a venue needs to log us on is missing or has a wrong form; its link can't start."""


class DialectUnknown(TradsysError):
    """No adapter has this name; the configuration can't be taken."""
