"""A venue's pending report that comes after the order has ended by what its other children did."""

from __future__ import annotations

from tests.unit.core.conftest import Exchange
from tests.unit.core.routing.venue_play import VenuePlay
from tradsys_oms.core.commands import Route
from tradsys_oms.core.events import Execution

BOTH = Route("both", "split", ("V1", "V2"), (1, 1))


def test_a_pending_cancel_of_a_child_that_was_filled_is_not_told_when_the_order_is_canceled(exchange: Exchange) -> None:
    play = VenuePlay(exchange, BOTH, venues=("V1", "V2"))
    play.broker("new", "A1", "C1", "1", 100, 10_000)
    (one, _), (other, _) = play.sent
    play.report(one, "0", "0", 50, 0, 50)
    play.report(other, "0", "0", 50, 0, 50, venue="V2")
    play.broker("cancel", "A1", "C2", "C1")
    (_, _), (_, _), (cancel, _), (other_cancel, _) = play.sent
    play.report(other_cancel, "4", "4", 50, 0, 0, venue="V2")
    play.report(one, "F", "2", 50, 50, 0, 50)
    last = play.told[-1]
    assert isinstance(last, Execution)
    assert (last.exec_type, last.ord_status, last.cum_qty, last.leaves_qty) == ("4", "4", 50, 0)
    assert play.report(cancel, "6", "6", 50, 50, 0) == []
    assert play.refuse(cancel, reason=0, text="too late") == []
