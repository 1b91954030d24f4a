"""A TLS server for tests, which echoes or goes on to a port in plain."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import threading
import warnings
from pathlib import Path

import trustme

from tradsys_oms.venues.settings import VenueAddress

HOST = "127.0.0.1"


class TlsServer:
    """Listens with a certificate of its own authority; `target` is a port to carry on to, 0 to echo."""

    def __init__(
        self,
        folder: Path,
        *names: str,
        target: int = 0,
        expired: bool = False,
        asks_certificate: bool = False,
        is_old: bool = False,
    ) -> None:
        self.authority = trustme.CA()
        self.ca_file = folder / "ca.pem"
        self.authority.cert_pem.write_to_path(str(self.ca_file))
        long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
        made = self.authority.issue_cert(*names, not_after=long_ago if expired else None)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if is_old:
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            with warnings.catch_warnings(action="ignore"):
                context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        made.configure_cert(context)
        if asks_certificate:
            self.authority.configure_trust(context)
            context.verify_mode = ssl.CERT_REQUIRED
        self._context = context
        self._listener = socket.create_server((HOST, 0))
        self.address = VenueAddress(HOST, self._listener.getsockname()[1])
        self._target = target
        self.peers: list[object] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def client_files(self, folder: Path) -> tuple[Path, Path]:
        """Give certificate and key of a client that we trust."""
        made = self.authority.issue_cert("client@example.org")
        cert, key = folder / "client.pem", folder / "client.key"
        made.cert_chain_pems[0].write_to_path(str(cert))
        made.private_key_pem.write_to_path(str(key))
        return cert, key

    def close(self) -> None:
        """Listen no more."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(plain,), daemon=True).start()

    def _carry(self, plain: socket.socket) -> None:
        with plain, contextlib.suppress(OSError), self._context.wrap_socket(plain, server_side=True) as line:
            self.peers.append(line.getpeercert() or None)
            if self._target:
                with socket.create_connection((HOST, self._target)) as onward:
                    back = threading.Thread(target=_pass, args=(onward, line), daemon=True)
                    back.start()
                    _pass(line, onward)
            else:
                _pass(line, line)


def _pass(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
