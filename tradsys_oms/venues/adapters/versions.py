"""The plain dialects: FIX 4.2, 4.4 and 5.0 SP2 as they are written.

FIX 4.2 has no OrderMassStatusRequest, and needs HandlInst (21) in orders. Its dialect and the others say nothing that
their version doesn't have: what a broker asks for beyond that is not sent.

They name no dictionary. Ours know neither market data, trade capture nor positions, and any group that a venue adds to
its reports would make QuickFIX reject a fill; what a message needs is checked by the readers.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.fix.dialects.fix42 import FIX42
from tradsys_oms.fix.dialects.fix44 import FIX44
from tradsys_oms.fix.dialects.fix50sp2 import FIX50SP2
from tradsys_oms.venues.adapters.adapter import Dialect
from tradsys_oms.venues.adapters.reports import Reports
from tradsys_oms.venues.adapters.standard import StandardAdapter

FIXT: Final = "FIXT.1.1"
SP2: Final = "9"
"""ApplVerID of FIX 5.0 SP2."""
LOGON: Final = ("username", "password")
OPTIONS: Final = {
    "clord_id_prefix": "Stands before each ClOrdID, so that two journals never use the same one.",
    "owner": "Member and account, as member/account, of executions elsewhere whose account is not named.",
}


class Fix42(StandardAdapter):
    """FIX 4.2 (specification with errata 20010501)."""

    dialect = Dialect("fix42", "FIX.4.2", can_quote=True, credentials_optional=LOGON, options=OPTIONS)
    version = FIX42
    reports = Reports((17, 20, 150, 39, 55, 54, 14, 151, 6), has_exec_trans_type=True)
    has_handl_inst = True


class Fix44(StandardAdapter):
    """FIX 4.4 (errata 20030618)."""

    dialect = Dialect(
        "fix44",
        "FIX.4.4",
        can_mass_status=True,
        can_quote=True,
        credentials_optional=LOGON,
        options=OPTIONS,
    )
    version = FIX44


class Fix50sp2(StandardAdapter):
    """FIX 5.0 SP2 (errata 20110818) over FIXT.1.1."""

    dialect = Dialect(
        "fix50sp2",
        FIXT,
        SP2,
        can_mass_status=True,
        can_quote=True,
        credentials_optional=LOGON,
        options=OPTIONS,
    )
    version = FIX50SP2
