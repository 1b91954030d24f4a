"""Whatever a venue says, nothing breaks: messages made by chance, about orders that are there, between real requests.

A message may be refused, quarantined, or believed; but no command may raise, no order may be filled or at work for more
than its OrderQty, nothing may stay reserved for one that has ended, and a replay must give the same state.
"""

from __future__ import annotations

import random

import pytest
from msgspec import msgpack, structs

from tests.unit.core.conftest import TICK_E8, Exchange
from tradsys_oms.core.commands import (
    AskVenue,
    Block,
    CancelOne,
    CancelOrder,
    CancelOrders,
    Command,
    GiveUpAsking,
    GoOn,
    NewOrder,
    ReplaceOrder,
    ResolveChild,
    Route,
    Scope,
    SetRoutes,
    SetVenue,
    Unblock,
    VenueLink,
    VenueRefusal,
    VenueReport,
)
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import Execution
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.routing.away import Away
from tradsys_oms.core.routing.children import Child

STEPS = 250
HUGE = 2**63 - 1
EXEC_TYPES = "03456789ACDEFFFFGHIILZ"
ORD_STATUSES = "0123456789ACE"
ROUTES = (
    Route("one", "venue", ("V1",), ex_destinations=("ONE",), on_none_up="book"),
    Route("split", "split", ("V1", "V2"), weights=(2, 1), ex_destinations=("SPLIT",), on_unfilled="next"),
    Route("both", "book_then_venue", ("V2", "V1"), ex_destinations=("BOTH",), on_none_up="book"),
    Route("rest", "failover", ("V1", "V2"), on_unfilled="next", on_none_up="book"),
)


class Babel:
    """Brokers and an exchange that are in their right mind, and two venues that are not."""

    def __init__(self, seed: int) -> None:
        self.dice = dice = random.Random(seed)  # noqa: S311 - a seeded stream, no secret
        self.engine = Engine(dice.choice((3, 1_000)), 1_000)
        self.log: list[Command] = []
        self.clord_ids: list[str] = []
        self.names: list[str] = [""]
        """ClOrdIDs that venues were given."""
        self.exec_ids: list[str] = [""]
        self.signed = 0
        """Lots bought less lots sold, by the reports to brokers."""
        self.known: dict[tuple[int, int], tuple[int, int]] = {}
        for command in Exchange().log:
            self.apply(command)
        for name in ("V1", "V2"):
            self.apply(
                SetVenue(
                    name,
                    True,
                    pending_reports=dice.choice(("at_once", "of_venue")),
                    can_replace=dice.random() < 0.7,
                    can_mass_status=dice.random() < 0.5,
                    on_reconnect=dice.choice(("keep", "cancel")),
                )
            )
            self.apply(VenueLink(name, 0, True, "test"))
        self.apply(SetRoutes(ROUTES))

    def apply(self, command: Command) -> None:
        """Apply a command; hold what came of it against what may never be."""
        seq = self.engine.last_seq + 1
        self.log.append(command)
        events = self.engine.apply(seq, seq * 1_000, command)
        msgpack.encode(events)  # the journal takes no integer of more than 64 bits
        for index, event in enumerate(events):
            self.names.append(f"{seq}-{index}")
            if isinstance(event, Execution):
                self.count(seq, index, event)
        self.names = self.names[-12:]
        if self.engine.unfinished:
            self.apply(GoOn())

    def count(self, seq: int, index: int, event: Execution) -> None:
        """Add up what brokers are told of fills, by the reports alone."""
        sign = 1 if event.side == "1" else -1
        assert event.cum_qty + event.leaves_qty <= event.order_qty or event.exec_type == "E", event
        assert min(event.cum_qty, event.leaves_qty, event.last_px, event.cum_notional) >= 0, event
        if event.exec_type == "F":
            self.signed += sign * event.last_qty
            self.known[seq, index] = sign, event.last_qty
        elif event.exec_type in "GH" and event.detail is not None:
            former_sign, former = self.known[event.detail.exec_ref_seq, event.detail.exec_ref_index]
            assert former_sign == sign
            self.signed += sign * (event.last_qty - former)
            self.known[seq, index] = sign, event.last_qty

    def step(self) -> None:
        chance = self.dice.random()
        if chance < 0.25:
            self.broker()
        elif chance < 0.80:
            self.apply(self.report())
        elif chance < 0.90:
            self.apply(self.refusal())
        else:
            self.operator()
        self.hold()

    def broker(self) -> None:
        dice, clord_id = self.dice, f"C{len(self.log)}"
        session, chance = dice.choice(("A1", "A2")), dice.random()
        qty, price = dice.randint(1, 6) * SCALE_E8, (10_000 + dice.randint(-2, 2)) * TICK_E8
        if chance < 0.5 or not self.clord_ids:
            side, tif = dice.choice("12"), dice.choice("00134")
            where = dice.choice(("ONE", "SPLIT", "BOTH", ""))
            self.apply(
                NewOrder(session, 0, clord_id, "house", "ACME", side, "2", tif, qty, price, ex_destination=where)
            )
        else:
            orig = dice.choice(self.clord_ids[-6:])
            order = self.engine.members["A"].clord_ids.get(orig)
            if order is None:
                return
            if chance < 0.7:
                self.apply(CancelOrder(session, 0, clord_id, orig, "", "ACME", order.side))
            else:
                tif = order.time_in_force
                self.apply(ReplaceOrder(session, 0, clord_id, orig, "", "ACME", order.side, "2", tif, qty, price))
        self.clord_ids.append(clord_id)

    def operator(self) -> None:
        dice = self.dice
        venue, name = dice.choice(("V1", "V2")), dice.choice(self.names)
        away = dice.choice([*self.engine.routing.aways.values(), None])
        order_id = away.order.order_id if away is not None else 1
        scope = dice.choice((Scope("instrument", symbol="ACME"), Scope("member", "A")))
        outcome = dice.choice(("not_received", "ended"))
        commands: list[Command] = [
            VenueLink(venue, 0, dice.random() < 0.6, "test"),
            VenueLink(venue, 0, dice.random() < 0.6, "test"),
            AskVenue(venue, name),
            GiveUpAsking(venue, name, "no answer"),
            ResolveChild(name, outcome, self.lots(), self.px(), "by telephone"),
            CancelOne(order_id, "agreed"),
            CancelOrders(dice.choice(("A1", "A2")), dice.random() < 0.5, "gone"),
            Block(scope, "operator", dice.random() < 0.5, "me", "test"),
            Unblock(scope, "operator", "me", "test"),
            Unblock(scope, "operator", "me", "test"),
            Unblock(scope, "operator", "me", "test"),
            Unblock(scope, "operator", "me", "test"),
        ]
        self.apply(dice.choice(commands))

    def lots(self) -> int:
        dice = self.dice
        return dice.choice((*[number * SCALE_E8 for number in range(7)], 1, -SCALE_E8, 10**17, HUGE))

    def px(self) -> int:
        return self.dice.choice((0, 1, -TICK_E8, 9_999 * TICK_E8, 10_000 * TICK_E8, 10_001 * TICK_E8, HUGE, 10**17))

    def report(self) -> VenueReport:
        """Make a report that is nonsense, or one that could be, with now and then a field that could not."""
        dice = self.dice
        child = self.child()
        said = self.nonsense() if child is None or dice.random() < 0.2 else self.likely(child)
        if dice.random() < 0.3:
            field = dice.choice(said.__struct_fields__)
            said = structs.replace(said, **{field: getattr(self.nonsense(), field)})
        self.exec_ids = [*self.exec_ids[-10:], said.exec_id]
        return said

    def child(self) -> Child | None:
        """Choose an order at a venue, mostly one that works."""
        dice = self.dice
        living = [child for children in self.engine.routing.living.values() for child in children.values()]
        if living and dice.random() < 0.7:
            return dice.choice(living)
        children = list(self.engine.routing.children.values())
        return dice.choice(children[-10:]) if children else None

    def likely(self, child: Child) -> VenueReport:
        """Say of an order what could be."""
        dice, exec_type = self.dice, self.dice.choice(EXEC_TYPES + "FFFFF8444I")
        asked = list(child.requests.items())
        name, request = dice.choice(asked) if asked and dice.random() < 0.7 else (child.last_clord_id, None)
        order_qty = request.order_qty if request is not None and exec_type in "5FI" else child.order_qty
        last = dice.randint(1, max(order_qty - child.cum_qty, 1)) if exec_type in "FG" else 0
        more = last if exec_type == "F" else dice.choice((0, 0, 0, 1))
        cum = child.cum_qty + more
        status = dice.choice(ORD_STATUSES + "0011122") if exec_type == "I" else exec_type
        leaves = 0 if status in "348C" and dice.random() < 0.9 else max(order_qty - cum, 0)
        px = (10_000 + dice.randint(-1, 1)) * TICK_E8
        return structs.replace(
            self.nonsense(),
            venue=child.venue,
            clord_id=name,
            exec_id=f"E{len(self.log)}",
            exec_ref_id=dice.choice([*child.fills, ""]),
            exec_type=exec_type,
            ord_status=status,
            symbol="ACME",
            order_qty_e8=order_qty * SCALE_E8,
            price_e8=None,
            cum_qty_e8=cum * SCALE_E8,
            leaves_qty_e8=leaves * SCALE_E8,
            avg_px_e8=px,
            last_qty_e8=last * SCALE_E8,
            last_px_e8=px,
        )

    def nonsense(self) -> VenueReport:
        dice = self.dice
        return VenueReport(
            dice.choice(("V1", "V2", "V3")),
            0,
            dice.choice(self.names),
            dice.choice(("", *self.names)),
            dice.choice(("", "O1")),
            dice.choice((f"E{len(self.log)}", dice.choice(self.exec_ids))),
            dice.choice(self.exec_ids),
            dice.choice(EXEC_TYPES),
            dice.choice(ORD_STATUSES),
            dice.choice(("", "ACME", "OTHER")),
            "",
            self.lots(),
            dice.choice((None, self.px())),
            self.lots(),
            self.lots(),
            self.px(),
            self.lots(),
            self.px(),
            dice.randint(-1, 9),
            dice.randint(-1, 2),
            "words",
            is_last_report=dice.random() < 0.1,
            req_id=dice.choice(("", "", *self.names)),
        )

    def refusal(self) -> VenueRefusal:
        """Refuse something, mostly what is out."""
        dice, child = self.dice, self.child()
        kind, venue, name = dice.choice(("unsent", "cancel", "reject", "unknown")), "V1", dice.choice(self.names)
        if child is not None and dice.random() < 0.8:
            venue, name = child.venue, dice.choice([*child.requests, child.clord_id])
        return VenueRefusal(venue, 0, name, dice.choice(self.names), kind, "", dice.randint(-1, 3), "words")

    def hold(self) -> None:
        """Hold all orders against what may never be."""
        routing, open_buy, open_sell = self.engine.routing, 0, 0
        for order in self.engine.list_orders(limit=10_000):
            assert 0 <= order.cum_qty <= order.order_qty, order
            assert (order.level is None) is (order.leaves_qty == 0), order
            assert order.level is None or order.cum_qty + order.leaves_qty == order.order_qty, order
            growing = order.order_id in order.instrument.growing
            assert order.level is not None or growing is (order.reserved_qty > 0), order
            assert order.reserved_qty >= order.leaves_qty, order
            money = order.instrument.money(order.reserved_qty * order.reserved_px)
            open_buy, open_sell = open_buy + money * (order.side == "1"), open_sell + money * (order.side == "2")
        routed = {key for key, away in routing.aways.items() if away.order.level is away}
        assert set(self.engine.instruments["ACME"].routed) == routed
        usage = self.engine.members["A"].usage
        assert (usage.open_buy, usage.open_sell) == (open_buy, open_sell)
        for away in routing.aways.values():
            self.hold_away(away)
        for name, children in routing.living.items():
            for key, child in children.items():
                assert (child.venue, child.clord_id) == (name, key)
                assert routing.children[key] is child
                assert child.requests or not child.ended_as, child
        assert all(key in routing.children for key in routing.doubts)
        account = self.engine.members["A"].accounts.get("house")
        holding = account.holdings.get("ACME") if account is not None else None
        assert self.signed == (holding.position if holding is not None else 0)

    def hold_away(self, away: Away) -> None:
        order = away.order
        assert all(child.leaves_qty >= 0 and 0 <= child.cum_qty <= child.order_qty for child in away.children), away
        assert sum(child.cum_qty for child in away.children) <= order.cum_qty
        assert order.cum_qty + away.working_qty <= order.order_qty
        if order.level is away:
            assert away.living or away.is_replacing, "an order that nothing can end"
            for child in away.living:
                assert child.leaves_qty or child.requests, child
        living = self.engine.routing.living
        for child in away.children:
            assert child.ended_as or child.clord_id in living[child.venue], child


def run(seed: int) -> Babel:
    babel = Babel(seed)
    for _ in range(STEPS):
        babel.step()
    return babel


@pytest.mark.parametrize("seed", range(100))
def test_whatever_venues_say_nothing_breaks(seed: int) -> None:
    babel = run(seed)
    again = Engine(babel.engine.orders.retired_max, babel.engine.orders.open_max)
    for number, command in enumerate(babel.log, 1):
        again.apply(number, number * 1_000, command)
    assert again.state_hash() == babel.engine.state_hash()
