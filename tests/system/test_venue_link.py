"""The link process between a real FIX engine and the daemon's socket: nothing is lost or twice, whatever ends when."""

from __future__ import annotations

import resource
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.venue_link_parts import VenueSystem, wait_until
from tests.unit.venues.tls_server import TlsServer
from tradsys_oms.core.commands import VenueLink
from tradsys_oms.venues.settings import VenueAddress, VenueTls


@pytest.fixture
def venue(tmp_path: Path) -> Iterator[VenueSystem]:
    """Give a venue, a core and a link that are not started."""
    made = VenueSystem(tmp_path)
    yield made
    made.close()


def reports_of(*places: str) -> list[str]:
    """List what the market reports of orders: accepted, filled."""
    return [f"{kind}{place}" for place in places for kind in "AF"]


def test_orders_go_out_and_reports_come_in(venue: VenueSystem) -> None:
    venue.start()
    places = venue.core.order(3)
    wait_until(lambda: len(venue.core.reports) == 6, "six reports")
    assert venue.market.came(len(places)) == places
    assert sorted(venue.core.reports) == sorted(reports_of(*places))
    assert venue.core.unsent == []
    wait_until(lambda: venue.core.statuses[-1:] != [] and venue.core.statuses[-1]["received"] == 6, "a status")
    status = venue.core.statuses[-1]
    assert (status["state"], status["cursor"], status["sent"]) == ("logged on", places[-1], 3)
    assert venue.link.stop() == 0
    assert venue.core.links == [True, False]


def test_what_was_not_sent_while_the_line_was_down_never_is(venue: VenueSystem) -> None:
    venue.start()
    first = venue.core.order(1)
    wait_until(lambda: len(venue.core.reports) == 2, "two reports")
    venue.market.stop()
    wait_until(lambda: venue.core.links == [True, False], "the end of the line")
    while_down = venue.core.order(2)
    wait_until(lambda: venue.core.unsent == while_down, "two that were not sent")
    venue.market.start()
    wait_until(lambda: venue.core.links == [True, False, True], "another logon")
    last = venue.core.order(1)
    wait_until(lambda: len(venue.core.reports) == 4, "two more reports")
    assert venue.market.came(len(first + last)) == first + last
    assert venue.core.unsent == while_down


def test_frames_that_were_not_acknowledged_survive_kill_9(venue: VenueSystem) -> None:
    venue.start()
    venue.core.acknowledges = False
    places = venue.core.order(20)
    wait_until(lambda: len(venue.core.reports) == 40, "forty reports")
    first = list(venue.core.frames)
    venue.link.kill()
    del venue.core.frames[1:]  # it had taken them, and dies before they are durable
    venue.core.acknowledges = True
    venue.link.start()
    wait_until(lambda: len(venue.core.links) == 2, "another logon")
    assert venue.core.frames[: len(first)] == first
    assert sorted(venue.core.reports) == sorted(reports_of(*places))
    assert venue.market.came(len(places)) == places


def test_requests_that_a_killed_link_did_not_reach_are_unsent(venue: VenueSystem) -> None:
    venue.start()
    sent = venue.core.order(1)
    wait_until(lambda: len(venue.core.reports) == 2, "two reports")
    venue.link.kill()
    not_sent = venue.core.order(3)
    venue.link.start()
    wait_until(lambda: venue.core.unsent == not_sent, "three that were not sent")
    wait_until(lambda: len(venue.core.links) == 2, "another logon")
    assert venue.market.came(len(sent)) == sent


@pytest.mark.parametrize("after", [1, 40, 400])
def test_kill_9_in_mid_sending_sends_nothing_twice(venue: VenueSystem, after: int) -> None:
    venue.start()
    places = venue.core.order(1000)
    wait_until(lambda: len(venue.market.orders) >= after, "orders at the venue")
    venue.link.kill()
    venue.link.start()
    wait_until(lambda: len(venue.core.links) == 2, "another logon")
    last = venue.core.order(1)
    wait_until(lambda: f"F{last[0]}" in venue.core.reports, "the last fill")
    wait_until(lambda: last[0] in venue.market.orders, "the last order at the venue")
    unsent, arrived = venue.core.unsent, venue.market.orders
    assert len(set(arrived)) == len(arrived)
    assert venue.market.resent == []
    assert len(set(unsent)) == len(unsent)
    assert not set(unsent) & set(arrived)
    given = [place for place in places if place not in set(unsent)]
    assert given == places[: len(given)], "what was sent comes before what was not"
    assert set(arrived) <= {*given, *last}
    assert set(venue.core.reports) >= set(reports_of(*arrived))


def test_the_link_works_on_while_the_daemon_is_gone(venue: VenueSystem) -> None:
    venue.start()
    places = venue.core.order(1)
    wait_until(lambda: len(venue.core.reports) == 2, "two reports")
    venue.core.stop()
    venue.market.report(places[0], "LATE", "I", "2", 100)
    more = venue.core.order(1)  # the daemon's journal was durable, and then it died
    wait_until(lambda: venue.market.orders == places + more, "the order at the venue")
    venue.core.acknowledges = True
    venue.core.start()
    wait_until(lambda: len(venue.core.reports) == 5, "what came in between")
    assert sorted(venue.core.reports) == sorted([*reports_of(*places, *more), "LATE"])
    assert venue.core.links == [True, True], "a daemon that is new has to hear that the line is up"
    assert venue.market.logons == 1


def test_the_next_address_counts_when_one_does_not_log_on(venue: VenueSystem) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        addresses = (VenueAddress("127.0.0.1", deaf.getsockname()[1]), *venue.settings.addresses)
        venue.configure(addresses=addresses, logon_timeout_s=1.0)
        venue.start()
        link = venue.core.frames[0]
        assert isinstance(link, VenueLink)
        assert link.address == str(addresses[1])
        whoever_is_first = ("Timed out waiting for logon response", "no logon within 1 s")  # QuickFIX, or the link
        assert any(words in venue.link.log for words in whoever_is_first)


def test_a_refused_logon_is_seen_and_tried_again(venue: VenueSystem) -> None:
    venue.market.set(logon_fault="certificate of membership expired")
    venue.core.start()
    venue.market.start()
    venue.link.start()
    wait_until(lambda: any("expired" in status["fault"] for status in venue.core.statuses), "the venue's words")
    assert venue.core.statuses[-1]["logons_failed"] >= 1
    venue.market.set(logon_fault="")
    wait_until(lambda: venue.core.links == [True], "a logon")


def test_what_came_before_a_refused_logon_is_sent_again(venue: VenueSystem) -> None:
    venue.start()
    places = venue.core.order(1)
    wait_until(lambda: len(venue.core.reports) == 2, "two reports")
    venue.market.stop()
    venue.market.set(logon_fault="closed for a moment")
    venue.market.start()
    venue.market.report(places[0], "MISSED", "I", "2", 100)
    before = venue.link.log.count("closed for a moment")
    wait_until(lambda: venue.link.log.count("closed for a moment") > before + 6, "several refusals")
    venue.market.set(logon_fault="")
    wait_until(lambda: venue.core.reports[2:] == ["MISSED"], "what its Logouts came after")


def test_a_damaged_store_is_put_aside(venue: VenueSystem) -> None:
    venue.start()
    venue.link.kill()
    venue.market.stop()
    (seqnums,) = (venue.settings.state_dir / "quickfix").glob("*.seqnums")
    seqnums.write_bytes(b"rubbish")
    venue.market.start()
    venue.link.start()
    wait_until(lambda: venue.core.links[-1] and len(venue.core.links) == 2, "another logon")
    assert "store_damaged" in venue.link.log
    wait_until(lambda: any(status["stores_damaged"] for status in venue.core.statuses), "the count of it")


def test_a_full_spool_logs_out_until_there_is_room(venue: VenueSystem) -> None:
    venue.configure(spool_bytes_max=20_000)
    venue.start()
    venue.core.stop()
    sent = 0

    def is_held() -> bool:
        nonlocal sent
        venue.market.report("1-0", f"E{sent}", "I", "0", 0)
        sent += 1
        return "spool_full" in venue.link.log

    wait_until(is_held, "a record of the full spool")
    assert "too much waits for the core" in venue.link.log
    venue.core.start()
    wait_until(lambda: venue.core.links[-1:] == [True] and len(venue.core.links) == 3, "another logon")
    wait_until(lambda: len(venue.core.reports) == sent, "all reports")
    assert sorted(venue.core.reports) == sorted(f"E{number}" for number in range(sent))


def test_orders_go_out_over_tls(venue: VenueSystem) -> None:
    server = TlsServer(venue.folder, "fix.nyx.example", target=venue.market.port)
    tls = VenueTls(ca_file=server.ca_file, server_name="fix.nyx.example")
    venue.configure(addresses=(server.address,), tls=tls)
    venue.start()
    places = venue.core.order(50)
    wait_until(lambda: len(venue.core.reports) == 100, "a hundred reports")
    assert venue.market.came(len(places)) == places
    server.close()


def test_a_venue_with_a_wrong_certificate_gets_nothing(venue: VenueSystem) -> None:
    server = TlsServer(venue.folder, "fix.other.example", target=venue.market.port)
    tls = VenueTls(ca_file=server.ca_file, server_name="fix.nyx.example")
    venue.configure(addresses=(server.address,), tls=tls)
    venue.core.start()
    venue.market.start()
    venue.link.start()
    wait_until(lambda: any("Hostname mismatch" in status["fault"] for status in venue.core.statuses), "the sentence")
    assert venue.core.links == []
    assert venue.market.logons == 0
    server.close()


def test_a_store_that_is_gone_makes_both_sides_begin_anew(venue: VenueSystem) -> None:
    venue.start()
    first = venue.core.order(1)
    wait_until(lambda: len(venue.core.reports) == 2, "two reports")
    venue.link.kill()
    shutil.rmtree(venue.settings.state_dir / "quickfix")
    venue.link.start()
    wait_until(lambda: len(venue.core.links) == 2, "another logon")
    second = venue.core.order(1)
    wait_until(lambda: venue.market.orders == first + second, "both orders at the venue, once")
    wait_until(lambda: len(venue.core.reports) == 4, "two more reports")
    assert "store_lost" in venue.link.log


def test_orders_are_not_sent_again_when_the_venue_asks(venue: VenueSystem) -> None:
    venue.start()
    places = venue.core.order(3)
    wait_until(lambda: len(venue.core.reports) == 6, "six reports")
    venue.market.send("2", (7, "1"), (16, "0"))
    wait_until(lambda: any(status["resends_suppressed"] == 3 for status in venue.core.statuses), "three held back")
    last = venue.core.order(1)
    wait_until(lambda: len(venue.core.reports) == 8, "two more reports")
    assert venue.market.came(len(places + last)) == places + last
    assert venue.market.resent == []


@pytest.mark.parametrize(("dialect", "begin_string"), [("fix42", "FIX.4.2"), ("fix50sp2", "FIXT.1.1")])
def test_other_versions_log_on(venue: VenueSystem, dialect: str, begin_string: str) -> None:
    venue.market.begin_string = begin_string
    venue.configure(dialect=dialect)
    venue.start()
    places = venue.core.order(2)
    wait_until(lambda: venue.market.orders == places, "two orders at the venue")
    assert venue.link.stop() == 0


def test_the_end_of_standard_input_ends_the_link(venue: VenueSystem) -> None:
    venue.start()
    process = venue.link.process
    assert process is not None
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(10.0) == 0
    assert venue.core.links == [True, False]


def test_a_disk_that_is_full_sends_nothing_and_says_so(venue: VenueSystem) -> None:
    venue.start()
    process = venue.link.process
    assert process is not None
    first = venue.core.order(40)  # so that QuickFIX's store is the largest file
    wait_until(lambda: len(venue.core.reports) == 80, "eighty reports")
    wait_until(lambda: venue.core.statuses != [] and venue.core.statuses[-1]["last_frame"] == 81, "a status")
    (body,) = (venue.settings.state_dir / "quickfix").glob("*.body")
    limit = body.stat().st_size + 50
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    second = venue.core.order(1)
    wait_until(lambda: venue.core.unsent == second, "the order that was not sent")
    wait_until(lambda: venue.core.links == [True, False], "the end of the line")
    wait_until(lambda: any(status["store_errors"] for status in venue.core.statuses), "the count of it")
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    wait_until(lambda: venue.core.links == [True, False, True], "another logon")
    third = venue.core.order(1)
    wait_until(lambda: len(venue.core.reports) == 82, "two more reports")
    assert venue.market.came(len(first + third)) == first + third
