"""Orders in flight when a line goes: what the venue says when it is back counts, and where it says nothing an operator
decides; the broker is told once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.system.floor import BUY
from tests.system.operating import tradsys, until
from tests.system.venue_floor import BY_HAND, NO_DEADLINES, VenueFloor

SILENT_ON_STATUS = {"rules": [{"on": "status", "do": "silent"}]}


@pytest.fixture(scope="module")
def whole_floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VenueFloor]:
    """Run one daemon for all cases."""
    made = VenueFloor(tmp_path_factory.mktemp("flight"))
    try:
        made.add_market("ASKED", can_mass_status=False, **NO_DEADLINES)
        made.add_market("MASS", can_mass_status=True, **NO_DEADLINES)
        made.add_market("MUTE", SILENT_ON_STATUS, can_mass_status=False, answer_timeout_ms=200)
        made.add_market("CANCELS", on_reconnect="cancel", **NO_DEADLINES)
        made.add_route("CHAIN", "ASKED", "MASS")
        yield made.start()
    finally:
        made.close()


@pytest.fixture
def floor(whole_floor: VenueFloor) -> Iterator[VenueFloor]:
    """Give the floor; after the case nobody may have reports or rejects that it did not ask for."""
    yield whole_floor
    assert whole_floor.left_over() == []


def test_what_was_filled_meanwhile_comes_with_the_answer_to_a_status_request(floor: VenueFloor) -> None:
    symbol, broker, venue = floor.symbol(), floor.trader("BROKER44"), floor.markets["ASKED"]
    broker.order("F1", symbol, BUY, 100, BY_HAND, t100="ASKED")
    broker.sees("F1 A A 0 100")
    clord_id = venue.order(symbol)
    floor.cut("ASKED")
    assert floor.child("ASKED", symbol)["in_doubt"]
    assert floor.metric("tradsys_venue_orders_in_doubt", "ASKED") == 1
    venue.act(symbol, "quiet accept then quiet fill 40@94")
    floor.mend("ASKED")
    _, filled = broker.sees("F1 0 0 0 100", "F1 F 1 40 60")
    assert (filled["32"], filled["31"], filled["6"]) == ("40", "94", "94")
    child = floor.child("ASKED", symbol)
    assert (child["in_doubt"], child["unanswered"], child["cum_qty"]) == (False, [], "40")
    venue.act(symbol, "fill rest@95")
    broker.sees("F1 F 2 100 0")
    assert venue.requests("D", symbol) == [clord_id]


def test_what_the_venue_sends_again_by_itself_comes_once(floor: VenueFloor) -> None:
    symbol, broker, venue = floor.symbol(), floor.trader("BROKER44"), floor.markets["ASKED"]
    broker.order("S1", symbol, BUY, 100, BY_HAND, t100="ASKED")
    broker.sees("S1 A A 0 100")
    venue.order(symbol)
    floor.cut("ASKED")
    venue.act(symbol, "accept then fill 40 then fill 10")
    floor.mend("ASKED")
    broker.sees("S1 0 0 0 100", "S1 F 1 40 60", "S1 F 1 50 50")
    venue.act(symbol, "fill rest")
    broker.sees("S1 F 2 100 0")


def test_one_mass_status_request_asks_for_all(floor: VenueFloor) -> None:
    filled, lost, kept = (floor.symbol() for _ in range(3))
    broker, venue = floor.trader("BROKER44"), floor.markets["MASS"]
    for number, symbol in enumerate((filled, lost, kept)):
        broker.order(f"M{number}", symbol, BUY, 100, BY_HAND, t100="MASS")
        broker.sees(f"M{number} A A 0 100")
        venue.order(symbol)
    floor.cut("MASS")
    venue.act(filled, "quiet accept then quiet fill 100")
    venue.act(lost, "lose")
    venue.act(kept, "quiet accept")
    floor.mend("MASS")
    reports = [floor.trader("BROKER44").broker.next() for _ in range(4)]
    seen = sorted(" ".join(report[tag] for tag in ("11", "150", "39", "14")) for report in reports)
    assert seen == ["M0 0 0 0", "M0 F 2 100", "M1 8 8 0", "M2 0 0 0"]
    asked = [message.msg_type for message in venue.simulator.received if message.msg_type in ("AF", "H")]
    assert asked == ["AF", "H"]
    broker.broker.cancel("M3", "M2", kept, BUY, "100")
    broker.sees("M3 6 6 0 100", "M3 4 4 0 0")


def test_an_order_that_never_arrived_goes_to_the_next_venue(floor: VenueFloor) -> None:
    symbol, broker = floor.symbol(), floor.trader("BROKER44")
    broker.order("N1", symbol, BUY, 100, BY_HAND, t100="CHAIN")
    broker.sees("N1 A A 0 100")
    floor.markets["ASKED"].order(symbol)
    floor.cut("ASKED")
    floor.markets["ASKED"].act(symbol, "lose")
    assert floor.markets["MASS"].received(symbol) == []
    floor.mend("ASKED")
    floor.markets["MASS"].act(symbol, "accept then fill rest")
    broker.sees("N1 0 0 0 100", "N1 F 2 100 0")
    assert floor.markets["ASKED"].received(symbol) == []


def test_an_order_that_never_arrived_is_rejected_where_there_is_no_other_venue(floor: VenueFloor) -> None:
    symbol, broker = floor.symbol(), floor.trader("BROKER44")
    broker.order("R1", symbol, BUY, 100, BY_HAND, t100="ASKED")
    broker.sees("R1 A A 0 100")
    floor.markets["ASKED"].order(symbol)
    floor.cut("ASKED")
    floor.markets["ASKED"].act(symbol, "lose")
    floor.mend("ASKED")
    (report,) = broker.sees("R1 8 8 0 0")
    assert report["58"]


def test_open_orders_are_canceled_when_the_line_is_back_if_that_is_the_policy(floor: VenueFloor) -> None:
    symbol, broker, venue = floor.symbol(), floor.trader("BROKER44"), floor.markets["CANCELS"]
    broker.order("C1", symbol, BUY, 100, BY_HAND, t100="CANCELS")
    venue.act(symbol, "accept then fill 30")
    broker.sees("C1 A A 0 100", "C1 0 0 0 100", "C1 F 1 30 70")
    floor.cut("CANCELS")
    floor.mend("CANCELS")
    report = broker.broker.next()
    while report["150"] == "6":
        report = broker.broker.next()
    assert [report[tag] for tag in ("11", "150", "39", "14", "151")] == ["C1", "4", "4", "30", "0"]
    assert "line to the venue was lost" in report["58"]
    (order,) = venue.received(symbol)
    assert not order.is_open


def to_resolve(floor: VenueFloor, symbol: str) -> dict[str, Any]:
    """Wait until an operator has to decide about an order at the silent venue; gives its row."""
    until(lambda: floor.child("MUTE", symbol).get("to_resolve"), "an order that nobody answers about")
    return floor.child("MUTE", symbol)


def test_an_operator_decides_where_a_venue_says_nothing(floor: VenueFloor) -> None:
    lost, filled, broker, venue = floor.symbol(), floor.symbol(), floor.trader("BROKER44"), floor.markets["MUTE"]
    broker.order("D1", lost, BUY, 100, BY_HAND, t100="MUTE")
    broker.order("D2", filled, BUY, 100, BY_HAND, t100="MUTE")
    broker.sees("D1 A A 0 100", "D2 A A 0 100")
    rows = [to_resolve(floor, symbol) for symbol in (lost, filled)]
    for symbol, row in zip((lost, filled), rows, strict=True):
        assert len(venue.requests("H", symbol)) == 4
        (alert,) = floor.alerts("order_in_doubt", clord_id=row["clord_id"], venue="MUTE", level="critical")
        assert alert["next_step"] == f"tradsys order resolve {row['clord_id']}"
    assert floor.metric("tradsys_venue_orders_in_doubt", "MUTE") == 2
    assert floor.metric("tradsys_venue_orders_to_resolve", "MUTE") == 2
    assert floor.venue("MUTE")["orders_to_resolve"] == 2
    printed = tradsys(floor.system, "venue", "show", "MUTE").stdout
    assert rows[0]["clord_id"] in printed

    resolve = ("order", "resolve", rows[0]["clord_id"], "--outcome", "not_received")
    previewed = tradsys(floor.system, *resolve, "--preview")
    assert previewed.returncode == 0, previewed.stderr
    assert "was never received there" in previewed.stdout
    assert to_resolve(floor, lost)
    floor.operate(*resolve)
    broker.sees("D1 8 8 0 0")

    floor.operate(
        "order", "resolve", rows[1]["clord_id"], *("--outcome", "ended", "--cum-qty", "60", "--avg-px", "94.5")
    )
    reports = [broker.broker.next() for _ in range(2)]
    while reports[-1]["150"] != "4":
        reports.append(broker.broker.next())
    fills = [(report["32"], report["31"]) for report in reports if report["150"] == "F"]
    assert fills == [("60", "94.5")]
    assert (reports[-1]["39"], reports[-1]["14"], reports[-1]["151"], reports[-1]["6"]) == ("4", "60", "0", "94.5")

    again = tradsys(floor.system, *resolve, "--reason", "twice", "--yes")
    assert again.returncode != 0
    assert "nothing is left to decide" in again.stderr
    venue.act(filled, "accept then fill 60@94.5")  # late, and told before
    assert floor.metric("tradsys_venue_orders_in_doubt", "MUTE") == 0
    assert floor.venue("MUTE")["reports_in_quarantine"] == []
