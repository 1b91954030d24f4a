"""TLS of a listener: its certificate, whose clients it wants to see one of, and change of both without a restart.

A new context is made when one of the files has changed; connections made from then on get it, and those that there are
live on. Files that can't be loaded, like a new certificate whose key is not there yet, leave the old context in place.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
from msgspec import Struct

from tradsys_oms.fix.errors import CertificateUnusable

log = structlog.get_logger(__name__)

Stamp = tuple[int, int, int]
"""Time of change, size and inode of a file."""


class TlsSettings(Struct, frozen=True):
    """Files in PEM form. The key must not be encrypted."""

    certificate: Path
    """The chain, the listener's own certificate first."""
    key: Path
    client_ca: Path | None = None
    """Every client has to show a certificate that one of these signed, and that names its session."""


class Certificates:
    """The TLS context of one listener. Raises CertificateUnusable when its files can't be loaded at first."""

    def __init__(self, settings: TlsSettings) -> None:
        self.settings = settings
        self._stamps = _stamps(settings)
        self.context = make_context(settings)

    def refresh(self) -> bool:
        """Load the files again if one has changed; True if they are in use now."""
        stamps = _stamps(self.settings)
        if stamps == self._stamps:
            return False
        self._stamps = stamps
        try:
            self.context = make_context(self.settings)
        except CertificateUnusable as error:
            log.error("certificate not reloaded", reason=str(error), certificate=str(self.settings.certificate))
            return False
        log.info("certificate reloaded", certificate=str(self.settings.certificate))
        return True


def make_context(settings: TlsSettings) -> ssl.SSLContext:
    """Make the context: TLS 1.2 at least, no renegotiation, no resumption. Raises CertificateUnusable."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_TICKET | ssl.OP_NO_COMPRESSION
    context.num_tickets = 0
    try:
        context.load_cert_chain(settings.certificate, settings.key, password=lambda: "")  # never ask on a terminal
        if settings.client_ca is not None:
            context.load_verify_locations(settings.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except OSError as error:  # SSLError too
        files = f"{settings.certificate}, {settings.key}" + (f", {settings.client_ca}" if settings.client_ca else "")
        raise CertificateUnusable(
            f"The certificate, key or client CA can't be loaded ({files}): {error.strerror or error}. They have to be "
            f"readable PEM files, the key without a password and fitting the certificate."
        ) from error
    return context


def names_of(certificate: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Give the names in a client's certificate, as `SSLObject.getpeercert` tells it: common names, then DNS names."""
    if not certificate:
        return ()
    common = [value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"]
    return (*common, *(value for kind, value in certificate.get("subjectAltName", ()) if kind == "DNS"))


def _stamps(settings: TlsSettings) -> tuple[Stamp | None, ...]:
    return tuple(_stamp(path) for path in (settings.certificate, settings.key, settings.client_ca) if path)


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
