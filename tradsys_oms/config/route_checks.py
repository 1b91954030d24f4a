"""Checks of routes: they name who is there, each strategy has what it needs, and each route can be reached.

As in `checks`, one function per promise; `tree` is the reader of the file in which the routes stand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from tradsys_oms.config.checks import near
from tradsys_oms.config.route_model import RouteConfig, RouteHoursConfig, schedule_of_hours
from tradsys_oms.config.schema import keys_of
from tradsys_oms.config.tree import TreeReader, Values
from tradsys_oms.hours.schedule import fault_of

NO_MOST: Final = 1 << 63
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
    copies = [entry["venue"] for entry in values["venues"] if "venue" in entry and entry.get("drop_copy")]
    traded = {
        entry["venue"]: dict(entry["symbols"])
        for entry in values["venues"]
        if "venue" in entry and entry.get("symbols")
    }
    for index, entry in enumerate(values["routes"]):
        symbols = entry.get("symbols")
        for number, name in enumerate(entry.get("venues", ())):
            key = f"routes[{index}].venues[{number}]"
            if name in copies:
                tree.fault(key, f"{name} is a drop copy, which takes no orders", "remove it")
            elif symbols and name in traded and not any(symbol in traded[name] for symbol in symbols):
                text = f"{name} trades none of the symbols of this route"
                tree.fault(key, text, f"it trades {_some(list(traded[name]))}")


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
    earlier: list[_Orders] = []
    for index, entry in enumerate(values["routes"]):
        if len(entry) < len(keys_of(RouteConfig)):
            continue
        orders = _Orders(
            route=entry["route"],
            line=tree.lines[f"routes[{index}]"],
            names=tuple(frozenset(entry[name]) for name in CONDITIONS),
            least_e8=entry["order_qty_min_e8"] or 0,
            most_e8=entry["order_qty_max_e8"] or NO_MOST,
            hours=entry["hours"],
        )
        first = next((other for other in earlier if other.takes_all_of(orders)), None)
        if first is not None:
            text = f"no order comes here: route {first.route}, on line {first.line}, takes them all"
            tree.fault(f"routes[{index}]", text, "put this one before it")
        earlier.append(orders)


class _Orders(NamedTuple):
    """The orders that fit a route."""

    route: str
    line: int
    names: tuple[frozenset[str], ...]
    """For each of `CONDITIONS`; empty for any."""
    least_e8: int
    most_e8: int
    hours: Values | None

    def takes_all_of(self, other: _Orders) -> bool:
        """Tell that each order that fits the other route fits this one too."""
        return (
            (self.hours is None or self.hours == other.hours)
            and self.least_e8 <= other.least_e8
            and other.most_e8 <= self.most_e8
            and all(
                not mine or (theirs and mine >= theirs) for mine, theirs in zip(self.names, other.names, strict=True)
            )
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
