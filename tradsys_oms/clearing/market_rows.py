"""Rows of what operators and the market do: amended trades, phases, auctions. They are few, beside the reports.

A correction or a bust names the trade by the place of its first fill, in the command; what each side had before is in
the reports that the new ones refer to (ExecRefID), so nothing has to be remembered here either.
"""

from __future__ import annotations

import time
from typing import Final, NamedTuple

from tradsys_oms.clearing.copy_text import Scale, clean
from tradsys_oms.core.commands import AmendTrade
from tradsys_oms.core.events import Execution, PhaseChanged, Uncrossed
from tradsys_oms.core.fields import ExecType, Side
from tradsys_oms.errors import InvariantError
from tradsys_oms.journal.entries import Entry

NS_PER_S: Final = 1_000_000_000
AMENDING: Final = frozenset({ExecType.TRADE_CORRECT, ExecType.TRADE_CANCEL})
"""ExecTypes of the reports about an amended trade."""


class TradeChange(NamedTuple):
    """What an amendment makes of the row of its trade; numbers as text that NUMERIC reads."""

    status: str
    price: str | None
    """None where it stays."""
    quantity: str
    journal_seq: int
    amended_at: str
    trade_id: str
    trade_date: str


class Amendment(NamedTuple):
    """Both rows of an amended trade."""

    line: str
    change: TradeChange


def trade_id_of(command: AmendTrade) -> str:
    """Give the TradeID of the trade that a command amends."""
    return f"{command.trade_seq}-{command.trade_index}"


def amendment(entry: Entry, command: AmendTrade, scale: Scale, trade_day: str, day: str, moment: str) -> Amendment:
    """Give the rows of a correction or a bust that was carried out; `trade_day` is the trade date of the trade."""
    sides = {  # by whether it is the buyer's
        event.side == Side.BUY: (event, f"{entry.seq}-{index}", exec_ref_id(event))
        for index, event in enumerate(entry.events)
        if isinstance(event, Execution) and event.exec_type in AMENDING
    }
    if sides.keys() != {True, False}:
        raise InvariantError(f"Record {entry.seq} of the journal amends a trade without a report to each side.")
    report, buy_exec_id, buy_ref_id = sides[True]
    _, sell_exec_id, sell_ref_id = sides[False]
    status = "corrected" if command.qty else "busted"
    price, quantity = _price(command.px if command.qty else 0, scale), _quantity(command.qty, scale)
    trade_id = trade_id_of(command)
    line = (
        f"{entry.seq}\t{day}\t{moment}\t{trade_id}\t{status}\t{clean(report.symbol)}\t"
        f"{_price(command.traded_px, scale)}\t{_quantity(command.traded_qty, scale)}\t{price}\t{quantity}\t"
        f"{buy_exec_id}\t{buy_ref_id}\t{sell_exec_id}\t{sell_ref_id}\t{'t' if command.reinstate else 'f'}\t"
        f"{clean(command.text)}"
    )
    kept = price if command.qty else None
    return Amendment(line, TradeChange(status, kept, quantity, entry.seq, moment, trade_id, trade_day))


def exec_ref_id(event: Execution) -> str:
    """Give ExecRefID (19) of a report, "" for none."""
    detail = event.detail
    return f"{detail.exec_ref_seq}-{detail.exec_ref_index}" if detail is not None and detail.exec_ref_seq else ""


def phase_change(event: PhaseChanged, seq: int, index: int, day: str, moment: str) -> str:
    """Give the row of a change of phase."""
    return (
        f"{seq}\t{index}\t{day}\t{moment}\t{clean(event.symbol)}\t{event.phase}\t"
        f"{timestamp(event.until_ns) if event.until_ns else ''}\t{clean(event.reason)}\t{event.trade_date or ''}"
    )


def auction(event: Uncrossed, scale: Scale, seq: int, index: int, day: str, moment: str) -> str:
    """Give the row of an auction that ended in trades."""
    return (
        f"{seq}\t{index}\t{day}\t{moment}\t{clean(event.symbol)}\t{_price(event.price, scale)}\t"
        f"{_quantity(event.qty, scale)}\t{_quantity(event.imbalance_qty, scale)}"
    )


def _price(ticks: int, scale: Scale) -> str:
    return f"{ticks * scale.tick}{scale.tick_exponent}"


def _quantity(lots: int, scale: Scale) -> str:
    return f"{lots * scale.lot}{scale.lot_exponent}"


def timestamp(time_ns: int) -> str:
    """Print a time as Postgres reads it."""
    second, rest_ns = divmod(time_ns, NS_PER_S)
    return f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(second))}.{rest_ns // 1000:06d}+00"
