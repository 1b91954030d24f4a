"""OrdStatus of a routed order: the short way that most take, held against the ranking."""

from __future__ import annotations

from itertools import product

from tests.unit.core.conftest import Exchange
from tests.unit.core.routing.venue_play import VenuePlay
from tradsys_oms.core.fields import OrdStatus
from tradsys_oms.core.routing.away import Pending
from tradsys_oms.core.routing.statuses import RANKING, status_of

WAITING: tuple[list[Pending], ...] = (
    [],
    [Pending(False, "C", "A")],
    [Pending(False, "C", "A", is_reported=True)],
    [Pending(True, "R", "A", is_reported=True)],
)


def test_the_short_way_says_what_the_ranking_says(exchange: Exchange) -> None:
    play = VenuePlay(exchange)
    play.broker("new", "A1", "X", "buy", 100, 10_000)
    (away,) = exchange.engine.routing.aways.values()
    seen = set()
    endings = ("", OrdStatus.CANCELED, OrdStatus.REJECTED, OrdStatus.EXPIRED, OrdStatus.DONE_FOR_DAY)
    specials = ("", OrdStatus.STOPPED, OrdStatus.SUSPENDED, OrdStatus.DONE_FOR_DAY)
    for cum_qty, accepted, waiting, ended, special in product((0, 30, 100), (False, True), WAITING, endings, specials):
        away.order.cum_qty, away.is_accepted, away.pending = cum_qty, accepted, waiting
        away.ended_as, away.special_status = ended, special
        status = next(status for status, holds in RANKING if holds(away))
        assert status_of(away) == status, (cum_qty, accepted, waiting, ended, special)
        seen.add(status)
    assert seen == {status for status, _ in RANKING}
