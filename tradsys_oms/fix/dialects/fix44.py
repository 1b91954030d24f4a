"""FIX 4.4 (errata 20030618): every fill is ExecType F (Trade), a status is ExecType I."""

from __future__ import annotations

from tradsys_oms.fix.dialects.version import Version

FIX44 = Version(
    name="FIX.4.4",
    has_exec_trans_type=False,
    trade_exec_types={},
    replaced_ord_statuses={},
    trade_id_tag="527",
    has_fields_of_44=True,
    ord_rej_reasons=frozenset((*range(12), 13, 14, 15, 99)),
    ord_rej_reason_other=99,
    cxl_rej_reasons=frozenset((*range(7), 99)),
    cxl_rej_reason_other=99,
)
