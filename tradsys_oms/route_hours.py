"""The hours of routes: a timed route counts while a window of its hours is open.

Whether it counts is state of the core, which `SwitchRoute` changes. Here is decided when: at the start and at the end
of each window; and when the daemon starts or hours have changed, as the present moment has it. In between, what an
operator has switched stays as it is, until the next start or end of a window.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.config import Config
from tradsys_oms.core.commands import SwitchRoute
from tradsys_oms.core.engine import Engine
from tradsys_oms.hours.schedule import Calendar, Schedule, Window
from tradsys_oms.sequencer import Sequencer

NEVER_NS: Final = 1 << 63
BEGUN: Final = "the hours of this route have begun"
OVER: Final = "the hours of this route are over"


def route_schedules(config: Config) -> dict[str, Schedule]:
    """Give the hours of each route that has any, by its name."""
    return {route.route: route.hours.schedule(route.route) for route in config.routes if route.hours is not None}


class RouteHours:
    """Switches timed routes on and off."""

    def __init__(self, engine: Engine, sequencer: Sequencer) -> None:
        self._engine, self._sequencer = engine, sequencer
        self._calendars: dict[str, Calendar] = {}
        self._windows: dict[str, Window | None] = {}
        """By route: the window for which it was switched last, None for none."""
        self._looked_ns = 0
        self.next_ns = 0
        """When the next window of any route begins or ends."""

    def follow(self, schedules: dict[str, Schedule]) -> None:
        """Take over the hours of each route that has any; those that are the same go on as they are."""
        known = self._calendars
        self._calendars = {
            route: known[route] if route in known and known[route].schedule == schedule else Calendar(schedule)
            for route, schedule in schedules.items()
        }
        self._windows = {route: self._windows[route] for route in known if self._calendars.get(route) is known[route]}
        self.next_ns = 0

    def tick(self, now_ns: int) -> None:
        """Switch what has begun or ended since the last look; a clock that is put back may bring a window back."""
        if self._looked_ns <= now_ns < self.next_ns:
            self._looked_ns = now_ns
            return
        self._looked_ns = now_ns
        for route, calendar in self._calendars.items():
            window = calendar.window_at(now_ns)
            if route in self._windows and self._windows[route] == window:
                continue
            self._windows[route] = window
            is_on = window is not None
            if is_on != (route in self._engine.routing.switched_on):
                self._sequencer.submit(SwitchRoute(route, is_on, BEGUN if is_on else OVER))
        self.next_ns = min((self._border_ns(route, now_ns) for route in self._calendars), default=NEVER_NS)

    def _border_ns(self, route: str, now_ns: int) -> int:
        """Tell when a route is to be switched next."""
        window = self._windows[route] or self._calendars[route].window_after(now_ns)
        if window is None:
            return NEVER_NS
        return window.end_ns if window is self._windows[route] else window.start_ns
