"""Routes are set all at once, and timed ones switched on and off."""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.commands import Route, SetRoutes, SwitchRoute
from tradsys_oms.core.events import Event, Refused
from tradsys_oms.core.routing.planning import STRATEGIES
from tradsys_oms.core.routing.routes import adopt
from tradsys_oms.core.state import State

NEXT_OR_RETURN: Final = ("next", "return")
REJECT_OR_BOOK: Final = ("reject", "book")


class RouteChanges:
    """Handles SetRoutes and SwitchRoute."""

    def __init__(self, state: State) -> None:
        self._routing = state.routing

    def fault_of_routes(self, command: SetRoutes) -> str | None:
        """Say what is wrong with the first route that can't be as it is, None for nothing."""
        names: set[str] = set()
        for route in command.routes:
            if not route.route or route.route in names:
                return f"Each route needs a name of its own, not {route.route!r} again."
            names.add(route.route)
            fault = _fault_of(route) or self._fault_of_venues(route)
            if fault is not None:
                return f"Route {route.route}: {fault}."
        return None

    def set_routes(self, seq: int, time_ns: int, command: SetRoutes) -> list[Event]:
        """Take all routes in place of those before; orders that have theirs already keep it."""
        fault = self.fault_of_routes(command)
        if fault is not None:
            return [Refused(fault)]
        adopt(self._routing, command.routes)
        return []

    def fault_of_switch(self, command: SwitchRoute) -> str | None:
        """Say why a route can't be switched, None if it can; one may be switched to what it is."""
        for route in self._routing.routes:
            if route.route == command.route:
                return None if route.is_timed else f"Route {command.route} is not timed: it counts at all times."
        return f"Unknown route {command.route}."

    def switch(self, seq: int, time_ns: int, command: SwitchRoute) -> list[Event]:
        """Let a timed route count, or count no more."""
        fault = self.fault_of_switch(command)
        if fault is not None:
            return [Refused(fault)]
        self._routing.switched_on.pop(command.route, None)
        if command.is_on:
            self._routing.switched_on[command.route] = None
        return []

    def _fault_of_venues(self, route: Route) -> str | None:
        for name in route.venues:
            venue = self._routing.venues.get(name)
            if venue is None:
                return f"there is no venue {name}"
            if venue.rules.is_drop_copy:
                return f"venue {name} takes no orders"
        return None


def _fault_of(route: Route) -> str | None:
    """Say what is wrong with a route by itself."""
    if route.strategy != "book" and route.strategy not in STRATEGIES:
        return f"there is no strategy {route.strategy}"
    if (route.strategy == "book") is bool(route.venues):
        return "it needs venues, or the strategy book, and not both"
    if len(set(route.venues)) < len(route.venues):
        return "it names a venue twice"
    return _fault_of_weights(route) or _fault_of_policies(route) or _fault_of_quantities(route)


def _fault_of_weights(route: Route) -> str | None:
    if route.strategy != "split":
        return "only a split has weights" if route.weights else None
    if len(route.weights) != len(route.venues) or min(route.weights) < 1:
        return "a split needs a weight above 0 for each venue"
    return None


def _fault_of_policies(route: Route) -> str | None:
    for name, value, known in (
        ("on_refused", route.on_refused, NEXT_OR_RETURN),
        ("on_unfilled", route.on_unfilled, NEXT_OR_RETURN),
        ("on_none_up", route.on_none_up, REJECT_OR_BOOK),
    ):
        if value not in known:
            return f"{name} is {' or '.join(known)}, not {value}"
    return None


def _fault_of_quantities(route: Route) -> str | None:
    least, most = route.order_qty_min_e8, route.order_qty_max_e8
    if (least is not None and least < 0) or (most is not None and most < (least or 0)):
        return "its quantities are from a smallest, not below 0, to a largest, not below that"
    return None
