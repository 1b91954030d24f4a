"""What an operator does about other markets: bar a venue, switch a timed route, say what became of an order there.

Each action says beforehand what it does, has a reason, and is one command in the journal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import structlog

from tradsys_oms.core.commands import BarVenue, Command, ResolveChild, SwitchRoute
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.routing.children import Child
from tradsys_oms.core.routing.doubts import NOT_RECEIVED, OUTCOMES, WORKING
from tradsys_oms.desk.operators import OperationRefused, Operators
from tradsys_oms.desk.venue_views import child_row, find_venue
from tradsys_oms.fix.decimals import format_e8, format_ticks, parse_e8
from tradsys_oms.sequencer import Sequencer

log = structlog.get_logger(__name__)

OPERATOR: Final = "operator"
BAR_KINDS: Final = (OPERATOR, "breaker")


class Plan(NamedTuple):
    """What an action does, what is said about it beforehand, and what it is about."""

    command: Command
    sentences: list[str]
    facts: dict[str, Any]


Planner = Callable[[dict[str, Any], str], Plan]


class VenueDesk:
    """The verbs of the control socket that change venues, routes and orders at venues."""

    def __init__(self, engine: Engine, sequencer: Sequencer, operators: Operators) -> None:
        self._engine, self._sequencer, self._operators = engine, sequencer, operators
        self._planners: dict[str, Planner] = {
            "venue.down": self._plan_down,
            "venue.up": self._plan_up,
            "route.switch": self._plan_switch,
            "order.resolve": self._plan_resolution,
        }

    def handlers(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """Give the verbs of the control socket."""
        return {verb: self._handler(verb, planner) for verb, planner in self._planners.items()}

    def _handler(self, verb: str, planner: Planner) -> Callable[[dict[str, Any]], Any]:
        async def act(arguments: dict[str, Any]) -> dict[str, Any]:
            """Preview an action, or do it; arguments: reason, user, preview, and those of the action."""
            plan = planner(arguments, self._operators.begin(arguments))
            fault = self._engine.fault_of(plan.command)
            if fault is not None:
                raise OperationRefused(fault)
            if not arguments.get("preview"):
                self._sequencer.submit(plan.command)
                user, reason = self._operators.name(arguments), str(arguments.get("reason") or "")
                log.warning("venue_operated", action=verb, **plan.facts, user=user, reason=reason)
                await self._sequencer.committed()
            return {"action": verb, "preview": plan.sentences} | plan.facts

        return act

    def _plan_down(self, arguments: dict[str, Any], reason: str) -> Plan:
        """Plan that a venue gets no new orders; argument: venue."""
        venue = find_venue(self._engine, str(arguments.get("venue", "")))
        name = venue.rules.venue
        working = len(self._engine.routing.living.get(name, {}))
        sentences = [
            f"{name} gets no new orders, also after a restart, until `tradsys venue up {name}`.",
            f"What works there stays: {working} {'order' if working == 1 else 'orders'}. Its line stays up.",
        ]
        if OPERATOR in venue.bars:
            sentences.append(f"It is barred by an operator already: {venue.bars[OPERATOR]}")
        return Plan(BarVenue(name, OPERATOR, True, reason), sentences, {"venue": name})

    def _plan_up(self, arguments: dict[str, Any], reason: str) -> Plan:
        """Plan that a bar is taken away; arguments: venue, kind."""
        venue = find_venue(self._engine, str(arguments.get("venue", "")))
        name, kind = venue.rules.venue, str(arguments.get("kind") or OPERATOR)
        if kind not in BAR_KINDS:
            raise OperationRefused(f"a venue is barred by {' or '.join(BAR_KINDS)}, not by {kind}")
        left = {other: why for other, why in venue.bars.items() if other != kind}
        sentence = f"{name} gets orders again, as far as {kind} goes."
        sentences = [sentence, *(f"It stays barred by {other}: {why}" for other, why in left.items())]
        if not venue.is_logged_on:
            sentences.append(f"Its line is down: {venue.reason}")
        return Plan(BarVenue(name, kind, False, reason), sentences, {"venue": name})

    def _plan_switch(self, arguments: dict[str, Any], reason: str) -> Plan:
        """Plan that a timed route counts, or no more; arguments: route, on."""
        route, is_on = str(arguments.get("route", "")), bool(arguments.get("on"))
        after = "counts" if is_on else "counts no more"
        sentence = f"Route {route} {after}, until its hours begin or end, or it is switched again."
        return Plan(SwitchRoute(route, is_on, reason), [sentence], {"route": route})

    def _plan_resolution(self, arguments: dict[str, Any], reason: str) -> Plan:
        """Plan what is known of an order at a venue; arguments: clord_id, outcome, cum_qty, avg_px."""
        clord_id, outcome = str(arguments.get("clord_id", "")), str(arguments.get("outcome", ""))
        if outcome not in OUTCOMES:
            raise OperationRefused(f"there is no outcome {outcome!r}; outcomes are {', '.join(OUTCOMES)}")
        child = self._engine.routing.children.get(clord_id)
        if child is None:
            raise OperationRefused(f"no order at a venue is named {clord_id!r}; `tradsys venue show` lists them")
        lot_e8 = child.away.order.instrument.lot_e8
        cum_qty_e8, avg_px_e8 = _number(arguments, "cum_qty"), _number(arguments, "avg_px") or 0
        if cum_qty_e8 is None:
            cum_qty_e8 = child.cum_qty * lot_e8
        command = ResolveChild(child.clord_id, outcome, cum_qty_e8, avg_px_e8, reason)
        return Plan(command, _consequences(child, command), {"order": child_row(child)})


def _consequences(child: Child, command: ResolveChild) -> list[str]:
    """Say what a resolution does."""
    order = child.away.order
    lot_e8 = order.instrument.lot_e8
    of_order = f"order {order.order_id} of {order.firm.name}"
    filled_e8 = command.cum_qty_e8 - child.cum_qty * lot_e8
    sentences = [f"{child.clord_id} at {child.venue}, {format_ticks(child.order_qty, lot_e8)} {order.symbol} "]
    if command.outcome == NOT_RECEIVED:
        sentences[0] += "was never received there."
    elif command.outcome == WORKING:
        sentences[0] += f"works there as it did, with {format_e8(command.cum_qty_e8)} filled; what is not answered"
        sentences[0] += " came to nothing."
    else:
        sentences[0] += f"works no more; it has filled {format_e8(command.cum_qty_e8)} in all."
    if filled_e8 > 0:
        average = format_e8(command.avg_px_e8)
        sentences.append(f"{format_e8(filled_e8)} more is filled for {of_order}, at {average} on average of all.")
    left_e8 = child.order_qty * lot_e8 - command.cum_qty_e8
    if left_e8 > 0 and command.outcome != WORKING:
        sentences.append(f"{format_e8(left_e8)} goes back to {of_order}, and on by the policy of its route.")
    return [
        *sentences,
        *_known(child),
        "Make sure with the venue: what it reports later of this order counts all the same.",
    ]


def _known(child: Child) -> list[str]:
    """Say what is known of an order at a venue."""
    accepted = "has accepted the order" if child.is_accepted else "has not said that it has accepted the order"
    sentences = [f"Known: {child.venue} {accepted}."]
    for clord_id, request in child.requests.items():
        doubt = "nobody knows whether it arrived" if request.is_in_doubt else "its answer is awaited"
        sentences.append(f"Not answered: {request.kind} {clord_id}, {doubt}.")
    return sentences


def _number(arguments: dict[str, Any], name: str) -> int | None:
    """Read a decimal that is 0 or more as units of 1e-8, None where it is not given; raises `OperationRefused`."""
    text = arguments.get(name)
    if text is None:
        return None
    try:
        value = parse_e8(str(text))
    except ValueError as wrong:
        raise OperationRefused(f"{name}: {wrong}") from wrong
    if value < 0:
        raise OperationRefused(f"{name} is not below 0")
    return value
