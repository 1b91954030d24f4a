"""Errors of the FIX edge."""

from __future__ import annotations

from tradsys_oms.errors import TradsysError


class FixError(TradsysError):
    """Something about FIX messages, dictionaries or sessions went wrong in an expected way."""


class MessageTooLarge(FixError):
    """A peer announced or sent more bytes than one message may have; the connection has to be closed."""


class MalformedMessage(FixError):
    """The bytes between the header and the trailer are not tag=value fields; the message counts as garbled."""


class DictionaryError(FixError):
    """A dictionary file can't be read or contradicts itself; the daemon can't start with it."""


class FieldError(FixError):
    """A message of right structure can't be taken because of one field; it is rejected and the session goes on."""

    def __init__(self, tag: str, text: str) -> None:
        super().__init__(text)
        self.tag = tag
        self.text = text


class ConditionallyRequiredFieldMissing(FieldError):
    """A field is missing that this message needs because of another one's value (BusinessRejectReason 380=5)."""


class ValueOutOfRange(FieldError):
    """A value has the right form but can't be used (SessionRejectReason 373=5)."""


class StoreWriteFailed(FixError):
    """Messages could not be written to a session's store; nothing of them is sent, and the daemon stops."""


class StoreDamaged(FixError):
    """A session's store has wrong bytes before its end; its numbers can't be trusted, an operator decides."""


class StoreUnavailable(FixError):
    """A session's store can't be opened or read; the daemon can't serve that session."""


class ListenFailed(FixError):
    """The address for FIX connections can't be listened on; the daemon can't start."""


class MessageLogUnavailable(FixError):
    """The message log of a session, or a file with messages, can't be read; the command line says so and ends."""


class AddressInvalid(FixError):
    """What should be an address or a network is none; the configuration can't be taken."""


class CertificateUnusable(FixError):
    """Files of a listener's TLS can't be loaded; it can't be opened, or keeps what it has."""


class PasswordHashUnusable(FixError):
    """What should be the hash of a session's password is none; nobody can log on with it."""


class ProxyHeaderInvalid(FixError):
    """A connection of a proxy does not begin with a PROXY protocol header; it is closed."""
