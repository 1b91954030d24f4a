"""A connection to the acceptor that a script talks to: bytes out, messages in, each with a deadline."""

from __future__ import annotations

import re
import socket
import time
from contextlib import suppress
from typing import Final

from certification.acceptance.errors import Deviation
from certification.acceptance.message import SOH

READ_BYTES: Final = 65_536
CONNECT_PAUSE_S: Final = 0.1
_LENGTH: Final = re.compile(rb"\x019=(\d{1,9})\x01")


def cut_message(received: bytes) -> tuple[bytes, bytes]:
    """Take the first message off, by its BodyLength; gives it, or b"" while it is not complete, and what is left."""
    length = _LENGTH.search(received)
    end = received.find(SOH, length.end() + int(length[1])) + 1 if length else 0
    return received[:end], received[end:]


class Connection:
    """One TCP connection."""

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        """Connect, for up to `timeout_s` again and again; raises Deviation."""
        self._received = b""
        self._socket = _connect(host, port, time.monotonic() + timeout_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> None:
        """Send all; raises Deviation when the acceptor has closed."""
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise Deviation(f"nothing can be sent, the connection is gone: {error}") from error

    def receive(self, timeout_s: float) -> bytes:
        """Give the next message; raises Deviation when none comes in time."""
        deadline = time.monotonic() + timeout_s
        while True:
            message, self._received = cut_message(self._received)
            if message:
                return message
            data = self._read(deadline)
            if data is None:
                raise Deviation(f"no message came within {timeout_s:g} s", got=self._received)
            if not data:
                raise Deviation("the acceptor disconnected instead of answering", got=self._received)
            self._received += data

    def await_end(self, timeout_s: float) -> None:
        """Wait until the acceptor disconnects; raises Deviation when it says something first, or does not."""
        data = self._received or self._read(time.monotonic() + timeout_s)
        if data is None:
            raise Deviation(f"the acceptor did not disconnect within {timeout_s:g} s")
        if data:
            raise Deviation("a message came where the acceptor should disconnect", got=data)

    def leave(self, timeout_s: float) -> None:
        """Close our side, and wait until the acceptor has closed its own: the next connection shall find it free."""
        deadline = time.monotonic() + timeout_s
        with suppress(OSError):  # the acceptor has cut it
            self._socket.shutdown(socket.SHUT_WR)
        while self._read(deadline):
            pass
        self._socket.close()

    def _read(self, deadline: float) -> bytes | None:
        """Give what came, b"" at the end, None when nothing came in time; a reset is an end like any other."""
        self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            return self._socket.recv(READ_BYTES)
        except TimeoutError:
            return None
        except OSError:
            return b""
        finally:
            self._socket.settimeout(None)


def _connect(host: str, port: int, deadline: float) -> socket.socket:
    while True:
        try:
            return socket.create_connection((host, port), timeout=max(deadline - time.monotonic(), 0.001))
        except OSError as error:
            if time.monotonic() >= deadline:
                raise Deviation(f"nobody can be connected to at {host}:{port}: {error}") from error
        time.sleep(CONNECT_PAUSE_S)
