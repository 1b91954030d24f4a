"""FIX 4.2 (specification with errata 20010501): fills are ExecType 1 and 2, ExecTransType is on every report.

Replaced is an OrdStatus there and ranks below Partially Filled (Appendix D).
"""

from __future__ import annotations

from tradsys_oms.core.fields import OrdStatus
from tradsys_oms.fix.dialects.version import Version

FIX42 = Version(
    name="FIX.4.2",
    has_exec_trans_type=True,
    trade_exec_types={OrdStatus.PARTIALLY_FILLED: "1", OrdStatus.FILLED: "2"},
    replaced_ord_statuses={OrdStatus.NEW: "5"},
    trade_id_tag="",
    has_fields_of_44=False,
    ord_rej_reasons=frozenset(range(9)),
    ord_rej_reason_other=0,
    cxl_rej_reasons=frozenset(range(4)),
    cxl_rej_reason_other=2,
)
