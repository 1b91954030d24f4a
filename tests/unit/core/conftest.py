"""A small exchange for the core's tests, and events as lines that read like a broker's log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, TypeAlias

import pytest

from tradsys_oms.core.commands import (
    CancelOrder,
    Command,
    Instructions,
    MarketRules,
    NewOrder,
    QueryOrder,
    ReplaceOrder,
    SetInstrument,
    SetMember,
    SetSession,
)
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import (
    BlockChanged,
    CancelRejected,
    ChildInDoubt,
    ClientActionDone,
    ClientLimits,
    Detail,
    Event,
    Execution,
    LimitNear,
    MarkChanged,
    MarketStatus,
    MassCancelReport,
    MassStatusEmpty,
    OrderRejected,
    PhaseChanged,
    Refused,
    ReportQuarantined,
    ShortSaleRestricted,
    StatusUnknown,
    Uncrossed,
    VenueCancel,
    VenueChanged,
    VenueNoted,
    VenueOrder,
    VenueQuery,
    VenueReplace,
)
from tradsys_oms.core.fields import SCALE_E8

Bound: TypeAlias = Callable[[ModuleType, str, int], None]

EXEC_TYPES = {
    "0": "New",
    "3": "DoneForDay",
    "4": "Canceled",
    "5": "Replaced",
    "6": "PendingCancel",
    "7": "Stopped",
    "8": "Rejected",
    "9": "Suspended",
    "A": "PendingNew",
    "C": "Expired",
    "E": "PendingReplace",
    "D": "Restated",
    "F": "Trade",
    "G": "TradeCorrect",
    "H": "TradeCancel",
    "I": "Status",
    "L": "Triggered",
}
ORD_STATUSES = {
    "0": "new",
    "1": "partial",
    "2": "filled",
    "3": "done",
    "4": "canceled",
    "6": "pending cancel",
    "7": "stopped",
    "8": "rejected",
    "9": "suspended",
    "A": "pending new",
    "E": "pending replace",
    "C": "expired",
}
TICK_E8 = SCALE_E8 // 100


def executed(event: Execution) -> str:
    """Write an ExecutionReport as one line."""
    head = f"{event.session} {event.clord_id}" + (f"<{event.orig_clord_id}" if event.orig_clord_id else "")
    state = f"{EXEC_TYPES[event.exec_type]} {ORD_STATUSES[event.ord_status]}"
    price = "market" if event.price is None else event.price
    amounts = f"{event.order_qty}@{price} cum {event.cum_qty} leaves {event.leaves_qty}"
    last = f" last {event.last_qty}@{event.last_px} #{event.trade_index}" if event.last_qty else ""
    role = " aggressor" if event.aggressor else ""
    reason = f" reason {event.reason}" if event.reason >= 0 else ""
    text = f": {event.text}" if event.text else ""
    return f"{head} {state} {amounts}{last}{role}{detailed(event.detail)}{reason}{text}"


def line(event: Event) -> str:
    """Write an event as one line, everything in it that a broker would notice."""
    match event:
        case Execution():
            return executed(event)
        case OrderRejected():
            return f"{event.session} {event.clord_id} OrderRejected reason {event.reason}: {event.text}"
        case CancelRejected():
            head = f"{event.session} {event.clord_id}<{event.orig_clord_id} CancelRejected to {event.response_to}"
            state = f"order {event.order_id} {ORD_STATUSES[event.ord_status]}"
            return f"{head} {state} reason {event.reason}: {event.text}"
        case StatusUnknown():
            return f"{event.session} {event.clord_id} StatusUnknown: {event.text}"
        case Refused():
            return f"Refused: {event.text}"
        case MassCancelReport():
            fate = f"of {event.total}" if event.reason < 0 else f"refused reason {event.reason}: {event.text}"
            return f"{event.session} {event.clord_id} MassCancel {event.request_type} {fate}"
        case MassStatusEmpty():
            return f"{event.session} {event.mass_status_req_id} MassStatusEmpty: {event.text}"
        case LimitNear() | BlockChanged() | ClientActionDone() | ClientLimits():
            return risk_line(event)
        case _:
            return market_line(event)


def risk_line(event: LimitNear | BlockChanged | ClientActionDone | ClientLimits) -> str:
    """Write an event of the limits as one line."""
    match event:
        case LimitNear():
            return f"{event.limit} of {event.scope} is {event.value}: near with {event.usage}"
        case BlockChanged():
            return f"{event.scope} {'blocked' if event.is_blocked else 'free'} by {event.kind}: {event.reason}"
        case ClientActionDone():
            fate = "done" if event.reject_reason < 0 else f"refused reason {event.reject_reason}: {event.text}"
            return f"{event.session} {event.request_id} action {event.action} {event.member}/{event.account} {fate}"
        case ClientLimits():
            limits = ", ".join(f"{known.scope} {known.limit} {known.usage} of {known.value}" for known in event.limits)
            fate = limits if event.reject_reason < 0 else f"refused reason {event.reject_reason}: {event.text}"
            blocked = " blocked" if event.is_blocked else ""
            return f"{event.session} {event.request_id} limits of {event.member}/{event.account}{blocked}: {fate}"


def market_line(event: Event) -> str:
    """Write an event of the market as one line."""
    match event:
        case MarketStatus():
            told = f"{event.indicative_qty}@{event.indicative_px} imbalance {event.imbalance_qty} last {event.last_px}"
            return (
                f"{event.session} {event.security_status_req_id} {event.symbol} is {event.phase or event.text}: {told}"
            )
        case PhaseChanged():
            until = f" until {event.until_ns}" if event.until_ns else ""
            return f"{event.symbol} is {event.phase}{until}: {event.reason}"
        case Uncrossed():
            return f"{event.symbol} uncrossed {event.qty}@{event.price} imbalance {event.imbalance_qty}"
        case ShortSaleRestricted():
            state = f"restricted to {event.day_ends}" if event.is_restricted else "free"
            return f"{event.symbol} short sales {state}: {event.reason}"
        case _:
            return venue_line(event)


def venue_line(event: Event) -> str:
    """Write an event that is about other markets as one line."""
    match event:
        case VenueOrder():
            px = "market" if event.price_e8 is None else event.price_e8 // TICK_E8
            return f"{event.venue} order {event.order_qty_e8 // SCALE_E8}@{px} for {event.order_id}"
        case VenueCancel():
            return f"{event.venue} cancel {event.orig_clord_id}"
        case VenueReplace():
            px = "market" if event.price_e8 is None else event.price_e8 // TICK_E8
            return f"{event.venue} replace {event.orig_clord_id} {event.order_qty_e8 // SCALE_E8}@{px}"
        case VenueQuery():
            return f"{event.venue} query {event.clord_id or 'all'}"
        case VenueChanged():
            return f"{event.venue} is {'up' if event.is_up else 'down'}: {event.reason}"
        case ReportQuarantined():
            return f"{event.venue} {event.clord_id} quarantined: {event.fault}"
        case MarkChanged():
            return f"{event.symbol} is worth {event.px} by {event.source} of {event.venue}"
        case VenueNoted():
            return f"{event.venue} {event.clord_id} of {event.order_id} noted as {event.kind}: {event.text}"
        case ChildInDoubt():
            return f"{event.venue} {event.clord_id} of {event.order_id} in doubt: {event.text}"
        case _:
            raise AssertionError(f"There are no words for {event}.")


def detailed(detail: Detail | None) -> str:
    """Write the detail of a report, what there is of it."""
    if detail is None:
        return ""
    parts = []
    if detail.exec_ref_seq:
        parts.append(f"ref {detail.exec_ref_seq}-{detail.exec_ref_index}")
    if detail.restatement_reason >= 0:
        parts.append(f"because {detail.restatement_reason}")
    if detail.day_order_qty >= 0:
        parts.append(f"day {detail.day_cum_qty} of {detail.day_order_qty}")
    if detail.mass_status_req_id:
        last = " last" if detail.is_last_report else ""
        parts.append(f"for {detail.mass_status_req_id} of {detail.reports_total}{last}")
    if detail.pegged_price:
        parts.append(f"pegged {detail.pegged_price}")
    return " (" + ", ".join(parts) + ")"


def asked(**given: Any) -> Instructions | None:
    """Make instructions from lots and ticks: `display=10`, `min_qty=5`, `stop=10_100`, `peg_offset=-1` and others by
    their own names; None for none.
    """
    if not given:
        return None
    for name, field, unit in (
        ("display", "display_qty_e8", SCALE_E8),
        ("min_qty", "min_qty_e8", SCALE_E8),
        ("stop", "stop_px_e8", TICK_E8),
        ("peg_offset", "peg_offset_e8", TICK_E8),
    ):
        if name in given:
            given[field] = given.pop(name) * unit
    return Instructions(**given)


class Exchange:
    """An engine with ACME and four sessions of three firms; quantities in lots, prices in ticks of 0.01."""

    def __init__(self, finished_orders_max: int = 1_000_000, open_orders_max: int = 1_000_000) -> None:
        self.engine = Engine(finished_orders_max, open_orders_max)
        self.seq = 0
        self.log: list[Command] = []
        self.events: list[Event] = []
        self._numbers: dict[str, int] = {}
        self.set_instrument()
        for member in ("A", "B", "C"):
            self.apply(SetMember(member, True))
        for session, member in (("A1", "A"), ("A2", "A"), ("B1", "B"), ("C1", "C")):
            self.apply(SetSession(session, member, True))

    def apply(self, command: Command) -> list[str]:
        """Apply a command as the next one of the journal; give its events as lines."""
        self.seq += 1
        self.log.append(command)
        self.events = self.engine.apply(self.seq, self.seq * 1_000, command)
        return [line(event) for event in self.events]

    def set_instrument(
        self,
        symbol: str = "ACME",
        *,
        tick_e8: int = TICK_E8,
        lot_e8: int = SCALE_E8,
        reference: int = 10_000,
        band_bps: int = 2_000,
        qty_max_e8: int = 1_000_000 * SCALE_E8,
        notional_max_e8: int = 0,
        enabled: bool = True,
        rules: MarketRules = MarketRules(),  # noqa: B008 - a frozen value
        has_phases: bool = False,
        underlying: str = "",
    ) -> list[str]:
        """Add or change an instrument; the reference price is in ticks of 0.01."""
        return self.apply(
            SetInstrument(
                symbol,
                tick_e8,
                lot_e8,
                reference * TICK_E8,
                band_bps,
                qty_max_e8,
                notional_max_e8,
                "USD",
                enabled,
                underlying,
                rules,
                has_phases,
            )
        )

    def new(
        self,
        session: str,
        clord_id: str,
        side: str,
        qty: int,
        price: int | None,
        time_in_force: str = "0",
        *,
        ord_type: str = "2",
        symbol: str = "ACME",
        poss_resend: bool = False,
        unsupported: str = "",
        **instructions: Any,
    ) -> list[str]:
        """Enter an order; `side` is "buy", "sell" or a code of FIX; `instructions` are as in `asked`."""
        price_e8 = None if price is None else price * TICK_E8
        number = self._number(session)
        code = {"buy": "1", "sell": "2"}.get(side, side)
        return self.apply(
            NewOrder(
                session,
                number,
                clord_id,
                "house",
                symbol,
                code,
                ord_type,
                time_in_force,
                qty * SCALE_E8,
                price_e8,
                poss_resend,
                unsupported,
                "",
                asked(**instructions),
            )
        )

    def market(self, session: str, clord_id: str, side: str, qty: int, time_in_force: str = "0") -> list[str]:
        """Enter a market order."""
        return self.new(session, clord_id, side, qty, None, time_in_force, ord_type="1")

    def cancel(
        self, session: str, clord_id: str, orig: str, side: str = "1", order_id: str = "", symbol: str = "ACME"
    ) -> list[str]:
        """Ask to cancel an order."""
        number = self._number(session)
        return self.apply(CancelOrder(session, number, clord_id, orig, order_id, symbol, side))

    def replace(
        self,
        session: str,
        clord_id: str,
        orig: str,
        qty: int,
        price: int | None,
        *,
        side: str = "1",
        order_id: str = "",
        symbol: str = "ACME",
        ord_type: str = "2",
        time_in_force: str = "0",
        unsupported: str = "",
        **instructions: Any,
    ) -> list[str]:
        """Ask to replace an order."""
        price_e8 = None if price is None else price * TICK_E8
        number = self._number(session)
        return self.apply(
            ReplaceOrder(
                session,
                number,
                clord_id,
                orig,
                order_id,
                symbol,
                side,
                ord_type,
                time_in_force,
                qty * SCALE_E8,
                price_e8,
                unsupported,
                "",
                asked(**instructions),
            )
        )

    def query(self, session: str, clord_id: str, order_id: str = "", side: str = "1", req_id: str = "") -> list[str]:
        """Ask for the state of an order."""
        number = self._number(session)
        return self.apply(QueryOrder(session, number, clord_id, order_id, "ACME", side, req_id))

    def depth(self, symbol: str = "ACME") -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
        """Give the book as (price, quantity, orders) of bids and offers."""
        return self.engine.books[symbol].depth(100)

    def replayed(self, commands: Sequence[Command]) -> Engine:
        """Give a fresh engine after `commands`."""
        engine = Engine()
        for seq, command in enumerate(commands, 1):
            engine.apply(seq, seq * 1_000, command)
        return engine

    def _number(self, session: str) -> int:
        self._numbers[session] = self._numbers.get(session, 0) + 1
        return self._numbers[session]


@pytest.fixture
def exchange() -> Exchange:
    """Give a fresh exchange."""
    return Exchange()


@pytest.fixture
def make_exchange() -> type[Exchange]:
    """Give the class, for an exchange with bounds of one's own."""
    return Exchange


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> Bound:
    """Give what makes a bound of a module another one; in a compiled core bounds are part of the code."""

    def set_bound(module: ModuleType, name: str, value: int) -> None:
        if not str(module.__file__).endswith(".py"):
            pytest.skip(f"the core is compiled: {name} is fixed")
        monkeypatch.setattr(module, name, value)

    return set_bound
