"""Fills at venues: each counts once, on the child, on the broker's order, in positions and limits."""

from __future__ import annotations

from tradsys_oms.core.commands import VenueReport
from tradsys_oms.core.events import Detail
from tradsys_oms.core.fields import ExecType, OrdStatus
from tradsys_oms.core.matching.self_trade import reduce
from tradsys_oms.core.routing import venue_marks
from tradsys_oms.core.routing.away import Away
from tradsys_oms.core.routing.children import Child, Fill
from tradsys_oms.core.routing.own_book import to_book
from tradsys_oms.core.routing.placing import conclude, end_child
from tradsys_oms.core.routing.requests import cancel_unasked
from tradsys_oms.core.routing.reserving import reserve
from tradsys_oms.core.routing.telling import tell, tell_fill
from tradsys_oms.core.work import Work


def take_fill(work: Work, child: Child, qty: int, px: int, exec_id: str) -> None:
    """Count a fill and tell the broker. `exec_id` "" is one that was worked out from the order's state."""
    away = child.away
    order, state = away.order, work.state
    child.cum_qty += qty
    child.cum_notional += qty * px
    child.venue_cum_qty = max(child.venue_cum_qty, child.cum_qty)
    if not child.ended_as:
        child.leaves_qty = max(child.order_qty - child.cum_qty, 0)
    is_filled = order.level is not None and qty >= order.leaves_qty
    if is_filled:
        order.take_off()
        order.leaves_qty = 0
    elif order.level is away:
        order.leaves_qty -= qty
    elif order.level is not None:  # it has gone to our own book, and this comes late
        reduce(order, qty)
        order.order_qty += qty
    order.cum_qty += qty
    order.cum_notional += qty * px
    order.lane.filled(order, qty, px)
    state.trade_count += 1
    index = len(work.events)
    child.fills[exec_id or f"?{work.seq}-{index}"] = Fill(qty, px, work.seq, index, work.seq, index)
    if is_filled:
        state.orders.finish(order)
    detail = Detail(venue=child.venue, venue_exec_id=exec_id, venue_clord_id=child.clord_id)
    tell_fill(work, away, qty, px, detail)
    if exec_id and order.instrument.mark_venues:
        venues = state.routing.venues
        work.events += venue_marks.executed(venues, order.instrument, child.venue, px, work.time_ns)
    if not child.ended_as and not child.leaves_qty:
        end_child(work, child, OrdStatus.FILLED)
    reserve(away)
    conclude(work, away)


def catch_up(work: Work, child: Child, cum_qty: int, avg_px_e8: int) -> None:
    """Fill in what a venue has filled more than we know of, at the exact difference of the sums.

    Where the difference is no whole price, it is two fills, a tick apart. What comes with an ExecID later and is in
    this sum already is a duplicate (`absorb`).
    """
    order, missing = child.away.order, cum_qty - child.cum_qty
    tick_e8 = order.instrument.tick_e8
    notional = (avg_px_e8 * cum_qty + tick_e8 // 2) // tick_e8 - child.cum_notional
    px, more = divmod(max(notional, missing), missing)
    child.unnamed_qty += missing
    if missing > more:
        take_fill(work, child, missing - more, px, "")
    if more:
        take_fill(work, child, more, px + 1, "")


def absorb(child: Child, report: VenueReport) -> None:
    """Take note of an execution that is in a sum that was filled in before (`believing.is_absorbed`).

    It is known by its ExecID from now on if it is just what was filled in; a part of a sum can't be busted or
    corrected.
    """
    instrument = child.away.order.instrument
    qty, px = report.last_qty_e8 // instrument.lot_e8, report.last_px_e8 // instrument.tick_e8
    child.unnamed_qty -= qty
    for key, fill in child.fills.items():
        if report.exec_id and key.startswith("?") and (fill.qty, fill.px) == (qty, px):
            child.fills[report.exec_id] = child.fills.pop(key)
            return


def amend(work: Work, child: Child, report: VenueReport, qty: int, px: int) -> None:
    """Make an execution what a venue says it is now: nothing, with `qty` 0, or another quantity and price."""
    away, fill = child.away, child.fills[report.exec_ref_id]
    order, state = away.order, work.state
    more, notional = qty - fill.qty, qty * px - fill.qty * fill.px
    child.cum_qty += more
    child.cum_notional += notional
    child.venue_cum_qty = max(child.venue_cum_qty + more, child.cum_qty)
    _amend_day(away, fill, more, notional)
    order.cum_qty += more
    order.cum_notional += notional
    is_of_today = fill.first_seq > state.risk.day_seq
    _amend_leaves(work, child, report, more)
    order.lane.amended(order, fill.qty, fill.px, qty, px, is_of_today=is_of_today)
    detail = Detail(
        exec_ref_seq=fill.seq,
        exec_ref_index=fill.index,
        trade_seq=fill.first_seq,
        trade_index=fill.first_index,
        venue=child.venue,
        venue_exec_id=report.exec_id,
        venue_clord_id=child.clord_id,
    )
    fill.seq, fill.index = work.seq, len(work.events)
    fill.qty, fill.px = qty, px
    if report.exec_id:
        child.fills[report.exec_id] = fill
    exec_type = ExecType.TRADE_CORRECT if qty else ExecType.TRADE_CANCEL
    tell(work, away, exec_type, report.text, detail=detail, last_qty=qty, last_px=px)
    if order.level is None and order.leaves_qty:
        to_book(work, order)  # from where it was taken off
    _cancel_unwanted(work, child)
    reserve(away)
    conclude(work, away)


def _cancel_unwanted(work: Work, child: Child) -> None:
    """Cancel a child that a bust has brought back to an order that has ended, was killed, or that nobody owns who could
    be told.
    """
    away = child.away
    why = work.state.risk.killed(away.order.lane)
    if not work.state.sessions.told_of(away.order):
        why = f"Canceled because session {away.order.session} belongs to another member now"
    if child.ended_as or (away.order.level is not None and why is None):
        return
    cancel_unasked(work, away, why or f"Canceled because order {away.order.order_id} has ended")


def _amend_day(away: Away, fill: Fill, more: int, notional: int) -> None:
    """An execution of a day before counts for that day (R15)."""
    special = away.order.special
    if special is not None and fill.first_seq < special.day_start_seq:
        special.day_start_cum_qty += more
        special.day_start_notional += notional


def _amend_leaves(work: Work, child: Child, report: VenueReport, more: int) -> None:
    """Let an order work again that has something left by a bust, if it still lives at the venue (J.1.a).

    One that had ended otherwise stays ended, whatever lives there. One that was filled and does not live there any more
    has ended with what is left.
    """
    away, orders, routing = child.away, work.state.orders, work.state.routing
    order = away.order
    lives = report.leaves_qty_e8 > 0 and child.cum_qty < child.order_qty
    if lives and child.ended_as == OrdStatus.FILLED:
        child.ended_as = ""
        routing.living[child.venue][child.clord_id] = child
    if not child.ended_as:
        child.leaves_qty = child.order_qty - child.cum_qty
        if not child.leaves_qty:
            end_child(work, child, OrdStatus.FILLED)
    if order.level is not None:
        if order.level is not away or more == order.leaves_qty:
            order.take_off()
        order.leaves_qty -= more
        if not order.leaves_qty:
            orders.finish(order)
    elif not child.ended_as and not away.ended_as:
        order.leaves_qty = order.order_qty - order.cum_qty
        away.add(order)
        orders.reopen(order)
    elif order.cum_qty < order.order_qty and not away.ended_as:
        away.ended_as = OrdStatus.CANCELED
