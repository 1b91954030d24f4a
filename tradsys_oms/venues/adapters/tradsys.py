"""Another TradSys, as `docs/fix-protocol.md` and `docs/exchange-rules.md` say what it speaks.

It has OrderMassStatusRequest (35=AF) in all versions, and takes the prevention of self-matches in the tags of CME
Globex where a version has none. It gives no market data. Password (554) is needed if its session has one.
"""

from __future__ import annotations

from msgspec import structs

from tradsys_oms.venues.adapters.versions import Fix42, Fix44, Fix50sp2


class Tradsys42(Fix42):
    """A TradSys that is spoken to in FIX 4.2."""

    dialect = structs.replace(
        Fix42.dialect, name="tradsys42", dictionary="FIX.4.2", can_mass_status=True, can_quote=False
    )
    takes_self_match = True


class Tradsys44(Fix44):
    """A TradSys that is spoken to in FIX 4.4."""

    dialect = structs.replace(Fix44.dialect, name="tradsys44", dictionary="FIX.4.4", can_quote=False)
    takes_self_match = True


class Tradsys50sp2(Fix50sp2):
    """A TradSys that is spoken to in FIX 5.0 SP2."""

    dialect = structs.replace(Fix50sp2.dialect, name="tradsys50sp2", dictionary="FIX.5.0SP2", can_quote=False)
