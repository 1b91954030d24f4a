"""FIX 4.4 (errata 20030618): every fill is ExecType F (Trade), a status is ExecType I.

ExecType L (Triggered) came with FIX 5.0; our dictionary takes it over.
"""

from __future__ import annotations

from tradsys_oms.fix.dialects.echo import ECHO_OF_44
from tradsys_oms.fix.dialects.report_table import REPORTS
from tradsys_oms.fix.dialects.terms import Terms
from tradsys_oms.fix.dialects.version import Version

FIX44 = Version(
    name="FIX.4.4",
    reports=REPORTS,
    full={},
    terms=Terms("12346789DEGIJKLMP", "01234567"),
    echo=ECHO_OF_44,
    trade_id_tag="527",
    has_fields_of_44=True,
    has_mass_action_report_id=False,
    restatement_reasons=frozenset((*range(11), 99)),
    restatement_reason_other=99,
    ord_rej_reasons=frozenset((*range(12), 13, 14, 15, 99)),
    ord_rej_reason_other=99,
    cxl_rej_reasons=frozenset((*range(7), 99)),
    cxl_rej_reason_other=99,
)
