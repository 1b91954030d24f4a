"""FIX 5.0 (December 2006) over FIXT.1.1: prints what FIX 4.4 prints, with one more reason for either reject.

TrdMatchID (880) is no field of its ExecutionReport, and OrdRejReason 16 no value, before FIX 5.0 SP2.
"""

from __future__ import annotations

from tradsys_oms.fix.dialects.echo import ECHO_OF_50
from tradsys_oms.fix.dialects.report_table import REPORTS
from tradsys_oms.fix.dialects.terms import Terms
from tradsys_oms.fix.dialects.version import Version

FIX50 = Version(
    name="FIX.5.0",
    reports=REPORTS,
    full={},
    terms=Terms("123456789ABCDEFGHIJKLMPQ", "01234567"),
    echo=ECHO_OF_50,
    trade_id_tag="527",
    has_fields_of_44=True,
    has_mass_action_report_id=False,
    restatement_reasons=frozenset((*range(12), 99)),
    restatement_reason_other=99,
    ord_rej_reasons=frozenset((*range(16), 18, 99)),
    ord_rej_reason_other=99,
    cxl_rej_reasons=frozenset((*range(7), 18, 99)),
    cxl_rej_reason_other=99,
)
