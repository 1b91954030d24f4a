"""What an ExecutionReport says about its cause and the state of the order, in each version: one table.

ExecType (150) says why a report is sent, OrdStatus (39) what the order is now. FIX 4.2 says with ExecTransType (20)
that a report cancels or corrects an execution, or only answers a question. In an answer 150 is like 39 (FIX 4.2
Appendix D, D26). A report about an execution says Fill where the order is Filled, and else Partial Fill, even where the
order is canceled or has no fills any more (D34, D35). FIX 4.2 has no word for a stop that was triggered: no report is
made there.

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
    Row(ExecType.NEW, "0", "0 0 0", "0 0"),
    Row(ExecType.TRADE, "1", "0 1 1", "F 1"),
    Row(ExecType.TRADE, "2", "0 2 2", "F 2"),
    Row(ExecType.DONE_FOR_DAY, "3", "0 3 3", "3 3"),
    Row(ExecType.CANCELED, "4", "0 4 4", "4 4"),
    Row(ExecType.EXPIRED, "C", "0 C C", "C C"),
    Row(ExecType.REPLACED, "0", "0 5 5", "5 0"),
    Row(ExecType.REPLACED, "1", "0 5 1", "5 1"),
    Row(ExecType.REPLACED, "2", "0 5 2", "5 2"),
    Row(ExecType.RESTATED, "0", "0 D 0", "D 0"),
    Row(ExecType.RESTATED, "1", "0 D 1", "D 1"),
    Row(ExecType.RESTATED, "2", "0 D 2", "D 2"),
    Row(ExecType.RESTATED, "3", "0 D 3", "D 3"),
    Row(ExecType.TRIGGERED, "0", "", "L 0"),
    Row(ExecType.TRIGGERED, "1", "", "L 1"),
    Row(ExecType.TRADE_CORRECT, "0", "2 1 0", "G 0"),
    Row(ExecType.TRADE_CORRECT, "1", "2 1 1", "G 1"),
    Row(ExecType.TRADE_CORRECT, "2", "2 2 2", "G 2"),
    Row(ExecType.TRADE_CORRECT, "3", "2 1 3", "G 3"),
    Row(ExecType.TRADE_CORRECT, "4", "2 1 4", "G 4"),
    Row(ExecType.TRADE_CORRECT, "C", "2 1 C", "G C"),
    Row(ExecType.TRADE_CANCEL, "0", "1 1 0", "H 0"),
    Row(ExecType.TRADE_CANCEL, "1", "1 1 1", "H 1"),
    Row(ExecType.TRADE_CANCEL, "2", "1 2 2", "H 2"),
    Row(ExecType.TRADE_CANCEL, "3", "1 1 3", "H 3"),
    Row(ExecType.TRADE_CANCEL, "4", "1 1 4", "H 4"),
    Row(ExecType.TRADE_CANCEL, "C", "1 1 C", "H C"),
    Row(ExecType.ORDER_STATUS, "0", "3 0 0", "I 0"),
    Row(ExecType.ORDER_STATUS, "1", "3 1 1", "I 1"),
    Row(ExecType.ORDER_STATUS, "2", "3 2 2", "I 2"),
    Row(ExecType.ORDER_STATUS, "3", "3 3 3", "I 3"),
    Row(ExecType.ORDER_STATUS, "4", "3 4 4", "I 4"),
    Row(ExecType.ORDER_STATUS, "8", "3 8 8", "I 8"),
    Row(ExecType.ORDER_STATUS, "C", "3 C C", "I C"),
    # An order refused; or one whose ClOrdID is used, with the state of the order that has it (FIX 4.4 Volume 4, F.1).
    Row(ExecType.REJECTED, "0", "0 8 0", "8 0"),
    Row(ExecType.REJECTED, "1", "0 8 1", "8 1"),
    Row(ExecType.REJECTED, "2", "0 8 2", "8 2"),
    Row(ExecType.REJECTED, "3", "0 8 3", "8 3"),
    Row(ExecType.REJECTED, "4", "0 8 4", "8 4"),
    Row(ExecType.REJECTED, "8", "0 8 8", "8 8"),
    Row(ExecType.REJECTED, "C", "0 8 C", "8 C"),
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
