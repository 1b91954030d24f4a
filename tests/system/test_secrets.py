"""Secrets planted in a real daemon from outside: no file, log, metric, answer or table has any of them.

The daemon logs all that it can log. Passwords come in Logons that are good, wrong, malformed, cut off and garbled, to
their own session and to others, plain and over TLS, before and after a Logon, and one is changed by its owner.
"""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import trustme

from certification.patience import PATIENCE_S
from tests.system.operating import ask, configure, listen, metrics, records, show, trade, tradsys, until
from tests.system.raw_peer import BEGIN_STRINGS, RawPeer
from tests.system.trading_system import TradingSystem, free_port
from tradsys_oms.fix.door.passwords import hash_password

MARK = "pLaNtEd"
RIGHT, NEW, WRONG = f"{MARK}-1-right", f"{MARK}-2-new-and-long", f"{MARK}-3-wrong"
CA = trustme.CA()
VERSIONS = {"P42": "FIX.4.2", "P44": "FIX.4.4", "P50": "FIX.5.0SP2"}
BODIES = (
    f"553=P44|554={WRONG}|",
    f"553={RIGHT}|554={RIGHT}|",
    f"553=P44|554={WRONG}|925={NEW}|",
    f"553=P44|554={RIGHT}|925={MARK}|",
    f"553=P44|554={RIGHT}|925=x{MARK}\x07{MARK}|",
    f"553=P44|95={len(RIGHT)}|96={RIGHT}|",
    f"553=P44|95=3|96={RIGHT}|",
    f"553=P44|96={RIGHT}|95=9|",
    f"553=P44|554={RIGHT}|554={RIGHT}|",
    f"553=P44|0554={RIGHT}|",
    f"553=P44|554 ={RIGHT}|",
    f"553=P44|554={RIGHT}={RIGHT}|",
    f"553=P44|1401={len(RIGHT)}|1402={RIGHT}|1403={len(NEW)}|1404={NEW}|",
    f"554={RIGHT}|108=x|98={RIGHT}|",
)


@pytest.fixture
def guarded(system: TradingSystem) -> TradingSystem:
    """Give a daemon at its most talkative, with a plain listener and one with TLS."""
    files = {name: system.folder / f"server.{name}" for name in ("certificate", "key")}
    made = CA.issue_cert("localhost")
    made.cert_chain_pems[0].write_to_path(files["certificate"])
    made.private_key_pem.write_to_path(files["key"])
    listen(
        system,
        {"id": "main", "listen": f"127.0.0.1:{system.fix_port}"},
        {"id": "tls", "listen": f"127.0.0.1:{free_port()}"} | {name: str(path) for name, path in files.items()},
    )
    for name, version in VERSIONS.items():
        configure(system, name, version=version, password=hash_password(RIGHT))
    configure(system, "OPEN")
    system.settings["fix"] |= {"lockout_failures": 1000}
    system.write_config()
    return system


def start_talkative(system: TradingSystem) -> None:
    command = [sys.executable, "-m", "tradsys_oms.cli.main", "run", "--log-level", "debug", "-c", str(system.config)]
    with system.daemon.log.open("ab") as log:
        system.daemon.process = subprocess.Popen(
            command, cwd=system.daemon.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    until(system.daemon.is_ready, "the daemon to be ready")


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    CA.configure_trust(context)
    return context


def send_raw(port: int, data: bytes, tls: ssl.SSLContext | None) -> None:
    """Send bytes, and nothing behind them; wait for the end of the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as line:
        stream = tls.wrap_socket(line, server_hostname="localhost") if tls is not None else line
        with stream:
            try:
                stream.sendall(data)
                stream.settimeout(0.7)
                while stream.recv(65_536):
                    pass
            except OSError:
                return  # cut, or not answered: what counts is what the daemon keeps of it


def garblings(raw: bytes) -> tuple[bytes, ...]:
    """Give a message as it is, with a wrong CheckSum, a wrong BodyLength, cut off, and behind other bytes."""
    wrong_length = raw.replace(b"\x019=", b"\x019=1", 1)
    return raw, raw[:-4] + b"000\x01", wrong_length, raw[:-20], b"GET /" + raw


def plant_in_logons(system: TradingSystem) -> None:
    """Knock with every Logon, at both listeners."""
    plain, over_tls = (int(entry["listen"].split(":")[1]) for entry in system.settings["listeners"])
    for number, body in enumerate(BODIES):
        name = ("P44", "OPEN", "P42", "P50", "NOBODY")[number % 5]
        version = VERSIONS.get(name, "FIX.4.4")
        with RawPeer(plain, name, version) as maker:
            raw = maker.make("A", f"98=0|108=30|{'1137=9|' if BEGIN_STRINGS[version] == 'FIXT.1.1' else ''}{body}")
        for variant in (raw, garblings(raw)[1 + number % 4]):
            send_raw(plain, variant, None)
        send_raw(over_tls, raw, trusting())
    send_raw(over_tls, raw, None)  # plain, where TLS is spoken
    send_raw(plain, b"\x16\x03\x01" + raw, None)


def plant_in_sessions(system: TradingSystem) -> None:
    """Log on rightly, change the password, and send secrets where they do not belong."""
    logon = f"98=0|108=30|141=Y|553=P44|554={RIGHT}|"
    with RawPeer(system.fix_port, "P44") as peer:
        peer.send("A", f"{logon}925={NEW}|")
        peer.expect("A")
        trade(peer, "S1")
        peer.send("B", f"148=x|33=1|58=x|95={len(RIGHT)}|96={RIGHT}|554={RIGHT}|")
        peer.send("D", f"11=S2|554={RIGHT}|925={NEW}|")
        for raw in garblings(peer.make("0", f"95={len(RIGHT)}|96={RIGHT}|554={NEW}|"))[1:3]:
            peer.socket.sendall(raw)
        until(lambda: show(system, "P44")["garbled"] > 0, "the garbled messages")
        peer.send("A", f"98=0|108=30|553=P44|554={NEW}|925={WRONG}|")
    until(lambda: not show(system, "P44")["online"], "the end of the connection")
    with RawPeer(system.fix_port, "P44") as peer:
        peer.logon(f"141=Y|553=P44|554={NEW}|")
        peer.logout()
    for version, name in (("FIX.4.2", "P42"), ("FIX.5.0SP2", "P50")):
        with RawPeer(system.fix_port, name, version) as peer:
            peer.logon(f"141=Y|553={name}|554={RIGHT}|925={NEW}|")
            peer.logout()


def spoken(system: TradingSystem) -> dict[str, str]:
    """Give what each verb and each page says."""
    sessions = (*VERSIONS, "OPEN")
    verbs = [("status",), ("session", "list"), ("order", "list"), ("journal", "show"), ("journal", "verify")]
    verbs += [("session", "show", name) for name in sessions]
    verbs += [("fix", "tail", name, "-n", "1000") for name in sessions]
    logs = sorted((system.state_dir / "messages").rglob("*"))
    verbs += [("fix", "show", str(path)) for path in logs if path.is_file()]
    said = {}
    for verb in verbs:
        done = tradsys(system, *verb)
        assert done.returncode == 0, (verb, done.stderr)
        said[" ".join(verb)] = done.stdout + done.stderr
    said["control socket"] = json.dumps([ask(system, "status"), ask(system, "session.list"), ask(system, "order.list")])
    with socket.create_connection(("127.0.0.1", system.http_port), timeout=PATIENCE_S) as page:
        page.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        said["metrics"] = b"".join(iter(lambda: page.recv(65_536), b"")).decode()
    return said


def tables(system: TradingSystem) -> str:
    """Give every row of every table in PostgreSQL."""
    system.daemon.wait_projected()
    url = tradsys(system, "db", "url").stdout.strip()
    rows = []
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        assert names
        for schema, name in names:
            query = psycopg.sql.SQL("SELECT t::text FROM {} t").format(psycopg.sql.Identifier(schema, name))
            rows += [row[0] for row in connection.execute(query)]
    return "\n".join(rows)


def files_with(folder: Path, text: str) -> list[str]:
    """List the files that have a text in them."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [str(path) for path in files if text.encode() in path.read_bytes()]


def test_no_secret_is_kept_or_said_anywhere(guarded: TradingSystem) -> None:
    start_talkative(guarded)
    plant_in_logons(guarded)
    plant_in_sessions(guarded)
    assert len(records(guarded, "authentication failed")) > 5, "the Logons got as far as they should"
    assert len(records(guarded, "password_changed")) == 3
    assert metrics(guarded)["tradsys_tls_handshakes_failed_total"] >= 1
    leaks = {source: text for source, text in spoken(guarded).items() if MARK in text or "$argon2" in text}
    assert leaks == {}
    rows = tables(guarded)
    assert "S1" in rows
    assert MARK not in rows
    assert "$argon2" not in rows
    assert guarded.daemon.stop() == 0
    assert files_with(guarded.folder, MARK) == []
    assert "***" in "".join(path.read_text("latin-1") for path in (guarded.state_dir / "messages").rglob("*.log"))
