"""Trouble on the line to a venue: each kind is said in a sentence by `tradsys venue show`, is counted, and passes."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.system.floor import BUY
from tests.system.operating import tradsys, until
from tests.system.venue_floor import BY_HAND, NO_DEADLINES, VenueFloor


def write_certificates(folder: Path) -> dict[str, Path]:
    """Write what the venue shows, and the authorities that sign it, and something else."""
    ours, others = trustme.CA(), trustme.CA()
    paths = {name: folder / f"{name}.pem" for name in ("venue", "ours", "others")}
    ours.issue_cert("venue.example").private_key_and_cert_chain_pem.write_to_path(str(paths["venue"]))
    ours.cert_pem.write_to_path(str(paths["ours"]))
    others.cert_pem.write_to_path(str(paths["others"]))
    return paths


@pytest.fixture(scope="module")
def whole_floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VenueFloor]:
    """Run one daemon for all cases."""
    folder = tmp_path_factory.mktemp("trouble")
    made = VenueFloor(folder)
    paths = write_certificates(folder)
    venue, trusted = paths["venue"], str(paths["ours"])
    try:
        made.add_market("REFUSES", {"rules": [{"on": "logon", "do": "reject not on a Saturday"}]})
        made.add_market("NUMBERS", **NO_DEADLINES)
        made.add_market("DAMAGED", **NO_DEADLINES)
        made.add_market("FULL", **NO_DEADLINES)
        tls: dict[str, Any] = {"ca_file": trusted, "server_name": "venue.example"}
        made.add_market("TLS", certificate=venue, tls=tls, **NO_DEADLINES)
        made.add_market("MISNAMED", certificate=venue, tls=tls | {"server_name": "other.example"})
        made.add_market("UNTRUSTED", certificate=venue, tls=tls | {"ca_file": str(paths["others"])})
        made.add_market("PLAIN", tls=tls, logon_timeout_s=1)
        made.hopeless = ["REFUSES", "MISNAMED", "UNTRUSTED", "PLAIN"]
        yield made.start()
    finally:
        made.close()


@pytest.fixture
def floor(whole_floor: VenueFloor) -> Iterator[VenueFloor]:
    """Give the floor; after the case nobody may have reports or rejects that it did not ask for."""
    yield whole_floor
    assert whole_floor.left_over() == []


HOPELESS = {
    "REFUSES": "the venue has logged us out: not on a Saturday",
    "MISNAMED": "other.example",
    "UNTRUSTED": "certificate",
    "PLAIN": "has not agreed on TLS in time",
}


@pytest.mark.parametrize("venue", HOPELESS)
def test_a_line_that_never_comes_up_says_why(floor: VenueFloor, venue: str) -> None:
    until(lambda: floor.link_count(venue, "logons_failed") >= 2, "some attempts")
    facts = floor.venue(venue)
    assert facts["state"] == "down"
    assert HOPELESS[venue] in facts["link"].get("fault", "")
    assert facts["link"].get("logons", 0) == 0
    printed = tradsys(floor.system, "venue", "show", venue).stdout
    assert HOPELESS[venue] in printed
    assert floor.metric("tradsys_venue_up", venue) == 0


def test_orders_go_out_over_tls(floor: VenueFloor) -> None:
    symbol, broker = floor.symbol(), floor.trader("BROKER44")
    broker.order("T1", symbol, BUY, 100, "100", t100="TLS")
    broker.sees("T1 A A 0 100", "T1 0 0 0 100")


def test_a_wrong_number_costs_the_line_and_no_report(floor: VenueFloor) -> None:
    symbol, broker, venue = floor.symbol(), floor.trader("BROKER44"), floor.markets["NUMBERS"]
    broker.order("W1", symbol, BUY, 100, BY_HAND, t100="NUMBERS")
    venue.act(symbol, "accept")
    broker.sees("W1 A A 0 100", "W1 0 0 0 100")
    logouts = floor.link_count("NUMBERS", "logouts")
    venue.act(symbol, "low_number fill 40")
    until(lambda: floor.link_count("NUMBERS", "logouts") > logouts, "the end of the line")
    reasons = [record["reason"] for record in floor.alerts("venue_down", venue="NUMBERS", logger="venues.link")]
    assert any("MsgSeqNum too low" in reason for reason in reasons)
    floor.wait_up("NUMBERS")
    broker.sees("W1 F 1 40 60")
    venue.act(symbol, "fill rest")
    broker.sees("W1 F 2 100 0")


def has_noticed(floor: VenueFloor, before: int) -> bool:
    """Give the link of DAMAGED some attempts to find its store damaged; tell whether it has."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if floor.link_count("DAMAGED", "stores_damaged") > before:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("suffix", ["seqnums", "header", "body", "session"])
def test_a_store_that_is_damaged_is_put_aside(floor: VenueFloor, suffix: str) -> None:
    symbol, broker, venue = floor.symbol(), floor.trader("BROKER44"), floor.markets["DAMAGED"]
    broker.order(f"S-{suffix}", symbol, BUY, 100, BY_HAND, t100="DAMAGED")
    venue.act(symbol, "accept")
    broker.sees(f"S-{suffix} A A 0 100", f"S-{suffix} 0 0 0 100")
    before = floor.link_count("DAMAGED", "stores_damaged")
    floor.cut("DAMAGED")
    venue.act(symbol, "quiet fill 40")
    files = floor.system.state_dir / "venues" / "DAMAGED" / "quickfix"
    (path,) = files.glob(f"*.{suffix}")
    while not has_noticed(floor, before):  # an attempt that is under way may undo the damage
        if suffix == "session":
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(os.urandom(50))
    floor.mend("DAMAGED")
    alert = floor.alerts("store_damaged", venue="DAMAGED", level="critical")[-1]
    assert Path(alert["moved_to"]).is_dir()
    broker.sees(f"S-{suffix} F 1 40 60")
    venue.act(symbol, "fill rest")
    broker.sees(f"S-{suffix} F 2 100 0")
    broker.order(f"A-{suffix}", symbol, BUY, 100, "100", t100="DAMAGED")
    broker.sees(f"A-{suffix} A A 0 100", f"A-{suffix} 0 0 0 100")


def test_a_disk_that_is_full_loses_nothing(floor: VenueFloor) -> None:
    symbol, broker, venue = floor.symbol(), floor.trader("BROKER44"), floor.markets["FULL"]
    broker.order("F1", symbol, BUY, 100, BY_HAND, t100="FULL")
    venue.act(symbol, "accept")
    broker.sees("F1 A A 0 100", "F1 0 0 0 100")
    pid = floor.venue("FULL")["link"]["pid"]
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    venue.act(symbol, "fill 40")
    until(lambda: floor.venue("FULL")["link"].get("pid", pid) != pid, "another link")
    broker.sees("F1 F 1 40 60")
    assert floor.alerts("venue_link_gone", venue="FULL", pid=pid), "it could not even log that"
    venue.act(symbol, "fill rest")
    broker.sees("F1 F 2 100 0")
