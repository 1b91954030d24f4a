"""FIX 4.2 (specification with errata 20010501): fills are ExecType 1 and 2, ExecTransType is on every report.

It has no ExecInst for a trading halt, no TimeInForce "at the close" (OrdType says that), no Market order whose rest
becomes a limit order, and no word for a stop that was triggered.
"""

from __future__ import annotations

from tradsys_oms.core.fields import OrdType
from tradsys_oms.fix.dialects.echo import ECHO_OF_42
from tradsys_oms.fix.dialects.report_table import FULL_OF_42, REPORTS_OF_42
from tradsys_oms.fix.dialects.terms import Terms
from tradsys_oms.fix.dialects.version import Version

FIX42 = Version(
    name="FIX.4.2",
    reports=REPORTS_OF_42,
    full=FULL_OF_42,
    terms=Terms("123456789ABCDEFGHIP", "0123456", on_close={OrdType.MARKET: "5", OrdType.LIMIT: "B"}),
    echo=ECHO_OF_42,
    trade_id_tag="",
    has_fields_of_44=False,
    has_mass_action_report_id=False,
    restatement_reasons=frozenset(range(6)),
    restatement_reason_other=4,  # broker option
    ord_rej_reasons=frozenset(range(9)),
    ord_rej_reason_other=0,
    cxl_rej_reasons=frozenset(range(4)),
    cxl_rej_reason_other=2,
)
