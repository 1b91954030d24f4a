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


ANY: Final = "012346789ABCE"
"""Each OrdStatus that an order can have here. At other markets nearly any cause can meet any of them: what a cause
changes may be hidden by a state that ranks higher, and venues report late."""


class Cause(NamedTuple):
    """A cause of reports, and how FIX 4.2 says it. Later versions print ExecType and OrdStatus as they are."""

    exec_type: str
    fix42: str
    """ExecTransType (20) and ExecType (150), "=" for that of OrdStatus; "" where no report is made."""
    states: str
    """What the order may be: OrdStatus (39)."""


CAUSES: Final = (
    Cause(ExecType.PENDING_NEW, "0 A", ANY),
    Cause(ExecType.NEW, "0 0", OrdStatus.NEW),
    Cause(ExecType.TRADE, "0 1", ANY),
    Cause(ExecType.DONE_FOR_DAY, "0 3", ANY),
    Cause(ExecType.CANCELED, "0 4", ANY),
    Cause(ExecType.EXPIRED, "0 C", ANY),
    Cause(ExecType.PENDING_CANCEL, "0 6", ANY),
    Cause(ExecType.PENDING_REPLACE, "0 E", ANY),
    Cause(ExecType.REPLACED, "0 5", ANY),
    Cause(ExecType.RESTATED, "0 D", ANY),
    Cause(ExecType.STOPPED, "0 7", ANY),
    Cause(ExecType.SUSPENDED, "0 9", ANY),
    Cause(ExecType.CALCULATED, "0 B", ANY),
    Cause(ExecType.TRIGGERED, "", ANY),
    Cause(ExecType.TRADE_CORRECT, "2 1", ANY),
    Cause(ExecType.TRADE_CANCEL, "1 1", ANY),
    Cause(ExecType.ORDER_STATUS, "3 =", ANY),
    # An order refused; or one whose ClOrdID is used, with the state of the order that has it (FIX 4.4 Volume 4, F.1).
    Cause(ExecType.REJECTED, "0 8", ANY),
)

EXECUTIONS: Final = frozenset((ExecType.TRADE, ExecType.TRADE_CORRECT, ExecType.TRADE_CANCEL))
"""ExecTypes of reports about an execution: FIX 4.2 says Partial Fill or Fill."""


class Row(NamedTuple):
    """One kind of report, and its codes in the versions."""

    exec_type: str
    ord_status: str
    fix42: str
    """ExecTransType (20), ExecType (150), OrdStatus (39); "" where no report is made."""
    later: str
    """ExecType (150) and OrdStatus (39) in FIX 4.4, 5.0 and 5.0 SP2."""


def _row(cause: Cause, ord_status: str) -> Row:
    exec_type, fix42, of_42 = cause.exec_type, cause.fix42.replace("=", ord_status), ord_status
    if exec_type in EXECUTIONS and ord_status == OrdStatus.FILLED:
        fix42 = f"{fix42[:-1]}2"
    if exec_type == ExecType.REPLACED and ord_status in (OrdStatus.NEW, OrdStatus.PENDING_NEW):
        of_42 = REPLACED_OF_42
    return Row(exec_type, ord_status, f"{fix42} {of_42}" if fix42 else "", f"{exec_type} {ord_status}")


ROWS: Final = tuple(_row(cause, ord_status) for cause in CAUSES for ord_status in cause.states)


class Reports(dict[str, str]):
    """ExecType and OrdStatus of an event, put together -> the fields that a version prints; "" for no report."""

    def __missing__(self, key: str) -> str:
        raise InvariantError(f"No report has ExecType {key[:1]!r} and OrdStatus {key[1:]!r}.")


def _printed(tags: str, codes: str) -> str:
    pairs = zip(tags.split(), codes.split(), strict=True) if codes else ()
    return "".join(f"{tag}={code}\x01" for tag, code in pairs)


REPORTS_OF_42: Final = Reports({row.exec_type + row.ord_status: _printed("20 150 39", row.fix42) for row in ROWS})
REPORTS: Final = Reports({row.exec_type + row.ord_status: _printed("150 39", row.later) for row in ROWS})

FULL_OF_42: Final = {text: text.replace("150=1", "150=2") for text in REPORTS_OF_42.values()}
"""What FIX 4.2 prints in place of a report about an execution when the order has all that it wants: Fill, whatever its
OrdStatus hides."""
