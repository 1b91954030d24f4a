"""FIX 5.0 SP2 (errata 20110818) over FIXT.1.1: as FIX 4.4, with more reasons."""

from __future__ import annotations

from tradsys_oms.fix.dialects.version import Version

FIX50SP2 = Version(
    name="FIX.5.0SP2",
    has_exec_trans_type=False,
    trade_exec_types={},
    replaced_ord_statuses={},
    trade_id_tag="880",
    has_fields_of_44=True,
    ord_rej_reasons=frozenset((*range(17), 18, 99)),
    ord_rej_reason_other=99,
    cxl_rej_reasons=frozenset((*range(9), 18, 99)),
    cxl_rej_reason_other=99,
)
