"""OrdType and TimeInForce of an order that comes in, and the fields that they require.

Whether they go together is for the core to judge; here a field that the standard requires under a condition has to be
there (FIX 5.0 SP2 Volume 4, "New Order Single"), and the OrdTypes "on close" of FIX 4.2 and 5.0 become what later
versions say in their place: a Market or Limit order with TimeInForce "at the close" (Volume 6, field 40).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tradsys_oms.core.fields import OrdType, TimeInForce
from tradsys_oms.fix.errors import ConditionallyRequiredFieldMissing

ON_CLOSE: Final = {"5": OrdType.MARKET, "A": OrdType.MARKET, "B": OrdType.LIMIT}
"""Market on close, on close, limit on close."""
PEGS_OF_STANDARD: Final = frozenset("LMOPRTWad")
"""Values of ExecInst (18) that peg, whether we have them or not."""

_PRICE, _STOP_PX = ("44", "Price (44)"), ("99", "StopPx (99)")
_REQUIRED: Final[dict[str, tuple[str, tuple[tuple[str, str], ...]]]] = {
    OrdType.LIMIT: ("a Limit order", (_PRICE,)),
    OrdType.STOP: ("a Stop order", (_STOP_PX,)),
    OrdType.STOP_LIMIT: ("a Stop Limit order", (_PRICE, _STOP_PX)),
    "B": ("a Limit on close order", (_PRICE,)),
}


def read_terms(fields: Mapping[str, str], ord_type: str, time_in_force: str) -> tuple[str, str, str]:
    """Give OrdType, TimeInForce, and what of them can't be done, as a sentence.

    Raises ConditionallyRequiredFieldMissing.
    """
    order, required = _REQUIRED.get(ord_type, ("", ()))
    for tag, name in required:
        if tag not in fields:
            raise ConditionallyRequiredFieldMissing(tag, f"{name} is required for {order}")
    has_peg = "1094" in fields or not PEGS_OF_STANDARD.isdisjoint(fields.get("18", "").split())
    if ord_type == OrdType.PEGGED and not has_peg:
        what = "PegPriceType (1094), or a peg in ExecInst (18), is required for a Pegged order"
        raise ConditionallyRequiredFieldMissing("1094", what)
    if time_in_force == TimeInForce.GTD and "432" not in fields and "126" not in fields:
        what = "ExpireDate (432) or ExpireTime (126) is required for TimeInForce (59) 6"
        raise ConditionallyRequiredFieldMissing("432", what)
    on_close = ON_CLOSE.get(ord_type)
    if on_close is None:
        return ord_type, time_in_force, ""
    if time_in_force in (TimeInForce.DAY, TimeInForce.ATC):
        return on_close, TimeInForce.ATC, ""
    return on_close, time_in_force, f"TimeInForce (59) {time_in_force} with OrdType (40) {ord_type} is not supported"
