"""The questions that a FIX version answers, as one struct that each version's file fills in."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from tradsys_oms.fix.dialects.echo import Echo
from tradsys_oms.fix.dialects.report_table import Reports
from tradsys_oms.fix.dialects.terms import Terms


class Version(Struct, frozen=True):
    """How one FIX version prints the core's field values (which are those of FIX 5.0 SP2)."""

    name: str
    reports: Reports
    full: Mapping[str, str]
    """What of `reports` is printed in another way about an execution after which the order has all that it wants."""
    terms: Terms
    echo: Echo
    trade_id_tag: str
    """Where TradeID is printed: TrdMatchID (880), SecondaryExecID (527) where a report lacks that, "" for nowhere."""
    has_fields_of_44: bool
    """LastLiquidityInd (851), OrdStatusReqID (790), PeggedPrice (839), and Text in a SecurityStatus exist."""
    has_mass_action_report_id: bool
    """An OrderMassCancelReport needs MassActionReportID (1369)."""
    restatement_reasons: frozenset[int]
    """Values of ExecRestatementReason (378) that the version knows, of those that are given."""
    restatement_reason_other: int
    """What is printed for the others."""
    ord_rej_reasons: frozenset[int]
    """Values of OrdRejReason (103) that the version knows."""
    ord_rej_reason_other: int
    """What is printed for the others."""
    cxl_rej_reasons: frozenset[int]
    """Values of CxlRejReason (102) that the version knows."""
    cxl_rej_reason_other: int
