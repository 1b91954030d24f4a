"""Orders at venues whose lines are cut at any moment: in the end, brokers were told what the venues have done.

Seeded streams of brokers' and operators' requests against naive venues. At each step no order may work for more than it
has left; at the end, when all lines are back and all is answered, fills are those of the venues, nothing was received
twice, every order has ended, and nothing is reserved.
"""

from __future__ import annotations

import random

import pytest
from msgspec import structs

from tests.property.naive_venue import LOT_E8, TICK_E8, NaiveVenue
from tests.unit.core.conftest import Exchange
from tradsys_oms.core.commands import (
    ApproveRelease,
    AskVenue,
    Block,
    CancelOne,
    CancelOrder,
    Command,
    GoOn,
    NewOrder,
    ReplaceOrder,
    RequestRelease,
    Route,
    Scope,
    SetRoutes,
    SetVenue,
    VenueLink,
)
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Execution, VenueCancel, VenueOrder, VenueQuery, VenueReplace
from tradsys_oms.core.routing.away import Away
from tradsys_oms.core.routing.children import Child

STEPS = 300
ROUTES = (
    Route("one", "venue", ("V1",), ex_destinations=("ONE",)),
    Route("split", "split", ("V1", "V2"), weights=(2, 1), ex_destinations=("SPLIT",), on_unfilled="next"),
    Route("both", "book_then_venue", ("V2", "V1"), ex_destinations=("BOTH",)),
    Route("rest", "failover", ("V1", "V2"), on_unfilled="next", order_qty_min_e8=3 * LOT_E8),
)


class Floor:
    """Brokers, an exchange, and two venues."""

    def __init__(self, seed: int) -> None:
        self.dice = dice = random.Random(seed)  # noqa: S311 - a seeded stream, no secret
        self.exchange = Exchange()
        self.engine = self.exchange.engine
        self.log: list[Command] = list(self.exchange.log)
        self.venues = {name: NaiveVenue(name, dice, forgets=dice.random() < 0.5) for name in ("V1", "V2")}
        self.number = 0
        self.clord_number = 0
        self.is_killed = False
        self.fills: dict[tuple[int, int], tuple[int, str, str, int, int]] = {}
        """By the place of its last report: order, venue, side, quantity and price of each fill."""
        self.known: list[str] = []
        """ClOrdIDs of orders, as brokers know them."""
        for name in self.venues:
            self.apply(
                SetVenue(
                    name,
                    True,
                    pending_reports=dice.choice(("at_once", "of_venue")),
                    can_replace=dice.random() < 0.7,
                    can_mass_status=dice.random() < 0.5,
                    on_reconnect="cancel" if dice.random() < 0.2 else "keep",
                )
            )
            self.connect(name)
        self.apply(SetRoutes(ROUTES))

    def apply(self, command: Command) -> None:
        """Apply a command; put on the wires what it sends."""
        seq = self.engine.last_seq + 1
        self.log.append(command)
        events = self.engine.apply(seq, seq * 1_000, command)
        for index, event in enumerate(events):
            if isinstance(event, VenueOrder | VenueCancel | VenueReplace | VenueQuery):
                assert not (self.is_killed and isinstance(event, VenueOrder | VenueReplace)), (
                    "sent after the kill switch"
                )
                self.venues[event.venue].asked.append((f"{seq}-{index}", event))
            elif isinstance(event, Execution):
                self.told(seq, index, event)
        if self.engine.unfinished:
            self.apply(GoOn())
        self.hold()

    def told(self, seq: int, index: int, event: Execution) -> None:
        """Note what a broker is told: a ClOrdID that counts from now on, or a fill and what became of it."""
        if event.exec_type in "05":
            self.known.append(event.clord_id)
        elif event.exec_type == "F":
            venue = event.detail.venue if event.detail is not None else ""
            self.fills[seq, index] = (event.order_id, venue, event.side, event.last_qty, event.last_px)
        elif event.exec_type in "GH" and event.detail is not None:
            order_id, venue, side, _, _ = self.fills.pop((event.detail.exec_ref_seq, event.detail.exec_ref_index))
            self.fills[seq, index] = (order_id, venue, side, event.last_qty, event.last_px)

    def connect(self, name: str) -> None:
        self.venues[name].is_up = True
        self.apply(VenueLink(name, 0, True, "test"))

    def cut(self, name: str) -> None:
        refusals = self.venues[name].cut()
        self.apply(VenueLink(name, 0, False, "test"))
        for refusal in refusals:
            self.apply(refusal)

    def step(self) -> None:
        """Let anything happen."""
        dice, venue = self.dice, self.dice.choice(list(self.venues.values()))
        chance = dice.random()
        if chance < 0.03:
            self.cut(venue.name) if venue.is_up else self.connect(venue.name)
        elif chance < 0.30:
            self.broker()
        elif chance < 0.50 and venue.is_up:
            venue.arrive()
        elif chance < 0.64:
            venue.act()
        elif chance < 0.65:
            venue.amend()
        elif chance < 0.97:
            self.hear(venue)
        elif dice.random() < 0.1:
            self.kill()
        elif venue.is_up:
            for clord_id in list(self.engine.routing.living.get(venue.name, {}))[:1]:
                self.apply(AskVenue(venue.name, clord_id))
        else:
            self.connect(venue.name)

    def hear(self, venue: NaiveVenue) -> None:
        """Let the first report of a venue come in."""
        if venue.told and venue.is_up:
            self.apply(venue.hear())

    def kill(self) -> None:
        """Pull the kill switch, or let two people release it."""
        scope = Scope("member", "A")
        if self.is_killed:
            self.apply(RequestRelease(scope, "one", "enough"))
            self.apply(ApproveRelease(scope, "other"))
        else:
            self.apply(Block(scope, "kill", True, "one", "stop"))
        self.is_killed = not self.is_killed

    def broker(self) -> None:
        """Let a broker or an operator do something."""
        dice = self.dice
        self.number += 1
        self.clord_number += 1
        clord_id, session = f"C{self.clord_number}", dice.choice(("A1", "A2"))
        chance = dice.random()
        if chance < 0.5 or not self.known:
            side, price = dice.choice(("1", "1", "2")), 10_000 + dice.randint(-5, 5)
            where, tif = dice.choice(("", "", "ONE", "SPLIT", "BOTH")), dice.choice("0013")
            order = NewOrder(session, 0, clord_id, "house", "ACME", side, "2", tif, 0, price * TICK_E8)
            qty = dice.randint(1, 20) * LOT_E8
            self.apply(structs.replace(order, order_qty_e8=qty, ex_destination=where))
            return
        orig = dice.choice(self.known[-10:])
        order_ = self.engine.members["A"].clord_ids.get(orig)
        if order_ is None:
            return
        side, tif = order_.side, order_.time_in_force
        if chance < 0.7:
            self.apply(CancelOrder(session, 0, clord_id, orig, "", "ACME", side))
        elif chance < 0.95:
            qty, price = dice.randint(1, 25) * LOT_E8, (10_000 + dice.randint(-5, 5)) * TICK_E8
            self.apply(ReplaceOrder(session, 0, clord_id, orig, "", "ACME", side, "2", tif, qty, price))
            self.known.append(clord_id)
        else:
            self.apply(CancelOne(order_.order_id, "agreed"))

    def hold(self) -> None:
        """Hold each order against what may never be."""
        for away in self.engine.routing.aways.values():
            order = away.order
            asked = [pending.order_qty for pending in away.pending if pending.is_replace]
            if isinstance(order.level, Away):
                assert order.cum_qty + order.leaves_qty == order.order_qty
                assert order.cum_qty + away.working_qty <= max([order.order_qty, *asked])
            assert order.cum_qty <= order.order_qty
            for child in away.children:
                if child.lost:
                    self.hold_lost(child)

    def hold_lost(self, child: Child) -> None:
        """A replace that was told as lost is not what the order has come to there, and is not on its way."""
        venue = self.venues[child.venue]
        for clord_id in child.lost:
            held = venue.held.get(clord_id)
            assert held is None or held.clord_ids[-1] != clord_id, "told as lost, and accepted"
            assert clord_id not in dict(venue.asked), "told as lost, and on its way"

    def settle(self) -> None:
        """Let all lines come back, all be heard, and all end."""
        for _ in range(60):
            for venue in self.venues.values():
                self.hear_out(venue)
            for away in list(self.engine.routing.aways.values()):
                self.wind_up(away)
            for order in self.engine.list_orders(open_only=True, limit=10_000):
                if not isinstance(order.level, Away):
                    self.apply(CancelOne(order.order_id, "the day is over"))
            if not any(venue.asked or venue.told for venue in self.venues.values()):
                return

    def hear_out(self, venue: NaiveVenue) -> None:
        """Let all that is on the wires of a venue arrive."""
        if not venue.is_up:
            self.connect(venue.name)
        while venue.asked or venue.told:
            venue.arrive()
            self.hear(venue)

    def wind_up(self, away: Away) -> None:
        """Ask for what is not answered, and cancel what works."""
        for child in away.children:
            if child.requests or child.clord_id in self.engine.routing.doubts:
                self.apply(AskVenue(child.venue, child.clord_id))
            elif not child.ended_as:
                self.apply(CancelOne(away.order.order_id, "the day is over"))

    def check(self) -> None:
        """Compare what brokers were told with what venues have done."""
        routing = self.engine.routing
        assert list(routing.quarantine) == []
        for venue in self.venues.values():
            assert len(venue.received) == len(set(venue.received)), "a venue has received something twice"
        for away in routing.aways.values():
            order, cum, notional = away.order, 0, 0
            assert order.level is None, f"order {order.order_id} has not ended"
            for child in away.children:
                held = self.venues[child.venue].held.get(child.clord_id)
                assert child.ended_as, child
                if held is None:
                    assert child.cum_qty == 0, child
                    continue
                assert held.leaves_qty == 0, child
                assert (child.cum_qty, child.cum_notional) == (held.cum_qty, held.notional), child
                cum += held.cum_qty
                notional += held.notional
            here = [fill for fill in self.fills.values() if fill[0] == order.order_id and not fill[1]]
            assert order.cum_qty == cum + sum(qty for *_, qty, _ in here)
            assert order.cum_notional == notional + sum(qty * px for *_, qty, px in here)
            assert (order.reserved_qty, away.pending) == (0, [])
        assert self.engine.open_order_count == 0
        usage = self.engine.members["A"].usage
        assert (usage.open_buy, usage.open_sell) == (0, 0)
        position = sum(qty if side == "1" else -qty for _, _, side, qty, _ in self.fills.values())
        assert self.engine.members["A"].accounts["house"].holdings["ACME"].position == position


def run(seed: int) -> Floor:
    floor = Floor(seed)
    for _ in range(STEPS):
        floor.step()
    floor.settle()
    return floor


@pytest.mark.parametrize("seed", range(200))
def test_brokers_are_told_what_venues_have_done(seed: int) -> None:
    floor = run(seed)
    floor.check()
    again = Engine()
    for number, command in enumerate(floor.log, 1):
        again.apply(number, number * 1_000, command)
    assert again.state_hash() == floor.engine.state_hash()
