"""The configuration of routes: which orders go to which venues, and what becomes of what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, Any, Final, Literal

from msgspec import Struct, structs

from tradsys_oms.config.kinds import COMP_ID, SYMBOL, Choice, Integer, Many, Scaled, Text
from tradsys_oms.config.risk_kinds import ACCOUNT
from tradsys_oms.config.schema import Group, Key
from tradsys_oms.config.time_kinds import Date, TimeOfDay, TimeZone, Weekday
from tradsys_oms.hours.schedule import Schedule

STRATEGIES: Final = ("book", "venue", "failover", "book_then_venue", "best_price", "split")
EX_DESTINATION: Final = Text(r"[!-~]{1,64}", "an ExDestination of up to 64 characters without spaces")
QUANTITY: Final = Scaled(8, "0.00000001", "10000000000")


class RouteHoursConfig(Struct, frozen=True, kw_only=True):
    """The hours in which a route counts: one window a day, as that of a schedule."""

    time_zone: Annotated[str, Key(TimeZone(), "The time zone of its times, dates and days.")]
    start: Annotated[time, Key(TimeOfDay(), "From when on it counts.")]
    end: Annotated[time, Key(TimeOfDay(), "Until when; a time not after `start` is one of the next day.")]
    days: Annotated[tuple[int, ...], Key(Many(Weekday(), 7, True), "The days on which a window starts.")] = (
        *(0, 1, 2, 3, 4),
    )
    holidays: Annotated[tuple[date, ...], Key(Many(Date(), 10_000), "Dates on which no window starts.")] = ()

    def schedule(self, route: str) -> Schedule:
        """Make the schedule of these hours, with the name of the route."""
        return schedule_of_hours(route, structs.asdict(self))


def schedule_of_hours(route: str, hours: Mapping[str, Any]) -> Schedule:
    """Make the schedule that the values of a `RouteHoursConfig` describe, with the name of the route."""
    return Schedule(schedule=route, **dict(hours) | {"holidays": frozenset(hours["holidays"])})


class RouteConfig(Struct, frozen=True, kw_only=True):
    """A route. Conditions that are not given hold for all orders; of those that are, all must hold."""

    route: Annotated[str, Key(COMP_ID, "Its name; unique.", name="id")]
    strategy: Annotated[
        Literal["book", "venue", "failover", "book_then_venue", "best_price", "split"],
        Key(Choice(STRATEGIES), "How its venues share an order (docs/routing.md)."),
    ]
    venues: Annotated[
        tuple[str, ...], Key(Many(COMP_ID, 100, True), "Some of `venues`, in the order in which they are tried.")
    ] = ()
    weights: Annotated[
        tuple[int, ...], Key(Many(Integer(1, 1_000_000), 100), "For `split`: the weight of each of its venues.")
    ] = ()
    symbols: Annotated[tuple[str, ...], Key(Many(SYMBOL, 100_000, True), "Orders in these instruments.")] = ()
    members: Annotated[tuple[str, ...], Key(Many(COMP_ID, 10_000, True), "Orders of these members.")] = ()
    sessions: Annotated[tuple[str, ...], Key(Many(COMP_ID, 10_000, True), "Orders of these sessions.")] = ()
    accounts: Annotated[tuple[str, ...], Key(Many(ACCOUNT, 100_000, True), "Orders with these Accounts (1).")] = ()
    ex_destinations: Annotated[
        tuple[str, ...],
        Key(Many(EX_DESTINATION, 1_000, True), "Orders with these ExDestinations (100)."),
    ] = ()
    order_qty_min_e8: Annotated[
        int | None, Key(QUANTITY, "Orders of at least this quantity.", name="order_qty_min")
    ] = None
    order_qty_max_e8: Annotated[int | None, Key(QUANTITY, "Orders of at most this quantity.", name="order_qty_max")] = (
        None
    )
    hours: Annotated[
        RouteHoursConfig | None, Key(Group(RouteHoursConfig, True), "When it counts; without it, always.")
    ] = None
    on_refused: Annotated[
        Literal["next", "return"],
        Key(Choice(("next", "return")), "What a venue refuses goes to the next one, or back to the broker."),
    ] = "next"
    on_unfilled: Annotated[
        Literal["next", "return"],
        Key(Choice(("next", "return")), "The same for what a venue cancels unasked, or lets expire."),
    ] = "return"
    on_none_up: Annotated[
        Literal["reject", "book"],
        Key(Choice(("reject", "book")), "What an order does when none of its venues is up."),
    ] = "reject"
