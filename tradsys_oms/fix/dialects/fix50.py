"""FIX 5.0 (December 2006) over FIXT.1.1: prints what FIX 4.4 prints, with one more reason for either reject.

TrdMatchID (880) is no field of its ExecutionReport, and OrdRejReason 16 no value, before FIX 5.0 SP2.
"""

from __future__ import annotations

from tradsys_oms.fix.dialects.version import Version

FIX50 = Version(
    name="FIX.5.0",
    has_exec_trans_type=False,
    trade_exec_types={},
    replaced_ord_statuses={},
    trade_id_tag="527",
    has_fields_of_44=True,
    ord_rej_reasons=frozenset((*range(16), 18, 99)),
    ord_rej_reason_other=99,
    cxl_rej_reasons=frozenset((*range(7), 18, 99)),
    cxl_rej_reason_other=99,
)
