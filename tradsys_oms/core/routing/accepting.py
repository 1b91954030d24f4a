"""Acceptance: the first thing that a venue says of an order, or shows by what else it says.

What was sent is Pending New; from there FIX knows New and Rejected only (Volume 4, Order State Change Matrices).
"""

from __future__ import annotations

from tradsys_oms.core.fields import ExecType
from tradsys_oms.core.routing.children import NEW, Child
from tradsys_oms.core.routing.telling import tell
from tradsys_oms.core.work import Work


def accepted(work: Work, child: Child) -> None:
    """Note that a venue has an order; the broker is told New once, before all else that becomes of it."""
    away = child.away
    child.is_accepted = True
    for key in [key for key, request in child.requests.items() if request.kind == NEW]:
        del child.requests[key]
    if not away.is_accepted:
        away.is_accepted = True
        tell(work, away, ExecType.NEW)
