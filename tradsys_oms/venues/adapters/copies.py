"""Executions done elsewhere: ExecutionReport (35=8) and TradeCaptureReport (35=AE) of a drop copy session.

Only what changes a position counts: trades, corrections and busts. An account that the settings don't name is nobody's,
and its executions wait for an operator.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.commands import DropCopy
from tradsys_oms.core.fields import ExecType
from tradsys_oms.venues.adapters.incoming import Incoming, Unreadable
from tradsys_oms.venues.adapters.names import Names
from tradsys_oms.venues.adapters.reports import AMENDMENTS, EXECUTIONS, Reports, read_exec_type

EXEC_TYPE_OF_REPORT: Final = {
    "": ExecType.TRADE,
    "0": ExecType.TRADE,
    "1": ExecType.TRADE_CANCEL,
    "2": ExecType.TRADE_CORRECT,
    "4": ExecType.TRADE_CANCEL,
}
"""TradeReportTransType (487): New, Cancel, Replace, and Reverse, which cancels too."""


def read_copy(venue: str, message: Incoming, names: Names, how: Reports) -> list[DropCopy]:
    """Read an ExecutionReport; none where nothing was executed. Raise Unreadable."""
    exec_type = read_exec_type(message, how)
    if exec_type not in EXECUTIONS and exec_type not in AMENDMENTS:
        return []
    return [_copy(venue, message, message, names, exec_type, message.required(17), message.text(19))]


def read_trade_capture(venue: str, message: Incoming, names: Names) -> list[DropCopy]:
    """Read a TradeCaptureReport: one execution for each side. Raise Unreadable.

    Where it has both sides, the side is put behind the id of each, as an id counts once.
    """
    trans = message.text(487)
    exec_type = EXEC_TYPE_OF_REPORT.get(trans)
    if exec_type is None:
        raise Unreadable(f"TradeReportTransType (487) {trans} is none that is read.")
    exec_id, exec_ref_id = message.required(571), message.text(572)
    sides = message.entries(552, 54)
    if not sides:
        raise Unreadable("NoSides (552) is missing: nobody has traded.")
    if len(sides) == 1:
        return [_copy(venue, message, sides[0], names, exec_type, exec_id, exec_ref_id)]
    return [
        _copy(
            venue,
            message,
            side,
            names,
            exec_type,
            f"{exec_id}-{side.required(54)}",
            f"{exec_ref_id}-{side.required(54)}" if exec_ref_id else "",
        )
        for side in sides
    ]


def _copy(
    venue: str, trade: Incoming, side: Incoming, names: Names, exec_type: str, exec_id: str, exec_ref_id: str
) -> DropCopy:
    """Put what a trade and one side of it say into a command."""
    their_account = side.text(1)
    member, account = names.owner(their_account)
    if not member:
        raise Unreadable(f"Account (1) {their_account!r} is nobody's: name it in the settings of the venue.")
    if exec_type in AMENDMENTS and not exec_ref_id:
        raise Unreadable("It changes an execution, and does not say which.")
    last_qty, last_px = 0, 0
    if exec_type in EXECUTIONS:
        trade.required(31)
        trade.required(32)
        last_qty, last_px = trade.qty(32), trade.decimal(31) or 0
    symbol = names.our_symbol(trade.required(55))
    if exec_type not in AMENDMENTS:
        exec_ref_id = ""
    return DropCopy(
        *(venue, 0, exec_id, exec_ref_id, exec_type, member, account, symbol, side.required(54)),
        *(last_qty, last_px, trade.words()),
    )
