"""FIX 5.0 SP2 (errata 20110818) over FIXT.1.1: as FIX 4.4, with more reasons."""

from __future__ import annotations

from tradsys_oms.fix.dialects.echo import ECHO_OF_50SP2
from tradsys_oms.fix.dialects.report_table import REPORTS
from tradsys_oms.fix.dialects.terms import Terms
from tradsys_oms.fix.dialects.version import Version

FIX50SP2 = Version(
    name="FIX.5.0SP2",
    reports=REPORTS,
    full={},
    terms=Terms("123456789ABCDEFGHIJKLMPQRS", "0123456789ABC"),
    echo=ECHO_OF_50SP2,
    trade_id_tag="880",
    has_fields_of_44=True,
    has_mass_action_report_id=True,
    restatement_reasons=frozenset((*range(21), 99)),
    restatement_reason_other=99,
    ord_rej_reasons=frozenset((*range(17), 18, 99)),
    ord_rej_reason_other=99,
    cxl_rej_reasons=frozenset((*range(9), 18, 99)),
    cxl_rej_reason_other=99,
)
