"""What an operator sees of other markets: venues, what works there, what could not be believed; and routes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any, Final

from tradsys_oms.core.commands import Route
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.fields import OrdType, Side, TimeInForce
from tradsys_oms.core.routing.children import Child
from tradsys_oms.core.routing.explaining import explain, lines_of
from tradsys_oms.core.routing.planning import Asked
from tradsys_oms.core.routing.venues import Venue
from tradsys_oms.desk.market_views import find_instrument
from tradsys_oms.desk.order_desk import decimal_e8
from tradsys_oms.errors import TradsysError
from tradsys_oms.fix.decimals import format_average, format_e8, format_ticks

CHILDREN_SHOWN_MAX: Final = 1_000
REPORTS_SHOWN_MAX: Final = 100
SIDES: Final = {
    "buy": Side.BUY,
    "sell": Side.SELL,
    "sell_short": Side.SELL_SHORT,
    "sell_short_exempt": Side.SELL_SHORT_EXEMPT,
}


class UnknownVenue(TradsysError):
    """There is no venue of that name."""


class ExplanationRefused(TradsysError):
    """What is asked about is no order that could come in."""


class VenueViews:
    """Read-only views of venues and routes.

    `link_of` gives what the link of a venue says about itself, `breaker_of` how its circuit breaker is; both by venue.
    """

    def __init__(
        self, engine: Engine, link_of: Callable[[str], dict[str, Any]], breaker_of: Callable[[str], dict[str, Any]]
    ) -> None:
        self._engine, self._routing = engine, engine.routing
        self._link_of, self._breaker_of = link_of, breaker_of

    def handlers(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """Give the verbs of the control socket."""
        return {
            "venue.list": self.venue_list,
            "venue.show": self.venue_show,
            "route.list": self.route_list,
            "route.explain": self.route_explain,
        }

    def venue_list(self, _arguments: dict[str, Any]) -> list[dict[str, Any]]:
        """List the venues in the order of the configuration."""
        return [self._row(venue) for venue in self._routing.venues.values()]

    def venue_show(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Show everything about one venue; arguments: venue."""
        venue = find_venue(self._engine, str(arguments.get("venue", "")))
        name, rules = venue.rules.venue, venue.rules
        living = self._routing.living.get(name, {})
        reports = [
            {"seq": seq, "clord_id": event.clord_id, "exec_id": event.exec_id, "fault": event.fault}
            for seq, event in self._routing.quarantine
            if event.venue == name
        ]
        notes = [
            {"seq": seq, "kind": event.kind, "clord_id": event.clord_id, "order_id": event.order_id, "text": event.text}
            for seq, event in self._routing.notes
            if event.venue == name
        ]
        return self._row(venue) | {
            "line_reason": venue.reason,
            "enabled": rules.enabled,
            "drop_copy": rules.is_drop_copy,
            "pending_reports": rules.pending_reports,
            "can_replace": rules.can_replace,
            "can_mass_status": rules.can_mass_status,
            "on_reconnect": rules.on_reconnect,
            "symbols": list(rules.symbols),
            "since_seq": venue.since_seq,
            "last_frame": venue.frame,
            "breaker": self._breaker_of(name),
            "link": self._link_of(name),
            "balances": {
                asset: {"total": format_e8(total), "available": format_e8(available)}
                for asset, (total, available) in venue.balances.items()
            },
            "orders": [child_row(child) for child in islice(living.values(), CHILDREN_SHOWN_MAX)],
            "reports_in_quarantine": reports[-REPORTS_SHOWN_MAX:],
            "notes": notes[-REPORTS_SHOWN_MAX:],
        }

    def _row(self, venue: Venue) -> dict[str, Any]:
        name = venue.rules.venue
        working = tuple(self._routing.living.get(name, {}).values())
        return {
            "venue": name,
            "state": "up" if venue.is_up else "logged on" if venue.is_logged_on else "down",
            "reason": venue.why_down(),
            "address": venue.address,
            "bars": dict(venue.bars),
            "orders_working": len(working),
            "orders_in_doubt": sum(is_in_doubt(child) for child in working),
            "orders_to_resolve": sum(child.is_given_up for child in working),
            "cancels_refused": sum(bool(child.refused_cancel) for child in working),
            "quarantined": sum(event.venue == name for _, event in self._routing.quarantine),
        }

    def route_list(self, _arguments: dict[str, Any]) -> list[dict[str, Any]]:
        """List the routes in the order in which they are looked at."""
        switched_on = self._routing.switched_on
        return [_route_row(route, not route.is_timed or route.route in switched_on) for route in self._routing.routes]

    def route_explain(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Say which way an order would take now, and why.

        Arguments: symbol, side, qty, price, account, session, member, ex_destination, ord_type, time_in_force.
        """
        instrument = find_instrument(self._engine, str(arguments.get("symbol", "")))
        explanation = explain(self._routing, self._asked(arguments, instrument.tick_e8, instrument.lot_e8))
        plan = explanation.plan
        return {
            "route": "" if plan.route is None else plan.route.route,
            "takes_book": plan.takes_book,
            "parts": [{"venue": venue, "qty": format_ticks(qty, instrument.lot_e8)} for venue, qty in plan.parts],
            "fault": plan.fault,
            "explanation": lines_of(explanation, instrument.tick_e8, instrument.lot_e8),
        }

    def _asked(self, arguments: dict[str, Any], tick_e8: int, lot_e8: int) -> Asked:
        side = str(arguments.get("side", ""))
        if side not in SIDES:
            raise ExplanationRefused(f"a side is {', '.join(SIDES)}, not {side!r}")
        session = str(arguments.get("session") or "")
        known = self._engine.sessions.get(session)
        if session and known is None:
            raise ExplanationRefused(f"there is no session {session!r}; `tradsys session list` lists them")
        qty_e8, price_e8 = decimal_e8(arguments, "qty"), decimal_e8(arguments, "price")
        if qty_e8 is None or qty_e8 % lot_e8 or (price_e8 or 0) % tick_e8:
            raise ExplanationRefused(
                f"the quantity is a multiple of {format_e8(lot_e8)}, the price one of {format_e8(tick_e8)}"
            )
        return Asked(
            symbol=str(arguments["symbol"]),
            member=known.member if known is not None else str(arguments.get("member") or ""),
            session=session,
            account=str(arguments.get("account") or ""),
            ex_destination=str(arguments.get("ex_destination") or ""),
            side=SIDES[side],
            ord_type=OrdType.MARKET if price_e8 is None else OrdType.LIMIT,
            time_in_force=str(arguments.get("time_in_force") or TimeInForce.DAY),
            qty=qty_e8 // lot_e8,
            price=(price_e8 or 0) // tick_e8,
            lot_e8=lot_e8,
        )


def find_venue(engine: Engine, name: str) -> Venue:
    """Give a venue by its name, or raise `UnknownVenue`."""
    venue = engine.routing.venues.get(name)
    if venue is None:
        raise UnknownVenue(f"there is no venue {name!r}; `tradsys venue list` lists them")
    return venue


def is_in_doubt(child: Child) -> bool:
    """Tell that nobody knows what became of something that was sent; may be asked on any thread."""
    return any(request.is_in_doubt for request in tuple(child.requests.values()))


def child_row(child: Child) -> dict[str, Any]:
    """Give an order at a venue as plain values."""
    order = child.away.order
    tick_e8, lot_e8 = order.instrument.tick_e8, order.instrument.lot_e8
    return {
        "clord_id": child.clord_id,
        "venue": child.venue,
        "order_id": order.order_id,
        "venue_order_id": child.venue_order_id,
        "member": order.firm.name,
        "symbol": order.symbol,
        "side": order.side,
        "order_qty": format_ticks(child.order_qty, lot_e8),
        "price": format_ticks(child.price, tick_e8) if child.price else None,
        "cum_qty": format_ticks(child.cum_qty, lot_e8),
        "leaves_qty": format_ticks(child.leaves_qty, lot_e8),
        "avg_px": format_average(child.cum_notional, child.cum_qty, tick_e8),
        "accepted": child.is_accepted,
        "unanswered": list(child.requests),
        "in_doubt": is_in_doubt(child),
        "to_resolve": child.is_given_up,
        "refused_cancel": child.refused_cancel,
    }


def _route_row(route: Route, is_on: bool) -> dict[str, Any]:
    conditions = {
        "symbols": route.symbols,
        "members": route.members,
        "sessions": route.sessions,
        "accounts": route.accounts,
        "ex_destinations": route.ex_destinations,
    }
    said = [f"{name} {', '.join(values)}" for name, values in conditions.items() if values]
    if route.order_qty_min_e8 is not None:
        said.append(f"from {format_e8(route.order_qty_min_e8)}")
    if route.order_qty_max_e8 is not None:
        said.append(f"up to {format_e8(route.order_qty_max_e8)}")
    return {
        "route": route.route,
        "strategy": route.strategy,
        "venues": list(route.venues),
        "weights": list(route.weights),
        "conditions": said,
        "timed": route.is_timed,
        "on": is_on,
        "on_refused": route.on_refused,
        "on_unfilled": route.on_unfilled,
        "on_none_up": route.on_none_up,
    }
