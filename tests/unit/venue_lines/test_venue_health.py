"""Health of venues on a real core, with a clock that is turned by hand and no chance in the back-off."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from tests.unit.venue_lines.links import E8, REFERENCE_DATA, report, up
from tradsys_oms.core.commands import AskVenue, BarVenue, Command, GiveUpAsking, NewOrder, ReplaceOrder, VenueRefusal
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import ChildInDoubt, Event, VenueCancel, VenueOrder, VenueQuery, VenueReplace
from tradsys_oms.venue_lines.breaker import CLOSED, HALF_OPEN, OPEN, TAKEN_OVER, BreakerRules
from tradsys_oms.venue_lines.health import PROBING, HealthRules, VenueHealth

S = 10**9
RULES = HealthRules(
    answer_timeout_ms=5_000,
    breaker=BreakerRules(rejects_max=3, rejects_window_s=10, probes=2, back_off_first_ms=1_000, back_off_max_s=3),
)


class Floor:
    """A core with V1 logged on; what it is told, health is told as the daemon does."""

    def __init__(self, rules: HealthRules = RULES) -> None:
        self.engine = Engine()
        self.commands: list[Command] = []
        self.now_ns = 1_000 * S
        self.frames = {"V1": 0, "V2": 0}
        self.events: list[Event] = []
        for command in REFERENCE_DATA:
            self.engine.apply(self.engine.last_seq + 1, self.now_ns, command)
        self.health = self.make(rules)
        self.hear(up(0))

    def make(self, rules: HealthRules) -> VenueHealth:
        health = VenueHealth(self.engine, self, lambda: self.now_ns, lambda _low, high: high)  # type: ignore[arg-type]
        health.follow({"V1": rules, "V2": rules})
        return health

    def submit(self, command: Command) -> int:
        """Apply it, as the sequencer does; requests that it causes have gone out."""
        seq = self.engine.last_seq + 1
        self.commands.append(command)
        events = self.engine.apply(seq, self.now_ns + seq, command)
        self.events += events
        for index, event in enumerate(events):
            if isinstance(event, VenueOrder | VenueCancel | VenueReplace):
                self.health.sent(event, seq, index, 0)
        return seq

    def hear(self, command: Any) -> None:
        """Take what a link says."""
        self.submit(command)
        self.health.heard(command)

    def order(self) -> str:
        """Send an order to the venue; gives its ClOrdID there."""
        seq = self.engine.last_seq + 1
        self.submit(NewOrder("S", 0, f"C{seq}", "", "ACME", "1", "2", "0", 10 * E8, 100 * E8))
        place = list(self.engine.routing.children)[-1]
        assert place.startswith(f"{seq}-"), "it went to a venue"
        return place

    def refuse(self, clord_id: str) -> None:
        self.hear(report(0, clord_id, "8", exec_id=f"E{clord_id}"))

    def accept(self, clord_id: str) -> None:
        self.hear(report(0, clord_id, exec_id=f"E{clord_id}"))

    def wait(self, seconds: float) -> list[Command]:
        """Let time pass and health look; gives what it did."""
        self.now_ns += int(seconds * S)
        self.commands.clear()
        self.health.tick()
        return list(self.commands)

    @property
    def state(self) -> str:
        breaker = self.health.breaker("V1")
        assert breaker is not None
        return breaker.state

    @property
    def bars(self) -> dict[str, str]:
        return self.engine.routing.venues["V1"].bars


@pytest.fixture
def floor() -> Floor:
    return Floor()


def replace(floor: Floor, clord_id: str) -> str:
    """Ask for another price of an order; gives the ClOrdID of that."""
    order = floor.engine.routing.children[clord_id].away.order
    seq = floor.engine.last_seq + 1
    floor.submit(ReplaceOrder("S", 0, f"R{seq}", order.clord_id, "", "ACME", "1", "2", "0", 10 * E8, 101 * E8))
    return f"{seq}-0"


def test_what_a_venue_calls_pending_for_too_long_is_left_to_an_operator(floor: Floor) -> None:
    clord_id = floor.order()
    floor.accept(clord_id)
    request = replace(floor, clord_id)
    floor.hear(report(0, request, "E"))
    assert floor.wait(299) == []
    assert floor.wait(1) == [
        GiveUpAsking("V1", clord_id, f"V1 has called the replace {request} pending for 300 s"),
    ]
    assert floor.wait(1_000) == [], "once"
    assert isinstance(floor.events[-1], ChildInDoubt)


def test_an_answer_to_a_question_may_call_it_pending(floor: Floor) -> None:
    clord_id = floor.order()
    assert floor.wait(5) == [AskVenue("V1", clord_id), *floor.commands[1:]]
    floor.hear(report(0, clord_id, "I", ord_status="A"))
    assert [command for command in floor.wait(300) if isinstance(command, GiveUpAsking)] == [
        GiveUpAsking("V1", clord_id, f"V1 has called the new {clord_id} pending for 300 s"),
    ]


def test_what_is_answered_in_time_is_not_left_to_anybody(floor: Floor) -> None:
    first, second = floor.order(), floor.order()
    for clord_id in (first, second):
        floor.hear(report(0, clord_id, "A"))
    floor.accept(first)
    floor.submit(up(0, is_logged_on=False))
    floor.health.heard(up(0, is_logged_on=False))
    assert [command for command in floor.wait(1_000) if isinstance(command, GiveUpAsking)] == []


def test_a_limit_of_none_leaves_what_is_pending_alone() -> None:
    floor = Floor(structs.replace(RULES, pending_max_s=0))
    floor.hear(report(0, floor.order(), "A"))
    assert floor.wait(100_000) == []


def trip(floor: Floor) -> None:
    """Open the breaker of V1."""
    for _ in range(3):
        floor.refuse(floor.order())
    assert floor.state == OPEN


def test_refusals_within_the_window_bar_the_venue(floor: Floor) -> None:
    for _ in range(2):
        floor.refuse(floor.order())
    assert floor.wait(10) == [], "those have left the window"
    for _ in range(2):
        floor.refuse(floor.order())
    assert floor.state == CLOSED
    floor.refuse(floor.order())
    assert floor.bars == {"breaker": "it refused 3 requests in 10 s"}
    assert floor.commands[-1] == BarVenue("V1", "breaker", True, "it refused 3 requests in 10 s")


def test_probes_that_are_answered_well_close_it(floor: Floor) -> None:
    trip(floor)
    assert floor.wait(0.9) == []
    assert floor.wait(0.1) == [BarVenue("V1", "breaker", False, "it is tried again with 2 orders")]
    assert floor.state == HALF_OPEN
    first, second = floor.order(), floor.order()
    assert floor.bars == {"breaker": PROBING}, "no more than two orders go there until they are answered"
    floor.accept(first)
    assert floor.bars
    floor.accept(second)
    assert (floor.state, floor.bars) == (CLOSED, {})
    assert floor.commands[-1] == BarVenue("V1", "breaker", False, "it answers well again")


def test_the_bar_says_what_became_of_the_probes(floor: Floor) -> None:
    trip(floor)
    floor.wait(1)
    probe, _ = floor.order(), floor.order()
    assert floor.bars == {"breaker": PROBING}
    floor.refuse(probe)
    assert floor.bars == {"breaker": "it refused an order that was a probe"}


def test_a_probe_that_is_refused_opens_it_for_longer_up_to_the_cap(floor: Floor) -> None:
    trip(floor)
    for wait_s in (1, 2, 3, 3):
        assert floor.wait(wait_s - 0.1) == []
        floor.wait(0.1)
        assert floor.state == HALF_OPEN
        floor.refuse(floor.order())
        assert floor.bars == {"breaker": "it refused an order that was a probe"}
    floor.wait(3)
    for probe in (floor.order(), floor.order()):
        floor.accept(probe)
    trip(floor)
    floor.wait(1)
    assert floor.state == HALF_OPEN, "the first wait counts again"


def test_probes_whose_line_is_lost_prove_nothing(floor: Floor) -> None:
    trip(floor)
    floor.wait(1)
    floor.order()
    floor.hear(up(0, is_logged_on=False))
    assert floor.state == HALF_OPEN
    floor.hear(up(0))
    first, second = floor.order(), floor.order()
    floor.accept(first)
    assert floor.state == HALF_OPEN
    floor.accept(second)
    assert floor.state == CLOSED


def test_late_answers_in_a_row_open_it() -> None:
    floor = Floor(HealthRules(breaker=BreakerRules(latency_max_ms=100, latency_orders=2)))
    for late_ns, state in ((S // 10 + 10**6, CLOSED), (S // 10, CLOSED), (S, CLOSED), (S, OPEN)):
        order = floor.order()
        floor.now_ns += late_ns
        floor.accept(order)
        assert floor.state == state
    assert floor.bars == {"breaker": "an answer took 1000 ms, more than 100, as did 2 in a row"}
    latency = floor.health.latencies()["V1"]
    assert sum(latency.counts) == 4
    assert latency.sum_ns == 2 * S + S // 5 + 10**6


def test_what_was_never_sent_says_nothing_about_the_venue(floor: Floor) -> None:
    for _ in range(4):
        order = floor.order()
        floor.hear(VenueRefusal("V1", 0, order, "", "unsent", "", -1, "not logged on"))
    assert floor.state == CLOSED
    assert sum(floor.health.latencies()["V1"].counts) == 0


def test_an_order_that_is_not_answered_is_asked_for_and_bars_the_venue(floor: Floor) -> None:
    order = floor.order()
    assert floor.wait(4.9) == []
    words = f"it has not answered {order} within 5000 ms"
    assert floor.wait(0.1) == [AskVenue("V1", order), BarVenue("V1", "breaker", True, words)]
    assert isinstance(floor.events[-1], VenueQuery) or any(isinstance(event, VenueQuery) for event in floor.events)
    assert floor.engine.routing.children[order].is_in_doubt


def test_an_order_that_was_answered_is_not_asked_for(floor: Floor) -> None:
    floor.accept(floor.order())
    assert floor.wait(60) == []


def test_a_doubt_is_asked_for_three_times_and_then_left_to_an_operator(floor: Floor) -> None:
    order = floor.order()
    floor.hear(up(0, is_logged_on=False))
    assert floor.wait(60) == [], "nobody is there to be asked"
    floor.hear(up(0))
    assert list(floor.engine.routing.doubts) == [order]
    floor.wait(0)
    for _ in range(3):
        assert floor.wait(4.9) == []
        assert floor.wait(0.1) == [AskVenue("V1", order)]
    assert floor.wait(4.9) == []
    text = "V1 was asked 4 times and has not answered within 5000 ms"
    assert floor.wait(0.1) == [GiveUpAsking("V1", order, text)]
    assert isinstance(floor.events[-1], ChildInDoubt)
    assert floor.wait(60) == [], "it is asked for no more"


def test_a_doubt_begins_again_when_its_line_was_lost_again(floor: Floor) -> None:
    order = floor.order()
    floor.hear(up(0, is_logged_on=False))
    floor.hear(up(0))
    floor.wait(0)
    floor.wait(5)
    floor.hear(up(0, is_logged_on=False))
    assert floor.wait(60) == []
    floor.hear(up(0))
    floor.wait(0)
    assert [floor.wait(5) for _ in range(3)] == [[AskVenue("V1", order)]] * 3


def test_an_order_that_is_filled_is_asked_for_while_a_replace_of_it_is_in_doubt(floor: Floor) -> None:
    order = floor.order()
    filled = {"cum_qty_e8": 10 * E8, "leaves_qty_e8": 0, "last_qty_e8": 10 * E8, "last_px_e8": 100 * E8}
    floor.hear(report(0, order, "F", ord_status="2", exec_id="X", **filled))
    entered = int(order.split("-")[0])
    terms = ("ACME", "1", "2", "0", 20 * E8, 100 * E8)
    floor.submit(ReplaceOrder("S", 0, "R1", f"C{entered}", "", *terms))
    floor.hear(up(0, is_logged_on=False))
    floor.hear(up(0))
    assert floor.engine.routing.children[order].is_in_doubt
    floor.wait(0)
    assert floor.wait(5) == [AskVenue("V1", order)]


def test_a_venue_that_is_silent_about_much_is_not_asked_for_all_at_once(floor: Floor) -> None:
    for _ in range(120):
        floor.order()
    asked = [len([one for one in floor.wait(wait_s) if isinstance(one, AskVenue)]) for wait_s in (5, 0.25, 0.25, 0.25)]
    assert asked == [50, 50, 20, 0]


def test_a_bar_of_another_life_is_taken_over_and_an_operator_may_lift_it(floor: Floor) -> None:
    trip(floor)
    floor.health = floor.make(RULES)
    assert floor.state == OPEN
    breaker = floor.health.breaker("V1")
    assert breaker is not None
    assert breaker.reason == TAKEN_OVER
    floor.submit(BarVenue("V1", "breaker", False, "by hand"))
    assert floor.wait(0) == []
    assert floor.state == CLOSED


def test_what_an_operator_has_lifted_does_not_come_back_with_the_next_answer(floor: Floor) -> None:
    trip(floor)
    floor.submit(BarVenue("V1", "breaker", False, "by hand"))
    floor.accept(floor.order())
    assert (floor.state, floor.bars) == (CLOSED, {})


def test_a_change_of_rules_keeps_what_is_known(floor: Floor) -> None:
    trip(floor)
    floor.health.follow({"V1": HealthRules(answer_timeout_ms=100)})
    assert floor.state == OPEN
    assert floor.health.breaker("V2") is None


def test_only_venues_that_are_watched_count(floor: Floor) -> None:
    floor.health.follow({})
    order = floor.order()
    floor.refuse(order)
    assert floor.wait(60) == []
    assert floor.health.latencies() == {}
