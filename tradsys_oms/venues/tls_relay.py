"""TLS to a venue: QuickFIX connects in plain to a port on loopback, and the relay goes on over TLS from there.

QuickFIX's own TLS checks no host name. The relay takes TLS 1.2 or later, checks the chain and the host name always, and
shows our certificate where the venue asks. It lets QuickFIX in when the line to the venue is up: one
connection, of our own process; then it listens no more. A fault is one sentence in `fault`, and ends the connection.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import ssl
import threading
import time
from pathlib import Path
from typing import Final

import structlog

from tradsys_oms.venues.errors import TlsUnusable
from tradsys_oms.venues.settings import VenueAddress, VenueTls

CONNECT_TIMEOUT_S: Final = 10.0
CHUNK_BYTES: Final = 1 << 16
LOOPBACK: Final = "127.0.0.1"
_log: Final = structlog.get_logger("venues.tls_relay")


class TlsRelay:
    """One connection to `address` over TLS; raises `TlsUnusable` where files can't be loaded."""

    def __init__(self, address: VenueAddress, tls: VenueTls) -> None:
        self._address = address
        self._name = tls.server_name or address.host
        self._context = make_context(tls)
        self._listener = socket.create_server((LOOPBACK, 0), backlog=4)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="tls relay", daemon=True)
        self.fault = ""
        """Why there is no line, or none any more, as a sentence."""
        self.is_connected = False
        """The venue has agreed on TLS."""

    def start(self) -> VenueAddress:
        """Begin to connect; gives where QuickFIX is to connect to."""
        port = self._listener.getsockname()[1]
        self._thread.start()
        return VenueAddress(LOOPBACK, port)

    def close(self) -> None:
        """End the connection and the thread."""
        self._closing.set()
        self._thread.join(CONNECT_TIMEOUT_S)

    def _work(self) -> None:
        """Top of the thread; the fault is there before QuickFIX's connection ends."""
        with self._listener:
            try:
                with self._connect() as venue:
                    self.is_connected = True
                    self._relay(venue)
            except (OSError, ValueError) as error:
                self._fail(error)

    def _relay(self, venue: ssl.SSLSocket) -> None:
        with self._accept() as ours:
            self._listener.close()
            try:
                self._carry(ours, venue)
            except OSError as error:
                self._fail(error)

    def _fail(self, error: Exception) -> None:
        self.fault = tls_sentence(self._address, self._name, error)
        _log.error("tls_failed", address=str(self._address), reason=self.fault)

    def _connect(self) -> ssl.SSLSocket:
        plain = socket.create_connection((self._address.host, self._address.port), CONNECT_TIMEOUT_S)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = self._context.wrap_socket(plain, server_hostname=self._name)
        except BaseException:
            plain.close()
            raise
        _log.info("tls_connected", address=str(self._address), version=line.version(), cipher=line.cipher())
        return line

    def _accept(self) -> socket.socket:
        """Let in a connection of this process; others are closed."""
        self._listener.settimeout(0.1)
        deadline_s = time.monotonic() + CONNECT_TIMEOUT_S
        while not self._closing.is_set() and time.monotonic() < deadline_s:
            with contextlib.suppress(TimeoutError):
                ours, peer = self._listener.accept()
                if is_of_this_process(peer[1], self._listener.getsockname()[1]):
                    ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    return ours
                _log.error("tls_stranger", peer=str(peer))
                ours.close()
        raise TimeoutError("QuickFIX did not connect")

    def _carry(self, ours: socket.socket, venue: ssl.SSLSocket) -> None:
        """Carry bytes both ways until one side ends."""
        ours.setblocking(False)
        venue.setblocking(False)
        up, down = bytearray(), bytearray()
        is_open = True
        while not self._closing.is_set() and (is_open or up or down):
            reads = [line for line, room in ((ours, up), (venue, down)) if is_open and len(room) < CHUNK_BYTES]
            writes = [line for line, waiting in ((venue, up), (ours, down)) if waiting]
            ready, writable, _ = select.select(reads, writes, [], 0 if is_open and venue.pending() else 0.2)
            if ours in ready:
                is_open = _fill(ours, up)
            if is_open and (venue in ready or venue.pending()) and len(down) < CHUNK_BYTES:
                is_open = _fill(venue, down)
            if up:
                _drain(venue, up)
            if down and (ours in writable or ready):
                _drain(ours, down)


def _fill(line: socket.socket, buffer: bytearray) -> bool:
    """Read what is there; False at the end."""
    try:
        data = line.recv(CHUNK_BYTES)
    except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
        return True
    buffer += data
    return bool(data)


def _drain(line: socket.socket, buffer: bytearray) -> None:
    """Write as much as the other side takes."""
    with contextlib.suppress(BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
        del buffer[: line.send(buffer)]


def make_context(tls: VenueTls) -> ssl.SSLContext:
    """Make the context of a client: TLS 1.2 or later, chain and host name always checked. Raises `TlsUnusable`."""
    try:
        context = ssl.create_default_context(cafile=tls.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if tls.cert_file is not None:
            context.load_cert_chain(tls.cert_file, tls.key_file)
    except (OSError, ValueError) as error:
        files = ", ".join(str(path) for path in (tls.ca_file, tls.cert_file, tls.key_file) if path is not None)
        raise TlsUnusable(f"Certificates or keys of {files} can't be loaded: {error}.") from error
    return context


def tls_sentence(address: VenueAddress, name: str, error: Exception) -> str:
    """Say in a sentence why there is no line."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of {address} is not accepted for {name}: {error.verify_message.rstrip('.')}"
    if isinstance(error, ssl.SSLError):
        return f"TLS with {address} failed: {(error.reason or str(error)).replace('_', ' ').lower()}"
    return f"{address} can't be connected to: {getattr(error, 'strerror', None) or error}"


def is_of_this_process(peer_port: int, our_port: int) -> bool:
    """Say whether the other end of a loopback connection, at `peer_port`, is a socket of this process."""
    wanted = (f"{_loopback_hex()}:{peer_port:04X}", f"{_loopback_hex()}:{our_port:04X}")
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if (fields[1], fields[2]) == wanted:
            return f"socket:[{fields[9]}]" in _own_sockets()
    return False


def _loopback_hex() -> str:
    return socket.inet_aton(LOOPBACK)[::-1].hex().upper()


def _own_sockets() -> list[str]:
    names = []
    for entry in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            names.append(os.readlink(f"/proc/self/fd/{entry}"))
    return names
