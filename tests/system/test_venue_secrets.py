"""Secrets of venues: a real link logs on with them, and nothing that is kept or said has any of them.

One file has some: the store of QuickFIX, in which our Logons are as they were sent. It is for the eyes of its owner
only. And what `tradsys config check` says about venues.
"""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml

from tests.system.floor import BUY
from tests.system.operating import ask, tradsys, until
from tests.system.test_secrets import MARK, files_with, tables
from tests.system.venue_floor import VenueFloor

PASSWORD, API_KEY, PASSPHRASE = f"{MARK}-password", f"{MARK}-api-key", f"{MARK}-passphrase"
API_SECRET = base64.b64encode(f"{MARK}-api-secret".encode()).decode()
SECRETS = (MARK, API_SECRET)


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[VenueFloor]:
    """Run a daemon whose venues want secrets."""
    state, secrets = tmp_path / "floor", tmp_path / "secrets"
    state.mkdir()
    secrets.mkdir()
    ca, certificate = trustme.CA(), secrets / "venue.pem"
    ca.cert_pem.write_to_path(str(secrets / "ca.pem"))
    ca.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    tls = {"ca_file": str(secrets / "ca.pem")}

    def hidden(name: str, value: str) -> dict[str, str]:
        (secrets / name).write_text(value)
        return {"file": str(secrets / name)}

    made = VenueFloor(state)
    try:
        words = {"username": "us", "password": hidden("password", PASSWORD)}
        made.add_market("WORDS", certificate=certificate, tls=tls, credentials=words)
        refusal = {"rules": [{"on": "logon", "do": f"reject wrong password {PASSWORD}"}]}
        made.add_market("REFUSES", refusal, credentials=words)
        made.hopeless = ["REFUSES"]
        keys: dict[str, Any] = {"api_key": hidden("api_key", API_KEY), "password": hidden("phrase", PASSPHRASE)}
        keys["api_secret"] = hidden("api_secret", API_SECRET)
        made.add_market(
            "KEYS", certificate=certificate, tls=tls, dialect="coinbase_exchange", credentials=keys, heart_bt_int_s=30
        )
        yield made.start()
    finally:
        made.close()


def shown(floor: VenueFloor) -> dict[str, str]:
    """Give what is said about venues and by whom."""
    verbs = [("venue", "list"), ("route", "list"), ("config", "check", str(floor.system.config))]
    verbs += [("venue", "show", name) for name in floor.markets]
    said = {" ".join(verb): tradsys(floor.system, *verb).stdout for verb in verbs}
    said["control socket"] = json.dumps([ask(floor.system, "venue.list"), *(map(floor.venue, floor.markets))])
    return said | spoken_of_brokers(floor)


def spoken_of_brokers(floor: VenueFloor) -> dict[str, str]:
    """Give what the status and the metrics say."""
    return {
        "status": tradsys(floor.system, "status").stdout,
        "journal": tradsys(floor.system, "journal", "show").stdout,
    }


def test_no_secret_of_a_venue_is_kept_or_said_anywhere(floor: VenueFloor) -> None:
    symbol, broker = floor.symbol(), floor.trader("BROKER44")
    broker.order("S1", symbol, BUY, 100, "100", t100="WORDS")
    broker.sees("S1 A A 0 100", "S1 0 0 0 100")
    until(lambda: floor.link_count("REFUSES", "logons_failed") > 1, "a refused Logon")
    leaks = {source for source, text in shown(floor).items() if any(secret in text for secret in SECRETS)}
    assert leaks == set()
    rows = tables(floor.system)
    assert "S1" in rows
    assert not any(secret in rows for secret in SECRETS)
    floor.system.brokers["BROKER44"].stop()
    assert floor.system.daemon.stop() == 0
    stores = [floor.system.state_dir / "venues" / name / "quickfix" for name in floor.markets]
    kept = [path for secret in SECRETS for path in files_with(floor.system.folder, secret)]
    elsewhere = [path for path in kept if not any(Path(path).is_relative_to(store) for store in stores)]
    assert elsewhere == []
    for store in stores:
        assert stat.S_IMODE(store.stat().st_mode) == 0o700
    logs = [path for path in (floor.system.state_dir / "venues").rglob("*.log") if path.is_file()]
    assert "***" in "".join(path.read_text("latin-1") for path in logs), "the Logons are in the message log"


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown key": ({"adress": "127.0.0.1:1"}, "adress"),
    "an unknown dialect": ({"dialect": "fix43"}, "fix43"),
    "a secret that is missing": ({"credentials": {"password": {"file": "/nowhere/at/all"}}}, "/nowhere/at/all"),
    "a secret in the file": ({"credentials": {"password": MARK}}, "a secret must not stand in this file"),
    "a dialect without what it needs": ({"dialect": "coinbase_exchange"}, "needs api_key"),
    "an option of another dialect": ({"options": {"day_orders": "gtc"}}, "no option day_orders"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_of_venues_is_checked(tmp_path: Path, fault: str) -> None:
    keys, words = FAULTS[fault]
    floor = VenueFloor(tmp_path)
    venue = {"id": "V1", "dialect": "fix44", "addresses": ["127.0.0.1:1"]}
    venue |= {"sender_comp_id": "US", "target_comp_id": "V1"}
    file = tmp_path / "venues.yaml"
    file.write_text(yaml.safe_dump({"venues": [venue | keys]}))
    del floor.system.settings["venues"], floor.system.settings["routes"]
    floor.system.settings["venues_file"] = str(file)
    floor.system.write_config()
    done = tradsys(floor.system, "config", "check", str(floor.system.config))
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert words in said
    assert f"{file}:" in said, "file and line"
    assert MARK not in said
