"""Each broker that can't log on is named in the log, and nobody can fill the log by connecting."""

from __future__ import annotations

from structlog.testing import capture_logs

from tradsys_oms.fix.door.turned_away import ADDRESSES_MAX, LINES_PER_ADDRESS_MAX, TurnedAway


def test_an_address_has_a_few_lines_and_others_still_have_theirs() -> None:
    strangers = TurnedAway()
    with capture_logs() as logs:
        for port in range(LINES_PER_ADDRESS_MAX + 3):
            strangers.note(f"192.0.2.7:{port}", "no Logon in time")
        strangers.note("[2001:db8::1]:9", "no Logon in time")
        strangers.tell()
    named = [line["address"] for line in logs if line["event"] == "connection refused"]
    assert named == [f"192.0.2.7:{port}" for port in range(LINES_PER_ADDRESS_MAX)] + ["[2001:db8::1]:9"]
    assert logs[-1] == {"event": "more connections refused", "connections": 3, "log_level": "info"}
    assert strangers.total == LINES_PER_ADDRESS_MAX + 4


def test_lines_come_again_and_nothing_is_told_where_nothing_is_left_out() -> None:
    strangers = TurnedAway()
    with capture_logs() as logs:
        for port in range(3):
            for _ in range(LINES_PER_ADDRESS_MAX):
                strangers.note(f"192.0.2.7:{port}", "no Logon in time")
            strangers.tell()
    assert {line["event"] for line in logs} == {"connection refused"}
    assert len(logs) == 3 * LINES_PER_ADDRESS_MAX


def test_many_addresses_are_no_way_around() -> None:
    strangers = TurnedAway()
    with capture_logs() as logs:
        for host in range(10 * ADDRESSES_MAX):
            strangers.note(f"192.0.2.{host}:1", "no Logon in time")
        strangers.tell()
    assert len(logs) == ADDRESSES_MAX + 1
    assert logs[-1]["connections"] == 9 * ADDRESSES_MAX
