"""Real QuickFIX initiators at the front door: over TLS with a client certificate, and with user and password."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import quickfix
import trustme
import uvloop

from certification.broker import Broker, BrokerError
from tests.unit.fix.acceptor_client import listener
from tests.unit.fix.fix_exchange import Exchange, make, settings_for
from tradsys_oms.fix.door.passwords import hash_password
from tradsys_oms.fix.door.tls import TlsSettings

SERVER_CA, CLIENT_CA = trustme.CA(), trustme.CA()
PASSWORD = "correct horse"  # noqa: S105 - of the tests
VERSIONS = ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")


class DoorBroker(Broker):
    """A broker with fields of its own in its Logon and, with a name for its certificate, TLS."""

    def __init__(
        self, version: str, port: int, folder: Path, logon: dict[int, str], certificate_name: str = ""
    ) -> None:
        self.logon, self.certificate_name, self.folder = logon, certificate_name, folder
        if certificate_name:
            self.make_initiator = quickfix.SSLSocketInitiator
        super().__init__("BROKER", version, port, folder)

    def _settings(self, *args: Any) -> list[str]:
        lines = super()._settings(*args)
        if not self.certificate_name:
            return lines
        certificate = CLIENT_CA.issue_cert(common_name=self.certificate_name)
        files = {name: self.folder / f"{name}.pem" for name in ("ca", "certificate", "key")}
        SERVER_CA.cert_pem.write_to_path(files["ca"])
        certificate.cert_chain_pems[0].write_to_path(files["certificate"])
        certificate.private_key_pem.write_to_path(files["key"])
        tls = [
            f"CertificationAuthoritiesFile={files['ca']}",
            f"ClientCertificateFile={files['certificate']}",
            f"ClientCertificateKeyFile={files['key']}",
            "CertificateVerifyLevel=1",
        ]
        return [lines[0], *tls, *lines[1:]]

    def toAdmin(self, message: quickfix.Message, session_id: object) -> None:  # noqa: N802
        """Put the fields into the Logon."""
        if message.getHeader().getField(35) == "A":
            for tag, value in self.logon.items():
                message.setField(quickfix.StringField(tag, value))
        super().toAdmin(message, session_id)


@asynccontextmanager
async def serving(folder: Path, version: str, tls: TlsSettings | None = None) -> AsyncIterator[Exchange]:
    exchange = make(folder)
    exchange.serve(settings_for("BROKER", version, password_hash=hash_password(PASSWORD), logout_timeout_s=1))
    await exchange.acceptor.start([listener(tls=tls)])
    try:
        yield exchange
    finally:
        await exchange.acceptor.stop("closing")
        exchange.acceptor.close()


def server_tls(folder: Path) -> TlsSettings:
    made = SERVER_CA.issue_cert("localhost", "127.0.0.1")
    made.cert_chain_pems[0].write_to_path(folder / "server.pem")
    made.private_key_pem.write_to_path(folder / "server.key")
    CLIENT_CA.cert_pem.write_to_path(folder / "clients.pem")
    return TlsSettings(folder / "server.pem", folder / "server.key", folder / "clients.pem")


def trade(broker: DoorBroker) -> list[str]:
    """Log on, send orders, log out; gives what the answers are about."""
    broker.start()
    for number in range(3):
        broker.order(f"C{number}", "ACME", "1", "100", "10")
    got = [broker.next()["11"] for _ in range(3)]
    broker.stop()
    return got


@pytest.mark.parametrize("version", VERSIONS)
def test_quickfix_logs_on_with_user_and_password(tmp_path: Path, version: str) -> None:
    async def check() -> None:
        async with serving(tmp_path, version) as exchange:
            logon = {553: "BROKER", 554: PASSWORD}
            broker = DoorBroker(version, exchange.acceptor.port, tmp_path / "broker", logon)
            assert await asyncio.to_thread(trade, broker) == ["C0", "C1", "C2"]

    uvloop.run(check())


def test_quickfix_with_a_wrong_password_hears_why_and_can_try_again(tmp_path: Path) -> None:
    async def check() -> None:
        async with serving(tmp_path, "FIX.4.4") as exchange:
            port, folder = exchange.acceptor.port, tmp_path / "broker"
            wrong = DoorBroker("FIX.4.4", port, folder, {553: "BROKER", 554: "wrong"})
            with pytest.raises(BrokerError):
                await asyncio.to_thread(wrong.start, wait_s=2)
            assert wrong.admin[0]["58"] == "Authentication failed"
            assert exchange.acceptor.sessions["BROKER"].next_out == 1
            right = DoorBroker("FIX.4.4", port, folder, {553: "BROKER", 554: PASSWORD})
            assert await asyncio.to_thread(trade, right) == ["C0", "C1", "C2"]

    uvloop.run(check())


@pytest.mark.parametrize("version", VERSIONS)
def test_quickfix_over_tls_with_the_certificate_of_its_session(tmp_path: Path, version: str) -> None:
    async def check() -> None:
        async with serving(tmp_path, version, server_tls(tmp_path)) as exchange:
            logon = {553: "BROKER", 554: PASSWORD}
            broker = DoorBroker(version, exchange.acceptor.port, tmp_path / "broker", logon, "BROKER")
            assert await asyncio.to_thread(trade, broker) == ["C0", "C1", "C2"]
            assert exchange.acceptor.failures == 0

    uvloop.run(check())


def test_quickfix_over_tls_with_the_certificate_of_another_is_not_answered(tmp_path: Path) -> None:
    async def check() -> None:
        async with serving(tmp_path, "FIX.4.4", server_tls(tmp_path)) as exchange:
            logon = {553: "BROKER", 554: PASSWORD}
            broker = DoorBroker("FIX.4.4", exchange.acceptor.port, tmp_path / "broker", logon, "OTHER")
            with pytest.raises(BrokerError):
                await asyncio.to_thread(broker.start, wait_s=2)
            assert (broker.admin, exchange.log) == ([], [])
            assert exchange.acceptor.refused_total > 0

    uvloop.run(check())
