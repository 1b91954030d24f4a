"""Rows about other markets: trades there, what was asked of them, and executions done elsewhere.

A fill at a venue is a trade with one side, whose place is its own. Its corrections and busts name the place of the
fill (`trade_seq`, `trade_index`) in their detail, so nothing has to be remembered here.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from tradsys_oms.clearing.copy_text import Scale, clean, number_e8
from tradsys_oms.clearing.market_rows import TradeChange, timestamp
from tradsys_oms.core.commands import Command, VenueReport
from tradsys_oms.core.events import (
    Detail,
    Execution,
    ExternalExecution,
    VenueCancel,
    VenueOrder,
    VenueReplace,
)

OrderRequest: TypeAlias = VenueOrder | VenueCancel | VenueReplace
"""Requests that want something of a venue; a question (`VenueQuery`) leaves no row."""

_MSG_TYPES: Final[dict[type, str]] = {VenueOrder: "D", VenueCancel: "F", VenueReplace: "G"}


def venue_trade(
    event: Execution, detail: Detail, command: Command, scale: Scale, seq: int, index: int, day: str, moment: str
) -> str:
    """Give the row of a fill at a venue; `command` is that of its record."""
    venue_time = ""
    if isinstance(command, VenueReport) and command.exec_id == detail.venue_exec_id and command.transact_ns > 0:
        venue_time = timestamp(command.transact_ns)
    return (
        f"{seq}-{index}\t{day}\t{seq}\t{moment}\t{clean(detail.venue)}\t{clean(detail.venue_exec_id)}\t"
        f"{detail.venue_clord_id}\t{venue_time}\t{clean(event.symbol)}\t{event.side}\t"
        f"{event.last_px * scale.tick}{scale.tick_exponent}\t{event.last_qty * scale.lot}{scale.lot_exponent}\t"
        f"{event.last_px * event.last_qty * scale.money}{scale.money_exponent}\t{scale.currency}\t{event.order_id}\t"
        f"{event.member}\t{clean(event.account)}\t{clean(event.clord_id)}\ttraded\t\t"
    )


def venue_trade_id(detail: Detail) -> str:
    """Give the TradeID that a venue's correction or bust is about."""
    return f"{detail.trade_seq}-{detail.trade_index}"


def venue_trade_change(
    event: Execution, detail: Detail, scale: Scale, trade_day: str, seq: int, moment: str
) -> TradeChange:
    """Give what a correction or bust makes of the row of its trade; `trade_day` is the trade date of that."""
    qty = event.last_qty
    price = f"{event.last_px * scale.tick}{scale.tick_exponent}" if qty else None
    quantity = f"{qty * scale.lot}{scale.lot_exponent}"
    status = "corrected" if qty else "busted"
    return TradeChange(status, price, quantity, seq, moment, venue_trade_id(detail), trade_day)


def venue_request(event: OrderRequest, seq: int, index: int, day: str, moment: str) -> str:
    """Give the row of a request to a venue."""
    place = f"{seq}-{index}"
    if isinstance(event, VenueOrder):
        links, member = f"\t{place}", event.member
    else:
        links, member = f"{event.orig_clord_id}\t{event.first_clord_id}", ""
    terms, price = "\t", ""
    if not isinstance(event, VenueCancel):
        terms = f"{event.ord_type}\t{event.time_in_force}"
        price = "" if event.price_e8 is None else number_e8(event.price_e8)
    return (
        f"{place}\t{day}\t{seq}\t{index}\t{moment}\t{clean(event.venue)}\t{_MSG_TYPES[type(event)]}\t{links}\t"
        f"{event.order_id}\t{member}\t{clean(event.account)}\t{clean(event.symbol)}\t{event.side}\t{terms}\t"
        f"{number_e8(event.order_qty_e8)}\t{price}"
    )


def external_execution(event: ExternalExecution, scale: Scale, seq: int, index: int, day: str, moment: str) -> str:
    """Give the row of an execution done elsewhere."""
    return (
        f"{seq}\t{index}\t{day}\t{moment}\t{clean(event.venue)}\t{clean(event.exec_id)}\t{clean(event.exec_ref_id)}\t"
        f"{event.exec_type}\t{event.member}\t{clean(event.account)}\t{clean(event.symbol)}\t{event.side}\t"
        f"{event.last_qty * scale.lot}{scale.lot_exponent}\t{event.last_px * scale.tick}{scale.tick_exponent}"
    )
