"""What a FIX version says differently: messages in become commands, events become messages out.

`inbound` and `outbound` hold what all versions share; `fix42`, `fix44`, `fix50` and `fix50sp2` are tables of what a
version prints.
"""

from __future__ import annotations

from tradsys_oms.fix.dialects.fix42 import FIX42
from tradsys_oms.fix.dialects.fix44 import FIX44
from tradsys_oms.fix.dialects.fix50 import FIX50
from tradsys_oms.fix.dialects.fix50sp2 import FIX50SP2
from tradsys_oms.fix.dialects.version import Version

VERSIONS: dict[str, Version] = {version.name: version for version in (FIX42, FIX44, FIX50, FIX50SP2)}
"""By the name that the configuration uses."""

__all__ = ["VERSIONS", "Version"]
