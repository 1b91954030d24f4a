"""TLS on real sockets: whose certificate opens which session, and how certificates change."""

from __future__ import annotations

import asyncio
import os
import ssl
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import trustme
from structlog.testing import capture_logs

from tests.unit.fix.acceptor_client import LOGON, Client, listener, listening, run, until
from tests.unit.fix.door.test_proxy_protocol import IPV4, header
from tests.unit.fix.fix_exchange import Exchange, settings_for
from tests.unit.fix.session_peer import ORDER
from tradsys_oms.fix.door.tls import TlsSettings
from tradsys_oms.fix.errors import CertificateUnusable

SERVER_CA, CLIENT_CA, WRONG_CA = trustme.CA(), trustme.CA(), trustme.CA()


def write_server(folder: Path, ca: trustme.CA = SERVER_CA) -> tuple[Path, Path]:
    """Write a certificate of the server and its key, as an administrator would: a new file in the place of the old."""
    folder.mkdir(parents=True, exist_ok=True)
    made = ca.issue_cert("localhost")
    paths = folder / "server.pem", folder / "server.key"
    blobs = b"".join(blob.bytes() for blob in made.cert_chain_pems), made.private_key_pem.bytes()
    for path, blob in zip(paths, blobs, strict=True):
        new = path.with_suffix(".new")
        new.write_bytes(blob)
        new.rename(path)
    return paths


def server_tls(folder: Path, *, clients: bool = False) -> TlsSettings:
    certificate, key = write_server(folder)
    client_ca = folder / "clients.pem"
    CLIENT_CA.cert_pem.write_to_path(client_ca)
    return TlsSettings(certificate, key, client_ca if clients else None)


def client_tls(
    *names: str, ca: trustme.CA = CLIENT_CA, common_name: str | None = None, server: trustme.CA = SERVER_CA
) -> ssl.SSLContext:
    context = ssl.create_default_context()
    server.configure_trust(context)
    if names or common_name:
        ca.issue_cert(*names, common_name=common_name).configure_cert(context)
    return context


async def logs_on(
    exchange: Exchange, tls: ssl.SSLContext | None, *, comp_id: str = "BROKER", head: bytes = b""
) -> bool:
    """Log on and out, if one may."""
    client = Client(exchange.acceptor.port, comp_id)
    try:
        await client.connect(tls=tls)
        client.send("A", LOGON + "141=Y|")
        message = await client.receive()
    except (ssl.SSLError, ConnectionError):
        return False
    assert message.msg_type == "A"
    client.send("5")
    await client.expect("5")
    assert await client.is_cut()
    await until(lambda: not exchange.acceptor.sessions[comp_id].is_online)
    return True


@run
async def test_a_whole_session_over_tls(tmp_path: Path) -> None:
    async with listening(tmp_path, tls=server_tls(tmp_path)) as exchange:
        client = await Client(exchange.acceptor.port).connect(tls=client_tls())
        await client.log_on()
        for number in range(1, 301):
            client.send("D", ORDER["FIX.4.4"].replace("C1", f"C{number}") + "58=" + "x" * 3000 + "|")
        got = [await client.expect("8") for _ in range(300)]
        assert [m.fields["11"] for m in got] == [f"C{number}" for number in range(1, 301)]
        client.send("2", "7=1|16=0|")
        again = [await client.receive() for _ in range(301)]
        assert [m.msg_type for m in again] == ["4"] + ["8"] * 300
        client.send("5")
        await client.expect("5")
        assert await client.is_cut()
        assert exchange.acceptor.failures == 0


@run
async def test_a_peer_that_closes_over_tls_goes_offline(tmp_path: Path) -> None:
    async with listening(tmp_path, tls=server_tls(tmp_path)) as exchange:
        client = await Client(exchange.acceptor.port).connect(tls=client_tls())
        await client.log_on()
        client.writer.close()
        await until(lambda: not exchange.acceptor.sessions["BROKER"].is_online)
        assert exchange.log[-1][0] == "offline"
        await until(lambda: exchange.acceptor.connection_count == 0)


@run
async def test_reading_can_be_held_back_over_tls(tmp_path: Path) -> None:
    async with listening(tmp_path, tls=server_tls(tmp_path)) as exchange:
        client = await Client(exchange.acceptor.port).connect(tls=client_tls())
        await client.log_on()
        exchange.acceptor.pause_reading()
        client.send("D", ORDER["FIX.4.4"])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.reader.read(1), 0.05)
        exchange.acceptor.resume_reading()
        await client.expect("8")
        client.writer.close()


@pytest.mark.parametrize(
    ("client", "settings", "is_in"),
    [
        (lambda: client_tls(common_name="BROKER"), {}, True),
        (lambda: client_tls("broker.example", common_name="BROKER"), {}, True),
        (lambda: client_tls("broker.example"), {"certificate_name": "broker.example"}, True),
        (lambda: client_tls("other.example", "broker.example"), {"certificate_name": "broker.example"}, True),
        (lambda: client_tls(common_name="BROKER"), {"certificate_name": "broker.example"}, False),
        (lambda: client_tls(common_name="OTHER"), {}, False),
        (lambda: client_tls(common_name="broker"), {}, False),
        (lambda: client_tls("*.example"), {"certificate_name": "broker.example"}, False),
        (lambda: client_tls(common_name="BROKER", ca=WRONG_CA), {}, False),
        (lambda: client_tls(), {}, False),
        (lambda: None, {}, False),
    ],
    ids=range(11),
)
def test_a_client_certificate_opens_the_session_that_it_names(
    tmp_path: Path, client: Any, settings: dict[str, Any], is_in: bool
) -> None:
    @run
    async def check(folder: Path) -> None:
        async with listening(folder, tls=server_tls(folder, clients=True), logon_timeout_s=1) as exchange:
            exchange.acceptor.change_session(settings_for("BROKER", "FIX.4.4", **settings))
            assert await logs_on(exchange, client()) is is_in
            assert bool(exchange.log) is is_in
            await until(lambda: exchange.acceptor.refused_total == (not is_in))
            assert exchange.acceptor.connection_count == 0

    check(tmp_path)


@run
async def test_a_certificate_of_one_broker_does_not_open_the_session_of_another(tmp_path: Path) -> None:
    async with listening(tmp_path, "BROKER", "OTHER", tls=server_tls(tmp_path, clients=True)) as exchange:
        tls = client_tls(common_name="BROKER")
        assert [await logs_on(exchange, tls, comp_id=name) for name in ("OTHER", "BROKER")] == [False, True]


@run
async def test_tls_before_1_2_is_refused(tmp_path: Path) -> None:
    async with listening(tmp_path, tls=server_tls(tmp_path)) as exchange:
        for version, is_in in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True)):
            tls = client_tls()
            tls.set_ciphers("DEFAULT:@SECLEVEL=0")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                tls.minimum_version = tls.maximum_version = version
            assert await logs_on(exchange, tls) is is_in


@run
async def test_a_certificate_is_reloaded_under_live_connections(tmp_path: Path) -> None:
    async with listening(tmp_path, tls=server_tls(tmp_path)) as exchange:
        old = await Client(exchange.acceptor.port).connect(tls=client_tls())
        await old.log_on()
        exchange.serve(settings_for("OTHER", "FIX.4.4"))
        new_ca = trustme.CA()
        write_server(tmp_path, new_ca)
        assert not await logs_on(exchange, client_tls(server=new_ca), comp_id="OTHER")  # nobody has looked yet
        with capture_logs() as logs:
            exchange.acceptor._watch_certificates()
        assert [log["event"] for log in logs] == ["certificate reloaded"]
        assert await logs_on(exchange, client_tls(server=new_ca), comp_id="OTHER")
        assert not await logs_on(exchange, client_tls(), comp_id="OTHER")
        old.send("D", ORDER["FIX.4.4"])
        await old.expect("8")
        old.writer.close()


@run
async def test_files_that_can_not_be_loaded_leave_the_old_certificate_in_place(tmp_path: Path) -> None:
    tls = server_tls(tmp_path)
    async with listening(tmp_path, tls=tls) as exchange:
        for damage in (
            b"",
            b"-----BEGIN CERTIFICATE-----\n",
            None,
            SERVER_CA.issue_cert("x").cert_chain_pems[0].bytes(),
        ):
            tls.certificate.unlink(missing_ok=True)
            if damage is not None:
                tls.certificate.write_bytes(damage)
            with capture_logs() as logs:
                exchange.acceptor._listeners.refresh_certificates()
                exchange.acceptor._listeners.refresh_certificates()
            assert [log["event"] for log in logs] == ["certificate not reloaded"]
            assert await logs_on(exchange, client_tls())
        write_server(tmp_path)
        await exchange.acceptor.follow_listeners([listener(tls=tls)])
        assert await logs_on(exchange, client_tls())


@run
async def test_a_new_listener_whose_certificate_is_unusable_leaves_all_as_it_was(tmp_path: Path) -> None:
    async with listening(tmp_path, tls=server_tls(tmp_path)) as exchange:
        before = exchange.acceptor.ports
        missing = TlsSettings(tmp_path / "missing.pem", tmp_path / "missing.key")
        with pytest.raises(CertificateUnusable, match=r"can't be loaded \(.*missing\.pem, .*No such file"):
            await exchange.acceptor.follow_listeners([listener("new"), listener("bad", tls=missing)])
        assert exchange.acceptor.ports == before
        assert await logs_on(exchange, client_tls())


def test_an_encrypted_key_is_refused_and_asks_nobody(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization

    @run
    async def check(folder: Path) -> None:
        tls = server_tls(folder)
        key = serialization.load_pem_private_key(tls.key.read_bytes(), None)
        kind = serialization.BestAvailableEncryption(b"secret")
        tls.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, kind))
        with pytest.raises(CertificateUnusable, match="the key without a password"):
            async with listening(folder, tls=tls):
                pass

    check(tmp_path)


@run
async def test_a_proxy_header_comes_before_tls(tmp_path: Path) -> None:
    proxied: dict[str, Any] = {"proxies": ("127.0.0.1",), "allow": ("192.0.2.7",)}
    async with listening(tmp_path, tls=server_tls(tmp_path, clients=True), **proxied) as exchange:
        client = await Client(exchange.acceptor.port).connect(head=header(IPV4), tls=client_tls(common_name="BROKER"))
        await client.log_on()
        assert exchange.acceptor.sessions["BROKER"].address == "192.0.2.7:51234"
        client.writer.close()


@run
async def test_who_does_not_finish_the_handshake_is_cut_in_time_and_bounded(tmp_path: Path) -> None:
    bounds: dict[str, Any] = {"connections_max": 20, "connections_per_address_max": 15, "logon_timeout_s": 1}
    async with listening(tmp_path, tls=server_tls(tmp_path), **bounds) as exchange:
        acceptor = exchange.acceptor
        silent = [await Client(acceptor.port).connect() for _ in range(18)]
        silent[0].writer.write(b"\x16\x03\x01")
        more = [await Client(acceptor.port).connect("127.0.0.2") for _ in range(8)]
        await until(lambda: acceptor.refused_total == 6)
        assert acceptor.connection_count == 20
        for client in silent + more:
            assert await client.is_cut()
        await until(lambda: acceptor.connection_count == 0)
        assert await logs_on(exchange, client_tls())


@run
async def test_what_is_no_tls_is_closed_and_only_logged(tmp_path: Path) -> None:
    async with listening(tmp_path, tls=server_tls(tmp_path)) as exchange:
        for garbage in (b"GET / HTTP/1.1\r\n\r\n", os.urandom(200), b"8=FIX.4.4\x019=5\x0135=A\x01"):
            client = await Client(exchange.acceptor.port).connect(head=garbage)
            with suppress(ConnectionError):
                assert b"35=" not in await asyncio.wait_for(client.reader.read(), 10)  # an alert, or nothing
        await until(lambda: exchange.acceptor.refused_total == 3)
        assert exchange.acceptor.failures == 0
        assert await logs_on(exchange, client_tls())
