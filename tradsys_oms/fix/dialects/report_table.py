"""What an ExecutionReport says about its cause and the state of the order, in each version: one table.

ExecType (150) says why a report is sent, OrdStatus (39) what the order is now. FIX 4.2 says with ExecTransType (20)
that a report cancels or corrects an execution, or only answers a question. In an answer 150 is like 39 (FIX 4.2
Appendix D, D26). A report about an execution says Fill where the order has all that it wants, and else Partial Fill,
even where the order is canceled or has no fills any more (D34, D35). FIX 4.2 has no word for a stop that was triggered:
no report is made there.

Orders on our own books are never Pending, Stopped or Suspended; orders at other markets can be all of it, and the
state that ranks highest hides the others. A guarantee (Stopped) is a Partial Fill in D37 of FIX 4.2, though nothing is
filled; here it is Stopped, as later versions have it (FIX 4.4 Volume 4, L.1.a).

What is not in the table can't be reported; if it happens, the process stops.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from tradsys_oms.core.fields import ExecType, OrdStatus
from tradsys_oms.errors import InvariantError

REPLACED_OF_42: Final = "5"
"""Replaced, an OrdStatus of FIX 4.2 only."""

PRECEDENCE: Final[dict[str, int]] = {
    OrdStatus.PENDING_CANCEL: 11,
    OrdStatus.PENDING_REPLACE: 10,
    OrdStatus.DONE_FOR_DAY: 9,
    OrdStatus.CALCULATED: 8,
    OrdStatus.FILLED: 7,
    OrdStatus.STOPPED: 6,
    OrdStatus.SUSPENDED: 5,
    OrdStatus.CANCELED: 4,
    OrdStatus.EXPIRED: 4,
    OrdStatus.PARTIALLY_FILLED: 3,
    OrdStatus.NEW: 2,
    OrdStatus.REJECTED: 2,
    OrdStatus.PENDING_NEW: 2,
    REPLACED_OF_42: 2,
    OrdStatus.ACCEPTED_FOR_BIDDING: 1,
}
"""Of several states that an order is in, the highest is its OrdStatus: FIX 4.4 Volume 4, Execution Reports. Replaced
stands above New there, and below Partially Filled (FIX 4.2 Appendix D, D13).
"""


class Row(NamedTuple):
    """One kind of report, and its codes in the versions."""

    exec_type: str
    ord_status: str
    fix42: str
    """ExecTransType (20), ExecType (150), OrdStatus (39); "" where no report is made."""
    later: str
    """ExecType (150) and OrdStatus (39) in FIX 4.4, 5.0 and 5.0 SP2."""


ROWS: Final = (
    #                              39   FIX 4.2: 20, 150, 39   later: 150, 39
    Row(ExecType.PENDING_NEW, "6", "0 A 6", "A 6"),
    Row(ExecType.PENDING_NEW, "A", "0 A A", "A A"),
    Row(ExecType.PENDING_NEW, "E", "0 A E", "A E"),
    Row(ExecType.NEW, "0", "0 0 0", "0 0"),
    Row(ExecType.TRADE, "1", "0 1 1", "F 1"),
    Row(ExecType.TRADE, "2", "0 2 2", "F 2"),
    Row(ExecType.TRADE, "3", "0 1 3", "F 3"),
    Row(ExecType.TRADE, "4", "0 1 4", "F 4"),
    Row(ExecType.TRADE, "6", "0 1 6", "F 6"),
    Row(ExecType.TRADE, "7", "0 1 7", "F 7"),
    Row(ExecType.TRADE, "8", "0 1 8", "F 8"),
    Row(ExecType.TRADE, "9", "0 1 9", "F 9"),
    Row(ExecType.TRADE, "B", "0 1 B", "F B"),
    Row(ExecType.TRADE, "C", "0 1 C", "F C"),
    Row(ExecType.TRADE, "E", "0 1 E", "F E"),
    Row(ExecType.DONE_FOR_DAY, "3", "0 3 3", "3 3"),
    Row(ExecType.DONE_FOR_DAY, "6", "0 3 6", "3 6"),
    Row(ExecType.DONE_FOR_DAY, "E", "0 3 E", "3 E"),
    Row(ExecType.CANCELED, "4", "0 4 4", "4 4"),
    Row(ExecType.EXPIRED, "C", "0 C C", "C C"),
    Row(ExecType.PENDING_CANCEL, "6", "0 6 6", "6 6"),
    Row(ExecType.PENDING_REPLACE, "6", "0 E 6", "E 6"),
    Row(ExecType.PENDING_REPLACE, "E", "0 E E", "E E"),
    Row(ExecType.REPLACED, "0", "0 5 5", "5 0"),
    Row(ExecType.REPLACED, "1", "0 5 1", "5 1"),
    Row(ExecType.REPLACED, "2", "0 5 2", "5 2"),
    Row(ExecType.REPLACED, "3", "0 5 3", "5 3"),
    Row(ExecType.REPLACED, "6", "0 5 6", "5 6"),
    Row(ExecType.REPLACED, "7", "0 5 7", "5 7"),
    Row(ExecType.REPLACED, "9", "0 5 9", "5 9"),
    Row(ExecType.REPLACED, "A", "0 5 5", "5 A"),
    Row(ExecType.REPLACED, "E", "0 5 E", "5 E"),
    Row(ExecType.RESTATED, "0", "0 D 0", "D 0"),
    Row(ExecType.RESTATED, "1", "0 D 1", "D 1"),
    Row(ExecType.RESTATED, "2", "0 D 2", "D 2"),
    Row(ExecType.RESTATED, "3", "0 D 3", "D 3"),
    Row(ExecType.RESTATED, "6", "0 D 6", "D 6"),
    Row(ExecType.RESTATED, "7", "0 D 7", "D 7"),
    Row(ExecType.RESTATED, "9", "0 D 9", "D 9"),
    Row(ExecType.RESTATED, "A", "0 D A", "D A"),
    Row(ExecType.RESTATED, "B", "0 D B", "D B"),
    Row(ExecType.RESTATED, "E", "0 D E", "D E"),
    Row(ExecType.STOPPED, "6", "0 7 6", "7 6"),
    Row(ExecType.STOPPED, "7", "0 7 7", "7 7"),
    Row(ExecType.STOPPED, "E", "0 7 E", "7 E"),
    Row(ExecType.SUSPENDED, "6", "0 9 6", "9 6"),
    Row(ExecType.SUSPENDED, "7", "0 9 7", "9 7"),
    Row(ExecType.SUSPENDED, "9", "0 9 9", "9 9"),
    Row(ExecType.SUSPENDED, "E", "0 9 E", "9 E"),
    Row(ExecType.CALCULATED, "2", "0 B 2", "B 2"),
    Row(ExecType.CALCULATED, "3", "0 B 3", "B 3"),
    Row(ExecType.CALCULATED, "6", "0 B 6", "B 6"),
    Row(ExecType.CALCULATED, "B", "0 B B", "B B"),
    Row(ExecType.CALCULATED, "E", "0 B E", "B E"),
    Row(ExecType.TRIGGERED, "0", "", "L 0"),
    Row(ExecType.TRIGGERED, "1", "", "L 1"),
    Row(ExecType.TRIGGERED, "6", "", "L 6"),
    Row(ExecType.TRIGGERED, "7", "", "L 7"),
    Row(ExecType.TRIGGERED, "9", "", "L 9"),
    Row(ExecType.TRIGGERED, "E", "", "L E"),
    Row(ExecType.TRADE_CORRECT, "0", "2 1 0", "G 0"),
    Row(ExecType.TRADE_CORRECT, "1", "2 1 1", "G 1"),
    Row(ExecType.TRADE_CORRECT, "2", "2 2 2", "G 2"),
    Row(ExecType.TRADE_CORRECT, "3", "2 1 3", "G 3"),
    Row(ExecType.TRADE_CORRECT, "4", "2 1 4", "G 4"),
    Row(ExecType.TRADE_CORRECT, "6", "2 1 6", "G 6"),
    Row(ExecType.TRADE_CORRECT, "7", "2 1 7", "G 7"),
    Row(ExecType.TRADE_CORRECT, "8", "2 1 8", "G 8"),
    Row(ExecType.TRADE_CORRECT, "9", "2 1 9", "G 9"),
    Row(ExecType.TRADE_CORRECT, "B", "2 1 B", "G B"),
    Row(ExecType.TRADE_CORRECT, "C", "2 1 C", "G C"),
    Row(ExecType.TRADE_CORRECT, "E", "2 1 E", "G E"),
    Row(ExecType.TRADE_CANCEL, "0", "1 1 0", "H 0"),
    Row(ExecType.TRADE_CANCEL, "1", "1 1 1", "H 1"),
    Row(ExecType.TRADE_CANCEL, "2", "1 2 2", "H 2"),
    Row(ExecType.TRADE_CANCEL, "3", "1 1 3", "H 3"),
    Row(ExecType.TRADE_CANCEL, "4", "1 1 4", "H 4"),
    Row(ExecType.TRADE_CANCEL, "6", "1 1 6", "H 6"),
    Row(ExecType.TRADE_CANCEL, "7", "1 1 7", "H 7"),
    Row(ExecType.TRADE_CANCEL, "8", "1 1 8", "H 8"),
    Row(ExecType.TRADE_CANCEL, "9", "1 1 9", "H 9"),
    Row(ExecType.TRADE_CANCEL, "A", "1 1 A", "H A"),
    Row(ExecType.TRADE_CANCEL, "B", "1 1 B", "H B"),
    Row(ExecType.TRADE_CANCEL, "C", "1 1 C", "H C"),
    Row(ExecType.TRADE_CANCEL, "E", "1 1 E", "H E"),
    Row(ExecType.ORDER_STATUS, "0", "3 0 0", "I 0"),
    Row(ExecType.ORDER_STATUS, "1", "3 1 1", "I 1"),
    Row(ExecType.ORDER_STATUS, "2", "3 2 2", "I 2"),
    Row(ExecType.ORDER_STATUS, "3", "3 3 3", "I 3"),
    Row(ExecType.ORDER_STATUS, "4", "3 4 4", "I 4"),
    Row(ExecType.ORDER_STATUS, "6", "3 6 6", "I 6"),
    Row(ExecType.ORDER_STATUS, "7", "3 7 7", "I 7"),
    Row(ExecType.ORDER_STATUS, "8", "3 8 8", "I 8"),
    Row(ExecType.ORDER_STATUS, "9", "3 9 9", "I 9"),
    Row(ExecType.ORDER_STATUS, "A", "3 A A", "I A"),
    Row(ExecType.ORDER_STATUS, "B", "3 B B", "I B"),
    Row(ExecType.ORDER_STATUS, "C", "3 C C", "I C"),
    Row(ExecType.ORDER_STATUS, "E", "3 E E", "I E"),
    # An order refused; or one whose ClOrdID is used, with the state of the order that has it (FIX 4.4 Volume 4, F.1).
    Row(ExecType.REJECTED, "0", "0 8 0", "8 0"),
    Row(ExecType.REJECTED, "1", "0 8 1", "8 1"),
    Row(ExecType.REJECTED, "2", "0 8 2", "8 2"),
    Row(ExecType.REJECTED, "3", "0 8 3", "8 3"),
    Row(ExecType.REJECTED, "4", "0 8 4", "8 4"),
    Row(ExecType.REJECTED, "6", "0 8 6", "8 6"),
    Row(ExecType.REJECTED, "7", "0 8 7", "8 7"),
    Row(ExecType.REJECTED, "8", "0 8 8", "8 8"),
    Row(ExecType.REJECTED, "9", "0 8 9", "8 9"),
    Row(ExecType.REJECTED, "A", "0 8 A", "8 A"),
    Row(ExecType.REJECTED, "B", "0 8 B", "8 B"),
    Row(ExecType.REJECTED, "C", "0 8 C", "8 C"),
    Row(ExecType.REJECTED, "E", "0 8 E", "8 E"),
)


class Reports(dict[str, str]):
    """ExecType and OrdStatus of an event, put together -> the fields that a version prints; "" for no report."""

    def __missing__(self, key: str) -> str:
        raise InvariantError(f"No report has ExecType {key[:1]!r} and OrdStatus {key[1:]!r}.")


def _printed(tags: str, codes: str) -> str:
    pairs = zip(tags.split(), codes.split(), strict=True) if codes else ()
    return "".join(f"{tag}={code}\x01" for tag, code in pairs)


REPORTS_OF_42: Final = Reports({row.exec_type + row.ord_status: _printed("20 150 39", row.fix42) for row in ROWS})
REPORTS: Final = Reports({row.exec_type + row.ord_status: _printed("150 39", row.later) for row in ROWS})

EXECUTIONS: Final = frozenset((ExecType.TRADE, ExecType.TRADE_CORRECT, ExecType.TRADE_CANCEL))
"""ExecTypes of reports about an execution."""
FULL_OF_42: Final = {text: text.replace("150=1", "150=2") for text in REPORTS_OF_42.values()}
"""What FIX 4.2 prints in place of a report about an execution when the order has all that it wants: Fill, whatever its
OrdStatus hides."""
