"""Which venue gets how much: each strategy, and what holds for all of them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.routing.rooms import asked, room
from tradsys_oms.core.commands import Route, SetVenue
from tradsys_oms.core.routing.planning import Plan, first_plan, plan
from tradsys_oms.core.routing.venues import Quote

VENUES = ("V1", "V2", "V3")


def test_our_own_book_needs_no_venue() -> None:
    route = Route("R", "book")
    assert first_plan(room(route, up=""), asked()) == Plan(route, True)


def test_a_single_venue_is_the_first_of_the_list() -> None:
    route = Route("R", "venue", VENUES)
    assert first_plan(room(route), asked()) == Plan(route, False, (("V1", 100),))
    planned = first_plan(room(route, up="V2 V3", down="V1"), asked())
    assert planned == Plan(route, False, fault="No venue of route R is up: V1 is down (never logged on)")


def test_failover_takes_the_first_that_is_up_and_had_no_turn() -> None:
    route = Route("R", "failover", VENUES)
    routing = room(route, up="V2 V3", down="V1")
    assert first_plan(routing, asked()) == Plan(route, False, (("V2", 100),))
    assert plan(routing, route, asked(60), ["V2"]) == Plan(route, False, (("V3", 60),))
    planned = plan(routing, route, asked(60), ["V2", "V3"])
    assert planned.fault == (
        "No venue of route R takes this order: V1 is down (never logged on), V2 has had its turn, V3 has had its turn"
    )


def test_our_book_comes_first_and_the_rest_goes_on_as_failover() -> None:
    route = Route("R", "book_then_venue", VENUES)
    routing = room(route, up="V2", down="V1 V3")
    assert first_plan(routing, asked()) == Plan(route, True, (("V2", 100),))
    assert plan(routing, route, asked(40), ()) == Plan(route, False, (("V2", 40),))


@pytest.mark.parametrize(("ord_type", "time_in_force"), [("2", "4"), ("1", "7"), ("3", "0"), ("P", "0")])
def test_an_order_that_can_not_take_a_part_at_once_passes_our_book_by(ord_type: str, time_in_force: str) -> None:
    route = Route("R", "book_then_venue", VENUES)
    order = asked(ord_type=ord_type, time_in_force=time_in_force)
    assert first_plan(room(route), order) == Plan(route, False, (("V1", 100),))


def test_a_venue_that_does_not_trade_the_symbol_gets_nothing() -> None:
    route = Route("R", "failover", ("V1", "V2"))
    routing = room(route, up="V1 V2")
    routing.venues["V1"].adopt(SetVenue("V1", True, symbols=("HOOLI",)))
    assert first_plan(routing, asked()).parts == (("V2", 100),)
    routing.venues["V2"].bars = {"breaker": "5 refusals in 10 s", "operator": "maintenance"}
    assert first_plan(routing, asked()).fault == (
        "No venue of route R takes this order: V1 does not trade ACME, "
        "V2 is barred by breaker (5 refusals in 10 s) and is barred by operator (maintenance)"
    )


@pytest.mark.parametrize("strategy", ["venue", "failover", "book_then_venue", "best_price", "split"])
def test_no_venue_up_may_mean_our_own_book(strategy: str) -> None:
    route = Route("R", strategy, ("V1",), (1,) if strategy == "split" else (), on_none_up="book")
    assert first_plan(room(route, up="", down="V1"), asked()) == Plan(route, True)
    assert plan(room(route, up="", down="V1"), route, asked(), ["V1"]) == Plan(route, True)


def test_a_venue_that_is_up_and_has_had_its_turn_does_not_count_as_none_up() -> None:
    route = Route("R", "failover", ("V1",), on_none_up="book")
    assert plan(room(route), route, asked(), ["V1"]).fault == (
        "No venue of route R takes this order: V1 has had its turn"
    )


@pytest.mark.parametrize(
    ("side", "quotes", "venue"),
    [
        ("1", {"V1": (98, 103), "V2": (97, 101), "V3": (99, 102)}, "V2"),
        ("2", {"V1": (98, 103), "V2": (97, 101), "V3": (99, 102)}, "V3"),
        ("5", {"V1": (98, 103), "V2": (97, 101), "V3": (99, 102)}, "V3"),
        ("1", {"V2": (98, 101), "V3": (97, 101)}, "V2"),
        ("2", {"V3": (97, 101)}, "V3"),
        ("1", {"V1": (98, 0), "V3": (0, 105)}, "V3"),
        ("2", {"V1": (0, 98), "V2": (0, 101)}, "V1"),
        ("1", {}, "V1"),
    ],
    ids=str,
)
def test_the_best_price_decides_and_then_the_list(side: str, quotes: dict[str, tuple[int, int]], venue: str) -> None:
    route = Route("R", "best_price", VENUES)
    routing = room(route, quotes=quotes)
    routing.venues["V1"].quotes["HOOLI"] = Quote(1_000, 1, 1, 1)
    assert first_plan(routing, asked(side=side)).parts == ((venue, 100),)


def test_the_best_price_of_a_venue_that_is_down_counts_for_nothing() -> None:
    route = Route("R", "best_price", VENUES)
    routing = room(route, up="V1 V3", down="V2", quotes={"V1": (1, 103), "V2": (1, 101), "V3": (1, 102)})
    assert first_plan(routing, asked()).parts == (("V3", 100),)


@pytest.mark.parametrize(
    ("qty", "weights", "parts"),
    [
        (100, (50, 30, 20), (("V1", 50), ("V2", 30), ("V3", 20))),
        (10, (1, 1, 1), (("V1", 4), ("V2", 3), ("V3", 3))),
        (11, (1, 1, 1), (("V1", 4), ("V2", 4), ("V3", 3))),
        (1, (1, 1, 2), (("V3", 1),)),
        (2, (1, 1, 1), (("V1", 1), ("V2", 1))),
        (7, (5, 3, 1), (("V1", 4), ("V2", 2), ("V3", 1))),
    ],
    ids=str,
)
def test_a_split_is_by_weight_and_largest_remainder(
    qty: int, weights: tuple[int, ...], parts: tuple[tuple[str, int], ...]
) -> None:
    assert first_plan(room(Route("R", "split", VENUES, weights)), asked(qty)).parts == parts


def test_a_split_is_over_the_venues_that_are_up() -> None:
    route = Route("R", "split", VENUES, (50, 30, 20))
    assert first_plan(room(route, up="V1 V3", down="V2"), asked(7)).parts == (("V1", 5), ("V3", 2))


def test_a_fok_is_never_split_and_goes_to_the_largest_weight() -> None:
    route = Route("R", "split", VENUES, (20, 40, 40))
    assert first_plan(room(route), asked(time_in_force="4")).parts == (("V2", 100),)
    assert first_plan(room(route), asked(time_in_force="3")).parts == (("V1", 20), ("V2", 40), ("V3", 40))


def naive_split(qty: int, weights: dict[str, int]) -> dict[str, int]:
    """Give each what it has for sure, then the lots that are over one by one to the largest part that is missing."""
    total = sum(weights.values())
    exact = {name: Fraction(qty * weight, total) for name, weight in weights.items()}
    given_out = {name: part.numerator // part.denominator for name, part in exact.items()}
    waiting = list(weights)
    while sum(given_out.values()) < qty:
        lucky = waiting[0]
        for name in waiting[1:]:
            if exact[name] - given_out[name] > exact[lucky] - given_out[lucky]:
                lucky = name
        given_out[lucky] += 1
        waiting.remove(lucky)
    return {name: lots for name, lots in given_out.items() if lots}


WEIGHTS = st.lists(st.integers(1, 1_000_000), min_size=1, max_size=6)


@given(st.integers(1, 10**12), WEIGHTS)
def test_a_split_is_that_of_the_naive_one(qty: int, weights: list[int]) -> None:
    names = [f"V{place}" for place in range(len(weights))]
    routing = room(Route("R", "split", tuple(names), tuple(weights)), up=" ".join(names))
    assert dict(first_plan(routing, asked(qty)).parts) == naive_split(qty, dict(zip(names, weights, strict=True)))


@given(
    strategy=st.sampled_from(["book", "venue", "book_then_venue", "best_price", "failover", "split"]),
    names=st.lists(st.sampled_from(["V0", "V1", "V2", "V3", "V4", "V5"]), min_size=1, unique=True),
    states=st.lists(st.sampled_from(["up", "down", "barred", "other"]), min_size=6, max_size=6),
    prices=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=6, max_size=6),
    tried=st.lists(st.sampled_from(["V0", "V1", "V2"]), unique=True),
    order=st.tuples(st.integers(1, 50), st.sampled_from("125"), st.sampled_from("0134")),
    on_none_up=st.sampled_from(["reject", "book"]),
)
def test_parts_are_the_whole_and_only_of_venues_that_take_orders(
    strategy: str,
    names: list[str],
    states: list[str],
    prices: list[tuple[int, int]],
    tried: list[str],
    order: tuple[int, str, str],
    on_none_up: str,
) -> None:
    weights = tuple(range(1, len(names) + 1)) if strategy == "split" else ()
    route = Route("R", strategy, tuple(names), weights, on_none_up=on_none_up)
    qty, side, time_in_force = order
    every = [f"V{place}" for place in range(6)]
    routing = room(route, up=" ".join(every), quotes=dict(zip(every, prices, strict=True)))
    for name, state in zip(every, states, strict=True):
        venue = routing.venues[name]
        venue.is_logged_on = state != "down"
        venue.bars = {"operator": "lunch"} if state == "barred" else {}
        venue.adopt(SetVenue(name, True, symbols=("OTHER",) if state == "other" else ()))
    asking = asked(qty, side=side, time_in_force=time_in_force)
    planned = plan(routing, route, asking, tried)
    assert planned == plan(routing, route, asking, tried)
    assert bool(planned.parts) + bool(planned.fault) + planned.takes_book == 1
    if planned.parts:
        assert sum(lots for _, lots in planned.parts) == qty
        assert min(lots for _, lots in planned.parts) > 0
        used = [name for name, _ in planned.parts]
        assert used == sorted(set(used), key=names.index)
        assert all(states[every.index(name)] == "up" and name not in tried for name in used)
        assert len(used) == 1 or (strategy == "split" and time_in_force != "4")
    elif strategy != "book":
        reachable = names[:1] if strategy == "venue" else names
        assert not any(states[every.index(name)] == "up" and name not in tried for name in reachable)
