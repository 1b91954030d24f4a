"""What a peer meets at its limits, on a real daemon: its rate, the size of its messages, its reading, its repetitions.

One daemon serves all tests; each has sessions of its own.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from certification.broker import Fields
from certification.patience import PATIENCE_S
from tests.system.operating import ACCEPTED, CANCELED, REJECTED, configure, listen, metrics, records, show, trade, until
from tests.system.raw_peer import RawPeer
from tests.system.trading_system import TradingSystem, free_port
from tradsys_oms.fix.door.passwords import hash_password

BURST = 5
PASSWORD = "right one"  # noqa: S105 - of the tests
RATE_TEXT = "Message rate limit exceeded: 1 per second"
VERSIONS = ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")
KIB = 1024


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TradingSystem]:
    system = TradingSystem(tmp_path_factory.mktemp("limited"))
    main = {"id": "main", "listen": f"127.0.0.1:{system.fix_port}"}
    listen(system, main, {"id": "narrow", "listen": f"127.0.0.1:{free_port()}", "connections_per_address_max": 2})
    rate: dict[str, Any] = {"messages_per_s": 1, "messages_burst": BURST}
    for excess in ("reject", "report", "disconnect"):
        for version in VERSIONS:
            configure(system, f"{excess}-{version}", version=version, messages_excess=excess, **rate)
    configure(system, "delay", messages_excess="delay", messages_per_s=20, messages_burst=BURST)
    system.settings["members"].append({"id": "FIRM"} | rate)
    for name in ("firm-a", "firm-b"):
        configure(system, name, of="FIRM")
    configure(system, "small", message_size_max=2 * KIB, fields_max=50, group_entries_max=2)
    configure(system, "slow-bytes", pending_bytes_max=64 * KIB, pending_age_max_s=60)
    configure(system, "slow-age", pending_age_max_s=1)
    configure(system, "asks-again")
    for name in ("secured", "secured-too"):
        configure(system, name, password=hash_password(PASSWORD))
    system.settings["fix"] |= {"resend_requests_max": 4, "lockout_failures": 3, "lockout_s": 2}
    system.write_config()
    system.daemon.start()
    yield system
    system.close()


def burst(peer: RawPeer, name: str, count: int) -> bytes:
    """Make orders that are to arrive all at once; sessions of a member must not use the same ClOrdID."""
    stamp = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())
    handling = "21=1|" if peer.version == "FIX.4.2" else ""
    body = f"{handling}55=ACME|54=1|38=1|40=2|44=90|59=0|60={stamp}|"
    return b"".join(peer.make("D", f"11={peer.comp_id}{name}{number}|{body}") for number in range(count))


def cancel(peer: RawPeer, name: str, orig_clord_id: str) -> bytes:
    stamp = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())
    return peer.make("F", f"11={peer.comp_id}{name}|41={peer.comp_id}{orig_clord_id}|55=ACME|54=1|38=1|60={stamp}|")


def is_accepted(report: Fields) -> bool:
    return (report["35"], report.get("150")) == ("8", ACCEPTED)


# Rates.


@pytest.mark.parametrize("version", VERSIONS)
def test_beyond_its_rate_orders_are_rejected_and_cancels_go_through(limited: TradingSystem, version: str) -> None:
    with RawPeer(limited.fix_port, f"reject-{version}", version) as peer:
        peer.logon()
        peer.socket.sendall(burst(peer, "R", BURST + 3) + cancel(peer, "RC", "R0"))
        assert all(is_accepted(peer.next()) for _ in range(BURST))
        for number in range(3):
            reject = peer.expect("j")
            assert reject["58"] == RATE_TEXT
            assert reject["380"] == ("8" if version == "FIX.5.0SP2" else "0")
            assert (reject["372"], reject["45"]) == ("D", str(2 + BURST + number))
        report = peer.expect("8")
        assert (report["150"], report["41"]) == (CANCELED, f"{peer.comp_id}R0")
        assert show(limited, peer.comp_id)["next_in"] == peer.next_out, "what is refused counts as received"


@pytest.mark.parametrize("version", VERSIONS)
def test_beyond_its_rate_orders_and_replacements_are_refused_in_reports(limited: TradingSystem, version: str) -> None:
    name = f"report-{version}"
    with RawPeer(limited.fix_port, name, version) as peer:
        peer.logon()
        stamp = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())
        handling = "21=1|" if version == "FIX.4.2" else ""
        data = burst(peer, "P", BURST + 1)
        data += peer.make("G", f"11={name}PG|41={name}P0|{handling}55=ACME|54=1|38=1|40=2|44=91|60={stamp}|")
        peer.socket.sendall(data + cancel(peer, "PC", "P0"))
        assert all(is_accepted(peer.next()) for _ in range(BURST))
        refused = peer.expect("8")
        assert (refused["150"], refused["39"], refused["11"], refused["58"]) == (
            REJECTED,
            "8",
            f"{name}P{BURST}",
            RATE_TEXT,
        )
        refused = peer.expect("9")
        assert (refused["11"], refused["41"], refused["434"]) == (f"{name}PG", f"{name}P0", "2")
        assert refused["58"] == RATE_TEXT
        assert peer.expect("8")["150"] == CANCELED


def test_messages_that_are_delayed_are_all_taken_in_order(limited: TradingSystem) -> None:
    count = 25
    with RawPeer(limited.fix_port, "delay") as peer:
        peer.logon()
        started_s = time.monotonic()
        peer.socket.sendall(burst(peer, "D", count) + cancel(peer, "DC", "D0"))
        reports = [peer.expect("8") for _ in range(count)]
        assert [report["11"] for report in reports] == [f"delayD{number}" for number in range(count)]
        assert all(is_accepted(report) for report in reports)
        assert peer.expect("8")["150"] == CANCELED
        assert time.monotonic() - started_s > 0.9 * (count + 1 - BURST) / 20
        assert show(limited, "delay")["throttled"] > 0
        assert metrics(limited)['tradsys_session_throttled_total{session="delay",version="FIX.4.4"}'] > 0


@pytest.mark.parametrize("version", VERSIONS)
def test_beyond_its_rate_a_session_is_logged_out_and_asked_for_the_rest(limited: TradingSystem, version: str) -> None:
    name = f"disconnect-{version}"
    with RawPeer(limited.fix_port, name, version) as peer:
        peer.logon()
        peer.socket.sendall(burst(peer, "X", BURST + 3))
        assert all(is_accepted(peer.next()) for _ in range(BURST))
        assert peer.expect("5")["58"] == RATE_TEXT
        peer.send("5")
        assert peer.is_closed()
        next_out = peer.next_out
    until(lambda: not show(limited, name)["online"], "the end of the session")
    assert show(limited, name)["next_in"] == 2 + BURST, "what is beyond the rate was not taken"
    with RawPeer(limited.fix_port, name, version, next_out=next_out) as peer:
        peer.logon()
        request = peer.expect("2")
        assert (request["7"], request["16"]) == (str(2 + BURST), "0")


def test_the_sessions_of_a_member_share_its_rate(limited: TradingSystem) -> None:
    with RawPeer(limited.fix_port, "firm-a") as first, RawPeer(limited.fix_port, "firm-b") as second:
        first.logon(), second.logon()
        first.socket.sendall(burst(first, "A", 3))
        assert all(is_accepted(first.next()) for _ in range(3))
        second.socket.sendall(burst(second, "B", 5))
        answers = [second.next() for _ in range(5)]
        assert [answer["35"] for answer in answers[:2]] == ["8", "8"]
        assert answers[-1]["35"] == "j"
        assert answers[-1]["58"] == f"{RATE_TEXT} for the member"


# Messages.


def test_a_message_that_is_too_long_ends_the_connection_and_takes_no_number(limited: TradingSystem) -> None:
    with RawPeer(limited.fix_port, "small") as peer:
        logon = peer.logon("141=Y|")
        assert logon["34"] == "1"
        peer.send("D", f"11=L|58={'x' * 3 * KIB}|")
        assert peer.is_closed()
    until(lambda: not show(limited, "small")["online"], "the end of the session")
    assert show(limited, "small")["next_in"] == 2
    reasons = [record["reason"] for record in records(limited, "session offline") if record["session"] == "small"]
    assert any("2048" in reason or "2,048" in reason for reason in reasons), reasons


def test_a_message_with_too_many_fields_or_group_entries_is_rejected(limited: TradingSystem) -> None:
    stamp = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())
    order = f"55=ACME|54=1|38=1|40=2|44=90|60={stamp}|"
    with RawPeer(limited.fix_port, "small") as peer:
        peer.logon("141=Y|")
        parties = "".join(f"448=P{number}|447=D|452=1|" for number in range(3))
        peer.send("D", f"11=G3|453=3|{parties}{order}")
        reject = peer.expect("3")
        assert reject["372"] == "D"
        assert reject["58"] == "The group has 3 entries, limit 2"
        allocations = "".join(f"79=A{number}|80=1|" for number in range(30))
        peer.send("D", f"11=F60|78=30|{allocations}{order}")
        reject = peer.expect("3")
        assert reject["58"].endswith("fields, limit 50"), reject
        peer.send("D", f"11=G2|453=2|448=P0|447=D|452=1|448=P1|447=D|452=3|{order}")
        assert is_accepted(peer.next())


# Slow readers.


def fill(peer: RawPeer, neighbour: RawPeer, system: TradingSystem, bytes_max: int) -> int:
    """Send orders without reading an answer until so much waits, while a neighbour trades; gives how many were sent."""
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * KIB)
    sent = 0
    while show(system, peer.comp_id)["pending_bytes"] < bytes_max:
        try:
            peer.socket.sendall(burst(peer, f"S{sent}-", 2_000))
        except ConnectionError:
            break
        sent += 2_000
        trade(neighbour, f"N{peer.comp_id}{sent}")
        assert sent < 60_000, "the system takes more than is to be expected"
    return sent


@pytest.mark.parametrize(
    ("name", "reason"), [("slow-bytes", "too many bytes wait"), ("slow-age", "is not read in time")]
)
def test_a_slow_reader_is_cut_while_its_neighbour_trades(limited: TradingSystem, name: str, reason: str) -> None:
    neighbour_name = {"slow-bytes": "BROKER44", "slow-age": "BROKER42"}[name]
    version = {"slow-bytes": "FIX.4.4", "slow-age": "FIX.4.2"}[name]
    with RawPeer(limited.fix_port, name) as slow, RawPeer(limited.fix_port, neighbour_name, version) as neighbour:
        neighbour.logon()
        slow.logon()
        fill(slow, neighbour, limited, {"slow-bytes": 1 << 30, "slow-age": 1}[name])
        for number in range(1_000):
            trade(neighbour, f"W{name}{number}")
            if any(record["session"] == name for record in records(limited, "session offline")):
                break
            time.sleep(0.02)
        (record,) = (record for record in records(limited, "session offline") if record["session"] == name)
        assert reason in record["reason"]
        next_in = show(limited, name)["next_in"]
        missing = show(limited, name)["next_out"]
    with RawPeer(limited.fix_port, name, next_out=next_in) as back:
        back.logon()
        back.send("2", f"7={missing - 2}|16={missing - 1}|")
        assert [back.next()["35"] for _ in range(2)] == ["8", "8"], "what was not read is in the store"


# Connections.


def test_an_address_has_so_many_connections_at_one_listener_and_others_at_another(limited: TradingSystem) -> None:
    port = int(limited.settings["listeners"][1]["listen"].split(":")[1])
    address = ("127.0.0.1", port)
    with socket.create_connection(address) as first, socket.create_connection(address):
        with socket.create_connection(address, timeout=PATIENCE_S) as third:
            assert third.recv(1) == b""
        with RawPeer(limited.fix_port, "BROKER50", "FIX.5.0SP2") as elsewhere:
            elsewhere.logon("141=Y|")
            elsewhere.logout()
        first.close()

        def is_let_in() -> bool:
            with RawPeer(port, "BROKER50", "FIX.5.0SP2") as peer:
                peer.send("A", "98=0|108=30|1137=9|141=Y|")
                return not peer.is_closed()

        until(is_let_in, "a place at the listener")


# Repetitions.


def test_requests_for_the_same_messages_are_slowed_down_and_then_end_the_session(limited: TradingSystem) -> None:
    with RawPeer(limited.fix_port, "asks-again") as peer:
        peer.logon()
        trade(peer, "Q0")
        waits_s = []
        for _ in range(4):
            started_s = time.monotonic()
            peer.send("2", "7=1|16=0|")
            peer.expect("4")
            assert peer.expect("8")["43"] == "Y"
            waits_s.append(time.monotonic() - started_s)
        assert max(waits_s[:2]) < 0.9 < min(waits_s[2:])
        peer.send("2", "7=1|16=0|")
        logout = peer.expect("5")
        assert "ResendRequest" in logout["58"], logout
        peer.send("5")
        assert peer.is_closed()


def failed_logon(system: TradingSystem, name: str, password: str) -> bool:
    """Tell if a Logon was answered by the Logout that tells nothing."""
    with RawPeer(system.fix_port, name) as peer:
        peer.send("A", f"98=0|108=30|141=Y|553={name}|554={password}|")
        answer = peer.next()
        if answer["35"] == "A":
            peer.logout()
            return False
        assert (answer["35"], answer["58"]) == ("5", "Authentication failed")
        assert peer.is_closed()
        return True


def test_an_address_that_guesses_is_locked_out_of_that_session_for_a_while(limited: TradingSystem) -> None:
    assert not failed_logon(limited, "secured", PASSWORD)
    assert all(failed_logon(limited, "secured", f"guess {number}") for number in range(3))
    assert failed_logon(limited, "secured", PASSWORD), "the right password does not help while it is locked"
    assert not failed_logon(limited, "secured-too", PASSWORD)
    assert show(limited, "secured")["addresses_locked_out"] == ["127.0.0.1"]
    assert show(limited, "secured-too")["addresses_locked_out"] == []
    seen = metrics(limited)
    assert seen["tradsys_lockouts_total"] == 1
    assert seen["tradsys_authentication_failures_total"] >= 4
    until(lambda: not failed_logon(limited, "secured", PASSWORD), "the end of the lock-out")
