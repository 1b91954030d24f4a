"""The relay: bytes go through TLS both ways; a certificate that is not right ends it with a sentence."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import trustme

from tests.unit.venues.tls_server import HOST, TlsServer
from tradsys_oms.venues.errors import TlsUnusable
from tradsys_oms.venues.settings import VenueAddress, VenueTls
from tradsys_oms.venues.tls_relay import TlsRelay


@contextmanager
def relayed(server: TlsServer, tls: VenueTls) -> Iterator[tuple[TlsRelay, VenueAddress]]:
    """Run a relay to a server."""
    relay = TlsRelay(server.address, tls)
    try:
        yield relay, relay.start()
    finally:
        relay.close()
        server.close()


def fault_of(server: TlsServer, tls: VenueTls) -> str:
    """Connect as QuickFIX does, see the connection end, and give the sentence."""
    with relayed(server, tls) as (relay, address):
        with (
            suppress(ConnectionRefusedError, ConnectionResetError),
            socket.create_connection((address.host, address.port), 5.0) as line,
        ):
            line.settimeout(5.0)
            line.sendall(b"x")
            assert line.recv(1) == b""
        deadline_s = time.monotonic() + 5.0
        while not relay.fault and time.monotonic() < deadline_s:
            time.sleep(0.01)
        return relay.fault


def test_bytes_go_both_ways(tmp_path: Path) -> None:
    server = TlsServer(tmp_path, "localhost")
    tls = VenueTls(ca_file=server.ca_file, server_name="localhost")
    with (
        relayed(server, tls) as (_, address),
        socket.create_connection((address.host, address.port), 5.0) as line,
    ):
        line.settimeout(5.0)
        sent = os.urandom(300_000)
        got = b""
        for at in range(0, len(sent), 10_000):
            line.sendall(sent[at : at + 10_000])
            while len(got) < at + 10_000:
                got += line.recv(1 << 16)
        assert got == sent


def test_our_certificate_is_shown(tmp_path: Path) -> None:
    server = TlsServer(tmp_path, HOST, asks_certificate=True)
    cert, key = server.client_files(tmp_path)
    tls = VenueTls(ca_file=server.ca_file, cert_file=cert, key_file=key)
    with (
        relayed(server, tls) as (_, address),
        socket.create_connection((address.host, address.port), 5.0) as line,
    ):
        line.settimeout(5.0)
        line.sendall(b"ping")
        assert line.recv(4) == b"ping"
    assert server.peers[0] is not None


def test_without_our_certificate_the_venue_ends_it(tmp_path: Path) -> None:
    server = TlsServer(tmp_path, HOST, asks_certificate=True)
    assert "TLS with" in fault_of(server, VenueTls(ca_file=server.ca_file))


def test_another_host_name_is_refused(tmp_path: Path) -> None:
    server = TlsServer(tmp_path, "fix.nyx.example")
    fault = fault_of(server, VenueTls(ca_file=server.ca_file, server_name="fix.other.example"))
    assert "is not accepted for fix.other.example: Hostname mismatch" in fault


def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    server = TlsServer(tmp_path, HOST, expired=True)
    assert fault_of(server, VenueTls(ca_file=server.ca_file)).endswith("certificate has expired")


def test_an_unknown_authority_is_refused(tmp_path: Path) -> None:
    server = TlsServer(tmp_path, HOST)
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    assert "unable to get local issuer certificate" in fault_of(server, VenueTls(ca_file=tmp_path / "other.pem"))


def test_nobody_there_is_a_sentence(tmp_path: Path) -> None:
    server = TlsServer(tmp_path, HOST)
    server.close()
    assert "can't be connected to: Connection refused" in fault_of(server, VenueTls(ca_file=server.ca_file))


def test_files_that_can_not_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(TlsUnusable, match=r"ca\.pem can't be loaded"):
        TlsRelay(VenueAddress(HOST, 1), VenueTls(ca_file=tmp_path / "ca.pem"))


def test_a_stranger_on_this_machine_is_not_let_in(tmp_path: Path) -> None:
    server = TlsServer(tmp_path, HOST)
    with relayed(server, VenueTls(ca_file=server.ca_file)) as (_, address):
        stranger = subprocess.run(
            [
                sys.executable,
                "-c",
                "import socket, sys; line = socket.create_connection(('127.0.0.1', int(sys.argv[1])));"
                "line.settimeout(10); print(line.recv(1))",
                str(address.port),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert stranger.stdout.strip() == "b''"
        with socket.create_connection((address.host, address.port), 5.0) as line:
            line.settimeout(5.0)
            line.sendall(b"ping")
            assert line.recv(4) == b"ping"


def test_old_tls_is_refused(tmp_path: Path) -> None:
    server = TlsServer(tmp_path, HOST, is_old=True)
    assert "protocol version" in fault_of(server, VenueTls(ca_file=server.ca_file))
