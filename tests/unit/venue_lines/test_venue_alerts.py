"""Alerts of venues: each event is a line in the log, but for a flood."""

from __future__ import annotations

from structlog.testing import capture_logs

from tradsys_oms.core.events import ChildInDoubt, ReportQuarantined, VenueChanged, VenueNoted
from tradsys_oms.venue_lines.alerts import LINES_PER_S, VenueAlerts


def test_a_venue_that_goes_down_and_an_order_in_doubt_are_logged() -> None:
    alerts = VenueAlerts()
    with capture_logs() as lines:
        alerts.changed(VenueChanged("V1", False, "is disabled"), 1, 0, 0)
        alerts.changed(VenueChanged("V1", True, "logged on"), 2, 0, 0)
        alerts.doubt(ChildInDoubt("V1", "9-1", 9, "no answer"), 3, 0, 0)
    assert [(line["event"], line["log_level"]) for line in lines] == [
        ("venue_down", "error"),
        ("venue_up", "info"),
        ("order_in_doubt", "critical"),
    ]
    assert lines[2]["next_step"] == "tradsys order resolve 9-1"


def test_what_a_venue_has_done_and_was_not_to_do_is_logged_and_counted_by_kind() -> None:
    alerts = VenueAlerts()
    with capture_logs() as lines:
        alerts.note(VenueNoted("V1", "worse_price", "9-1", 9, "at 101"), 1, 0, 0)
        alerts.note(VenueNoted("V1", "cancel_refused", "9-1", 9, "kept"), 2, 0, 0)
        alerts.note(VenueNoted("V1", "worse_price", "9-1", 9, "at 102"), 3, 0, 0)
    assert [(line["event"], line["log_level"], line["order_id"], line["text"]) for line in lines] == [
        ("venue_worse_price", "error", 9, "at 101"),
        ("venue_cancel_refused", "error", 9, "kept"),
        ("venue_worse_price", "error", 9, "at 102"),
    ]
    assert alerts.noted == {("V1", "worse_price"): 2, ("V1", "cancel_refused"): 1}


def test_a_flood_of_reports_in_quarantine_is_counted_and_not_logged_whole() -> None:
    now_s = 100.0
    alerts = VenueAlerts(lambda: now_s)
    report = ReportQuarantined("V1", "9-1", "E1", "unknown ClOrdID")
    with capture_logs() as lines:
        for _ in range(LINES_PER_S + 7):
            alerts.quarantine(report, 1, 0, 0)
        now_s = 101.0
        alerts.quarantine(report, 1, 0, 0)
    assert alerts.quarantined == {"V1": LINES_PER_S + 8}
    assert len(lines) == LINES_PER_S + 1
    assert [line["more_before"] for line in lines[-2:]] == [0, 7]
