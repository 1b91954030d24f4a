"""From journal entries to rows, without looking at a clock or a database: same entries, same rows.

`RowMaker` remembers what the journal has said before and rows need: increments and currencies of the instruments, and
where each trade date began. Reports carry the rest. The order of the fields is that of the tables in `schema`.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct, field

from tradsys_oms.clearing.copy_text import Scale, average, clean, is_clean, number_e8, scale_of
from tradsys_oms.clearing.market_rows import (
    AMENDING,
    NS_PER_S,
    TradeChange,
    amendment,
    auction,
    exec_ref_id,
    phase_change,
    trade_id_of,
)
from tradsys_oms.clearing.order_rows import OrderStates, StatusChange, entered_order
from tradsys_oms.clearing.reference_rows import instrument_row, member_row
from tradsys_oms.clearing.venue_rows import (
    OrderRequest,
    external_execution,
    venue_request,
    venue_trade,
    venue_trade_change,
    venue_trade_id,
)
from tradsys_oms.core.commands import AmendTrade, SetInstrument, SetMember
from tradsys_oms.core.events import (
    CancelRejected,
    Event,
    Execution,
    ExternalExecution,
    OrderRejected,
    PhaseChanged,
    Refused,
    Uncrossed,
    VenueOrder,
)
from tradsys_oms.core.fields import ExecType, OrdStatus, Side
from tradsys_oms.errors import InvariantError
from tradsys_oms.journal.entries import Entry


class TradeDate(NamedTuple):
    """A trade date (ISO 8601) and the sequence of its first record."""

    day: str
    first_seq: int


class Rows(Struct):
    """What a batch of entries adds to the tables, as lines of COPY text; instruments and members by their keys."""

    last_seq: int
    last_time_ns: int
    executions: list[str] = field(default_factory=list)
    trades: list[str] = field(default_factory=list)
    orders_entered: list[str] = field(default_factory=list)
    orders_changed: list[str] = field(default_factory=list)
    trade_amendments: list[str] = field(default_factory=list)
    trades_changed: list[TradeChange] = field(default_factory=list)
    venue_trades: list[str] = field(default_factory=list)
    venue_trades_changed: list[TradeChange] = field(default_factory=list)
    venue_requests: list[str] = field(default_factory=list)
    external_executions: list[str] = field(default_factory=list)
    statuses_changed: list[StatusChange] = field(default_factory=list)
    phase_changes: list[str] = field(default_factory=list)
    auctions: list[str] = field(default_factory=list)
    instruments: dict[str, str] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    trade_dates: list[TradeDate] = field(default_factory=list)
    days: dict[str, None] = field(default_factory=dict)
    """The trade dates whose partitions the rows need."""

    def count(self) -> int:
        """Count the rows in the tables that grow."""
        orders = len(self.orders_entered) + len(self.orders_changed)
        market = len(self.trade_amendments) + len(self.phase_changes) + len(self.auctions)
        venues = len(self.venue_trades) + len(self.venue_requests) + len(self.external_executions)
        return len(self.executions) + len(self.trades) + orders + market + venues


class RowMaker:
    """Turn entries, in the order of the journal, into rows."""

    def __init__(self, scales: dict[str, Scale], trade_dates: Sequence[TradeDate]) -> None:
        self._scales = scales
        self._days = [trade_date.day for trade_date in trade_dates]
        self._first_seqs = [trade_date.first_seq for trade_date in trade_dates]
        self._second = -1
        self._second_text = ""
        self._orders = OrderStates(self._day_of)

    def rows(self, entries: Sequence[Entry]) -> Rows:
        """Give the rows of `entries`, which follow those of the call before."""
        rows = Rows(entries[-1].seq, entries[-1].time_ns)
        self._orders = OrderStates(self._day_of)
        for entry in entries:
            moment = self._moment(entry.seq, entry.time_ns, rows)
            if entry.events:
                self._add_events(entry, moment, rows)
            command = entry.command
            if isinstance(command, SetInstrument | SetMember) and not _is_refused(entry):
                self._add_reference(command, entry.seq, moment, rows)
        self._add_orders(rows)
        return rows

    def _moment(self, seq: int, time_ns: int, rows: Rows) -> str:
        """Give the time of a record as Postgres reads it, and open a new trade date where one begins."""
        second, rest_ns = divmod(time_ns, NS_PER_S)
        if second != self._second:
            self._second = second
            self._second_text = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(second))
            day = self._second_text[:10]
            # A clock that is set back over midnight doesn't reopen the day before: OrderIDs find their day by order.
            if not self._days or day > self._days[-1]:
                self._days.append(day)
                self._first_seqs.append(seq)
                rows.trade_dates.append(TradeDate(day, seq))
        return f"{self._second_text}.{rest_ns // 1000:06d}+00"

    def _day_of(self, order_id: int) -> str:
        return self._days[bisect_right(self._first_seqs, order_id) - 1]

    def _add_events(self, entry: Entry, moment: str, rows: Rows) -> None:
        seq = entry.seq
        events = entry.events
        day = self._days[-1]
        rows.days[day] = None
        amended = self._add_amendment(entry, day, moment, rows) if isinstance(entry.command, AmendTrade) else ""
        for index, event in enumerate(events):
            if isinstance(event, Execution):
                if event.exec_type != ExecType.ORDER_STATUS:
                    rows.executions.append(self._execution(event, seq, index, day, moment, amended))
                    self._add_report(event, entry, index, day, moment, rows)
            elif isinstance(event, OrderRejected):
                rows.executions.append(_rejected(event, seq, index, day, moment))
            else:
                self._add_other(event, entry, index, day, moment, rows)

    def _add_report(self, event: Execution, entry: Entry, index: int, day: str, moment: str, rows: Rows) -> None:
        """Add what a report says about trades and about its order."""
        exec_type, seq = event.exec_type, entry.seq
        if exec_type == ExecType.REJECTED and event.ord_status != OrdStatus.REJECTED:
            return  # It says how an order stands that it doesn't change.
        detail = event.detail
        if detail is not None and detail.venue:
            if exec_type == ExecType.TRADE:
                scale = self._scale(event.symbol)
                rows.venue_trades.append(venue_trade(event, detail, entry.command, scale, seq, index, day, moment))
            elif exec_type in AMENDING:
                trade_day = self._day_of(detail.trade_seq)
                change = venue_trade_change(event, detail, self._scale(event.symbol), trade_day, seq, moment)
                rows.venue_trades_changed.append(change)
        elif exec_type == ExecType.TRADE and event.trade_index == index:
            rows.trades.append(self._trade(seq, index, entry.events, day, moment))
        self._orders.note(event, seq, moment)

    def _add_other(self, event: Event, entry: Entry, index: int, day: str, moment: str, rows: Rows) -> None:
        """Add the row of an event that is rare, if it has one."""
        seq = entry.seq
        if isinstance(event, CancelRejected):
            self._orders.note_refused(event, seq, moment)
        elif isinstance(event, OrderRequest):
            rows.venue_requests.append(venue_request(event, seq, index, day, moment))
            command = entered_order(entry) if isinstance(event, VenueOrder) and event.order_id == seq else None
            if isinstance(event, VenueOrder) and command is not None:
                self._orders.note_sent(event, command, self._scale(event.symbol), seq, moment)
        elif isinstance(event, ExternalExecution):
            line = external_execution(event, self._scale(event.symbol), seq, index, day, moment)
            rows.external_executions.append(line)
        elif isinstance(event, PhaseChanged):
            rows.phase_changes.append(phase_change(event, seq, index, day, moment))
        elif isinstance(event, Uncrossed):
            rows.auctions.append(auction(event, self._scale(event.symbol), seq, index, day, moment))

    def _add_amendment(self, entry: Entry, day: str, moment: str, rows: Rows) -> str:
        """Add the rows of an amended trade; give its TradeID, "" if the command was refused."""
        command = entry.command
        if not isinstance(command, AmendTrade) or _is_refused(entry):
            return ""
        symbol = next((event.symbol for event in entry.events if isinstance(event, Execution)), "")
        trade_day = self._day_of(command.trade_seq)
        line, change = amendment(entry, command, self._scale(symbol), trade_day, day, moment)
        rows.trade_amendments.append(line)
        rows.trades_changed.append(change)
        return trade_id_of(command)

    def _scale(self, symbol: str) -> Scale:
        scale = self._scales.get(symbol)
        if scale is None:
            raise InvariantError(f"The journal reports about {symbol} before it has set that instrument.")
        return scale

    def _execution(self, event: Execution, seq: int, index: int, day: str, moment: str, amended: str) -> str:
        """Give the row of a report; `amended` is the TradeID of the trade that the record amends."""
        scale = self._scale(event.symbol)
        texts = [
            event.session,
            event.member,
            event.clord_id,
            event.orig_clord_id,
            event.account,
            event.symbol,
            event.text,
        ]
        if not is_clean("".join(texts)):
            texts = [clean(text) for text in texts]
        session, member, clord_id, orig_clord_id, account, symbol, text = texts
        lot, lot_exponent = scale.lot, scale.lot_exponent
        price = "" if event.price is None else f"{event.price * scale.tick}{scale.tick_exponent}"
        fill = "\t"
        trade = "\t"
        exec_type, detail = event.exec_type, event.detail
        if event.last_qty or exec_type in AMENDING:
            fill = f"{event.last_qty * lot}{lot_exponent}\t{event.last_px * scale.tick}{scale.tick_exponent}"
            if exec_type == ExecType.TRADE:
                trade = f"{seq}-{event.trade_index}\t{'t' if event.aggressor else 'f'}"
            elif exec_type in AMENDING:
                trade = f"{amended}\t"
        why = "\t\t\t\t"
        if detail is not None:
            reason = detail.restatement_reason
            why = f"{exec_ref_id(event)}\t{reason if reason >= 0 else ''}\t\t\t"
            if detail.venue:
                why = f"{why[:-2]}{clean(detail.venue)}\t{clean(detail.venue_exec_id)}\t{detail.venue_clord_id}"
                if exec_type == ExecType.TRADE:
                    trade = f"{seq}-{event.trade_index}\t"  # nobody says who took liquidity there
                elif exec_type in AMENDING:
                    trade = f"{venue_trade_id(detail)}\t"
        return (
            f"{seq}-{index}\t{day}\t{seq}\t{index}\t{moment}\t{session}\t{member}\t{event.order_id}\t"
            f"{clord_id}\t{orig_clord_id}\t{exec_type}\t{event.ord_status}\t{account}\t{symbol}\t"
            f"{event.side}\t{event.ord_type}\t{event.time_in_force}\t{event.order_qty * lot}{lot_exponent}\t{price}\t"
            f"{fill}\t{event.cum_qty * lot}{lot_exponent}\t{event.leaves_qty * lot}{lot_exponent}\t"
            f"{average(event.cum_notional, event.cum_qty, scale)}\t{trade}\t"
            f"{event.reason if exec_type == ExecType.REJECTED else ''}\t{text}\t{why}"
        )

    def _trade(self, seq: int, index: int, events: Sequence[Event], day: str, moment: str) -> str:
        """Give the row of the trade whose first fill, the aggressor's if it has one, is at `index`, followed by the
        other one.
        """
        first = events[index]
        second = events[index + 1] if index + 1 < len(events) else None
        if not (isinstance(first, Execution) and isinstance(second, Execution) and second.trade_index == index):
            raise InvariantError(f"Record {seq} of the journal has a trade at {index} without its other side.")
        scale = self._scale(first.symbol)
        sides = [_trade_side(first, seq, index), _trade_side(second, seq, index + 1)]
        if first.side != Side.BUY:
            sides.reverse()
        return (
            f"{seq}-{index}\t{day}\t{seq}\t{moment}\t{clean(first.symbol)}\t"
            f"{first.last_px * scale.tick}{scale.tick_exponent}\t{first.last_qty * scale.lot}{scale.lot_exponent}\t"
            f"{first.last_px * first.last_qty * scale.money}{scale.money_exponent}\t{scale.currency}\t"
            f"{first.side if first.aggressor else ''}\t{sides[0]}\t{sides[1]}\ttraded\t\t"
        )

    def _add_orders(self, rows: Rows) -> None:
        for day, is_entered, line in self._orders.rows(self._scale):
            rows.days[day] = None
            (rows.orders_entered if is_entered else rows.orders_changed).append(line)
        rows.statuses_changed = self._orders.statuses

    def _add_reference(self, command: SetInstrument | SetMember, seq: int, moment: str, rows: Rows) -> None:
        if isinstance(command, SetMember):
            rows.members[command.member] = member_row(command, seq, moment)
        else:
            self._scales[command.symbol] = scale_of(command.tick_e8, command.lot_e8, command.currency)
            rows.instruments[command.symbol] = instrument_row(command, seq, moment)


def _trade_side(event: Execution, seq: int, index: int) -> str:
    return f"{event.order_id}\t{seq}-{index}\t{event.member}\t{clean(event.account)}\t{clean(event.clord_id)}"


def _rejected(event: OrderRejected, seq: int, index: int, day: str, moment: str) -> str:
    """Give the row of a report about an order that never was; all of it is as the peer sent it."""
    clord_id, account, symbol, side, ord_type, time_in_force, text = map(
        clean,
        (event.clord_id, event.account, event.symbol, event.side, event.ord_type, event.time_in_force, event.text),
    )
    return (
        f"{seq}-{index}\t{day}\t{seq}\t{index}\t{moment}\t{event.session}\t{event.member}\t{seq}\t{clord_id}\t\t"
        f"{ExecType.REJECTED}\t{OrdStatus.REJECTED}\t{account}\t{symbol}\t{side}\t{ord_type}\t{time_in_force}\t"
        f"{number_e8(event.order_qty_e8)}\t{'' if event.price_e8 is None else number_e8(event.price_e8)}\t"
        f"\t\t0\t0\t0\t\t\t{event.reason}\t{text}\t\t\t\t\t"
    )


def _is_refused(entry: Entry) -> bool:
    return any(type(event) is Refused for event in entry.events)
