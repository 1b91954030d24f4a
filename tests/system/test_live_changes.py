"""Live changes on a real daemon: SIGHUP moves sessions, listeners and certificates about, and a neighbour trades on."""

from __future__ import annotations

import os
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from certification.patience import PATIENCE_S
from tests.system.operating import configure, listen, records, reload, show, trade, until
from tests.system.raw_peer import RawPeer
from tests.system.trading_system import TradingSystem, free_port

CA = trustme.CA()


class Neighbour:
    """A broker that must not notice anything: the same connection, every number, an answer to each order."""

    def __init__(self, system: TradingSystem) -> None:
        self.system = system
        self.peer = RawPeer(system.fix_port, "BROKER44")
        self.peer.logon()
        self.orders = 0
        self.trade()

    def trade(self) -> None:
        self.orders += 1
        trade(self.peer, f"N{self.orders}")

    def check(self) -> None:
        self.trade()
        facts = show(self.system, "BROKER44")
        assert (facts["next_in"], facts["next_out"], facts["connections"]) == (self.orders + 2, self.orders + 2, 1)


@pytest.fixture
def served(system: TradingSystem) -> TradingSystem:
    listen(system, {"id": "main", "listen": f"127.0.0.1:{system.fix_port}"})
    system.write_config()
    system.daemon.start()
    return system


@pytest.fixture
def neighbour(served: TradingSystem) -> Iterator[Neighbour]:
    made = Neighbour(served)
    yield made
    made.check()
    made.peer.drop()


def can_log_on(port: int, comp_id: str, version: str = "FIX.4.4", **options: Any) -> bool:
    """Tell if a session can be logged on to; it is logged out again."""
    try:
        with RawPeer(port, comp_id, version, **options) as peer:
            peer.send("A", f"98=0|108=30|141=Y|{'1137=9|' if version == 'FIX.5.0SP2' else ''}")
            answer = peer.first()
            if answer is None:
                return False
            assert answer["35"] == "A", answer
            peer.logout()
            return True
    except (ConnectionError, ssl.SSLError):
        return False


def test_a_session_is_added_changed_disabled_and_removed(served: TradingSystem, neighbour: Neighbour) -> None:
    port = served.fix_port
    assert not can_log_on(port, "NEW")
    configure(served, "NEW")
    reload(served)
    assert can_log_on(port, "NEW")
    neighbour.check()
    configure(served, "NEW", version="FIX.5.0SP2")
    reload(served)
    until(lambda: can_log_on(port, "NEW", "FIX.5.0SP2"), "the new version")
    assert not can_log_on(port, "NEW")
    neighbour.check()
    configure(served, "NEW", version="FIX.4.4", enabled=False)
    reload(served)
    assert not can_log_on(port, "NEW")
    assert show(served, "NEW")["state"] == "disabled by the configuration"
    configure(served, "NEW", enabled=True)
    reload(served)
    with RawPeer(port, "NEW") as peer:
        peer.logon("141=Y|")
        served.settings["sessions"].pop()
        reload(served)
        assert peer.expect("5")["58"] == "session is not configured any more"
        peer.send("5")
        assert peer.is_closed()
    assert not can_log_on(port, "NEW")


def test_a_session_that_is_logged_on_changes_under_way(served: TradingSystem, neighbour: Neighbour) -> None:
    with RawPeer(served.fix_port, "BROKER42", "FIX.4.2") as peer:
        peer.logon()
        trade(peer, "U1")
        configure(served, "BROKER42", messages_per_s=1, messages_burst=1)
        reload(served)
        trade(peer, "U2")
        peer.order("U3", price="90")
        assert "1 per second" in peer.expect("j")["58"]
        configure(served, "BROKER42", version="FIX.4.4")
        reload(served)
        assert peer.expect("5")
        peer.send("5")
        assert peer.is_closed()
    until(lambda: can_log_on(served.fix_port, "BROKER42"), "the new version, once the old one is gone")


def test_listeners_are_added_moved_and_removed(served: TradingSystem, neighbour: Neighbour) -> None:
    main, second = served.settings["listeners"][0], free_port()
    listen(served, main, {"id": "second", "listen": f"127.0.0.1:{second}"})
    reload(served)
    assert can_log_on(second, "BROKER42", "FIX.4.2")
    with RawPeer(second, "BROKER50", "FIX.5.0SP2") as stays:
        stays.logon()
        moved = free_port()
        listen(served, main, {"id": "second", "listen": f"127.0.0.1:{moved}", "allow": ["127.0.0.0/8"]})
        reload(served)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", second), timeout=PATIENCE_S)
        assert can_log_on(moved, "BROKER42", "FIX.4.2")
        trade(stays, "S1")
        neighbour.check()
        listen(served, main, {"id": "second", "listen": f"127.0.0.1:{moved}", "allow": ["192.0.2.0/24"]})
        reload(served)
        assert not can_log_on(moved, "BROKER42", "FIX.4.2")
        listen(served, main)
        reload(served)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", moved), timeout=PATIENCE_S)
        trade(stays, "S2")


def write_certificate(folder: Path) -> None:
    """Write a new certificate and its key over the ones before."""
    made = CA.issue_cert("localhost", "127.0.0.1")
    made.private_key_pem.write_to_path(folder / "server.key")
    made.cert_chain_pems[0].write_to_path(folder / "server.pem")


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    CA.configure_trust(context)
    return context


def serial_of(port: int) -> str:
    """Give the serial number of the certificate that a listener shows."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as line,
        trusting().wrap_socket(line, server_hostname="localhost") as tls,
    ):
        certificate = tls.getpeercert()
        assert certificate is not None
        return str(certificate["serialNumber"])


def test_tls_is_switched_on_renewed_and_switched_off(served: TradingSystem, neighbour: Neighbour) -> None:
    port = free_port()
    main, plain = served.settings["listeners"][0], {"id": "second", "listen": f"127.0.0.1:{port}"}
    files = {"certificate": str(served.folder / "server.pem"), "key": str(served.folder / "server.key")}
    write_certificate(served.folder)
    listen(served, main, plain)
    reload(served)
    assert can_log_on(port, "BROKER42", "FIX.4.2")
    with RawPeer(port, "BROKER50", "FIX.5.0SP2") as stays_plain:
        stays_plain.logon()
        listen(served, main, plain | files)
        reload(served)
        assert not can_log_on(port, "BROKER42", "FIX.4.2")
        trade(stays_plain, "T1")
        with RawPeer(port, "BROKER42", "FIX.4.2", tls=trusting()) as stays:
            stays.logon("141=Y|")
            before = serial_of(port)
            write_certificate(served.folder)
            reload(served)
            assert serial_of(port) != before
            trade(stays, "T2")
            neighbour.check()
            listen(served, main, plain)
            reload(served)
            trade(stays, "T3")
            trade(stays_plain, "T4")
    until(lambda: not show(served, "BROKER42")["online"], "the end of the connection")
    assert can_log_on(port, "BROKER42", "FIX.4.2")


def test_a_renewed_certificate_is_found_without_a_reload(served: TradingSystem, neighbour: Neighbour) -> None:
    port = free_port()
    write_certificate(served.folder)
    files = {"certificate": str(served.folder / "server.pem"), "key": str(served.folder / "server.key")}
    listen(served, served.settings["listeners"][0], {"id": "second", "listen": f"127.0.0.1:{port}"} | files)
    reload(served)
    before = serial_of(port)
    write_certificate(served.folder)
    until(lambda: serial_of(port) != before, "the new certificate")


Fault = Callable[[TradingSystem, int], None]
"""Makes a fault in the configuration; it is told a port that somebody else listens on."""


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def port_in_use(system: TradingSystem, taken: int) -> None:
    system.settings["listeners"].append({"id": "third", "listen": f"127.0.0.1:{taken}"})


def certificate_without_its_key(system: TradingSystem, _taken: int) -> None:
    write_certificate(system.folder)
    CA.issue_cert("other").private_key_pem.write_to_path(system.folder / "server.key")
    files = {"certificate": str(system.folder / "server.pem"), "key": str(system.folder / "server.key")}
    system.settings["listeners"].append({"id": "third", "listen": f"127.0.0.1:{free_port()}"} | files)


def unknown_listener(system: TradingSystem, _taken: int) -> None:
    configure(system, "OTHER", listeners=["nowhere"])


def unknown_version(system: TradingSystem, _taken: int) -> None:
    configure(system, "OTHER", version="FIX.9")


def another_state_directory(system: TradingSystem, _taken: int) -> None:
    system.settings["state_dir"] = str(system.folder / "elsewhere")


FAULTS = (port_in_use, certificate_without_its_key, unknown_listener, unknown_version, another_state_directory)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_reload_with_a_fault_changes_nothing(
    served: TradingSystem, neighbour: Neighbour, taken: int, fault: Fault
) -> None:
    second = free_port()
    served.settings["listeners"].append({"id": "second", "listen": f"127.0.0.1:{second}"})
    configure(served, "NEW")
    configure(served, "BROKER42", enabled=False)
    fault(served, taken)
    reload(served, "reload_refused")
    assert not can_log_on(served.fix_port, "NEW")
    assert can_log_on(served.fix_port, "BROKER42", "FIX.4.2")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", second), timeout=PATIENCE_S)
    assert not records(served, "reloaded")


def test_an_order_expires_at_its_time_while_a_reload_takes_its_own(served: TradingSystem) -> None:
    limits = served.folder / "limits.yaml"
    os.mkfifo(limits)  # who opens it waits until there is something to read
    served.settings["risk"] = {"limits_file": "limits.yaml"}
    served.write_config()
    assert served.daemon.process is not None
    served.daemon.process.send_signal(signal.SIGHUP)
    with limits.open("w") as pipe, RawPeer(served.fix_port, "BROKER44") as peer:  # the daemon is reading
        peer.logon()
        now = datetime.now(UTC)
        times = f"126={now + timedelta(seconds=2):%Y%m%d-%H:%M:%S}|60={now:%Y%m%d-%H:%M:%S}|"
        peer.send("D", f"11=E1|55=ACME|54=1|38=1|40=2|44=90|59=6|{times}")
        assert peer.expect("8")["150"] == "0"
        assert peer.expect("8")["150"] == "C"
        assert records(served, "reloaded") == []
        pipe.write("{}\n")
    until(lambda: records(served, "reloaded"), "the end of the reload")
