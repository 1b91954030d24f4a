"""Checks of routes: they name who is there, each strategy has what it needs, and each route can be reached.

As in `checks`, one function per promise; `tree` is the reader of the file in which the routes stand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tradsys_oms.config.checks import near
from tradsys_oms.config.route_model import RouteConfig, RouteHoursConfig, schedule_of_hours
from tradsys_oms.config.schema import keys_of
from tradsys_oms.config.tree import TreeReader, Values
from tradsys_oms.hours.schedule import fault_of

CONDITIONS: Final = ("symbols", "members", "sessions", "accounts", "ex_destinations")


def routes_name_who_is_there(values: Values, tree: TreeReader) -> None:
    """Venues, symbols, members and sessions that routes name are listed."""
    for name, section, attribute, what in (
        ("venues", "venues", "venue", "venue"),
        ("symbols", "instruments", "symbol", "instrument"),
        ("members", "members", "member", "member"),
        ("sessions", "sessions", "session", "session"),
    ):
        listed = {entry[attribute]: None for entry in values[section] if attribute in entry}
        for index, entry in enumerate(values["routes"]):
            for number, value in enumerate(entry.get(name, ())):
                if value not in listed:
                    key = f"routes[{index}].{name}[{number}]"
                    tree.fault(key, f"there is no {what} {value}", near(value, list(listed)))


def routes_lead_to_markets(values: Values, tree: TreeReader) -> None:
    """A route leads to venues that take orders, and trade what it is for."""
    venues = {entry["venue"]: entry for entry in values["venues"] if "venue" in entry}
    for index, entry in enumerate(values["routes"]):
        for number, name in enumerate(entry.get("venues", ())):
            venue, key = venues.get(name, {}), f"routes[{index}].venues[{number}]"
            traded = [symbol for symbol, _ in venue.get("symbols", ())]
            if venue.get("drop_copy"):
                tree.fault(key, f"{name} is a drop copy, which takes no orders", "remove it")
            elif entry.get("symbols") and traded and not set(traded) & set(entry["symbols"]):
                tree.fault(key, f"{name} trades none of the symbols of this route", f"it trades {_some(traded)}")


def strategies_have_what_they_need(values: Values, tree: TreeReader) -> None:
    """Venues are given where they are used, and one weight for each in a split."""
    for index, entry in enumerate(values["routes"]):
        if not entry.keys() >= {"strategy", "venues", "weights"}:
            continue
        key, strategy = f"routes[{index}]", entry["strategy"]
        venues, weights = entry["venues"], entry["weights"]
        if strategy == "book" and venues:
            tree.fault(f"{key}.venues", "strategy book sends nothing to venues", "remove them")
        elif strategy != "book" and not venues:
            tree.fault(f"{key}.venues", f"strategy {strategy} needs venues")
        elif strategy == "venue" and len(venues) > 1:
            text = "strategy venue sends to the first one only"
            tree.fault(f"{key}.venues", text, "remove the others, or take strategy failover")
        if strategy != "split" and weights:
            tree.fault(f"{key}.weights", "they are for strategy split only", "remove them")
        elif strategy == "split" and len(weights) != len(venues):
            text = f"strategy split needs a weight for each venue: there are {len(weights)} for {len(venues)}"
            tree.fault(f"{key}.weights", text)


def quantities_go_up(values: Values, tree: TreeReader) -> None:
    """The smallest quantity isn't above the largest."""
    for index, entry in enumerate(values["routes"]):
        smallest, largest = entry.get("order_qty_min_e8"), entry.get("order_qty_max_e8")
        if smallest is not None and largest is not None and smallest > largest:
            tree.fault(f"routes[{index}].order_qty_min", "it is above order_qty_max: no order fits")


def route_hours_hold(values: Values, tree: TreeReader) -> None:
    """Hours do not contradict themselves."""
    for index, entry in enumerate(values["routes"]):
        hours = entry.get("hours")
        if hours is not None and len(hours) == len(keys_of(RouteHoursConfig)):
            fault = fault_of(schedule_of_hours("", hours))
            if fault:
                tree.fault(f"routes[{index}].hours", fault)


def routes_can_be_reached(values: Values, tree: TreeReader) -> None:
    """No route stands behind one that takes all its orders: the first that fits decides."""
    earlier: list[tuple[Values, int]] = []
    for index, entry in enumerate(values["routes"]):
        if len(entry) < len(keys_of(RouteConfig)):
            continue
        line = tree.lines[f"routes[{index}]"]
        first = next(((other, at) for other, at in earlier if _takes_all_of(other, entry)), None)
        if first is not None:
            text = f"no order comes here: route {first[0]['route']}, on line {first[1]}, takes them all"
            tree.fault(f"routes[{index}]", text, "put this one before it")
        earlier.append((entry, line))


def _takes_all_of(first: Values, second: Values) -> bool:
    """Tell that each order that fits the second route fits the first one too."""
    if first["hours"] is not None and first["hours"] != second["hours"]:
        return False
    for name in CONDITIONS:
        if first[name] and not (second[name] and set(first[name]) >= set(second[name])):
            return False
    smallest, largest = first["order_qty_min_e8"], first["order_qty_max_e8"]
    least, most = second["order_qty_min_e8"], second["order_qty_max_e8"]
    return (smallest is None or (least is not None and least >= smallest)) and (
        largest is None or (most is not None and most <= largest)
    )


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")


ROUTE_CHECKS: Final[tuple[Callable[[Values, TreeReader], None], ...]] = (
    routes_name_who_is_there,
    routes_lead_to_markets,
    strategies_have_what_they_need,
    quantities_go_up,
    route_hours_hold,
    routes_can_be_reached,
)
