"""Which instructions go together: OrdType, TimeInForce and the rest, as tables.

Each rule gives a sentence that names what does not go with what; nothing is ever turned into something else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from tradsys_oms.core.commands import PLAIN, Instructions
from tradsys_oms.core.fields import ExecInst, OrdType, PegPriceType, TimeInForce, TriggerPriceType
from tradsys_oms.core.risk.terms import Terms

_RESTING: Final = (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD)
_AT_ONCE: Final = (TimeInForce.IOC, TimeInForce.FOK)
_AUCTION: Final = (TimeInForce.OPG, TimeInForce.ATC)

TIMES_IN_FORCE: Final[dict[str, tuple[str, ...]]] = {
    OrdType.MARKET: (*_RESTING, *_AT_ONCE, *_AUCTION, TimeInForce.GTX),
    OrdType.LIMIT: (*_RESTING, *_AT_ONCE, *_AUCTION, TimeInForce.GTX),
    OrdType.STOP: _RESTING,
    OrdType.STOP_LIMIT: _RESTING,
    OrdType.MARKET_TO_LIMIT: _RESTING,
    OrdType.PEGGED: _RESTING,
}
"""TimeInForce that each OrdType may have."""

STOPS: Final = (OrdType.STOP, OrdType.STOP_LIMIT)
PEGS: Final = (PegPriceType.PRIMARY, PegPriceType.MARKET, PegPriceType.MID)
TRIGGERS: Final = ("", TriggerPriceType.BEST_OFFER, TriggerPriceType.LAST_TRADE, TriggerPriceType.BEST_BID)
SELF_MATCH: Final = ("", "1", "2", "3")

Rule: TypeAlias = Callable[[Terms, Instructions], str]


def impossible(terms: Terms) -> str:
    """Say what does not go together in an order, "" if all does."""
    asked = terms.instructions or PLAIN
    for rule in RULES:
        if fault := rule(terms, asked):
            return fault
    return ""


def _stop(terms: Terms, asked: Instructions) -> str:
    if (terms.ord_type in STOPS) != (asked.stop_px_e8 is not None):
        return f"StopPx (99) does not go with OrdType {terms.ord_type}, or is missing"
    if asked.trigger_price_type not in TRIGGERS:
        return f"TriggerPriceType (1107) {asked.trigger_price_type} is not supported"
    if asked.trigger_price_type and terms.ord_type not in STOPS:
        return f"TriggerPriceType (1107) does not go with OrdType {terms.ord_type}"
    return ""


def _peg(terms: Terms, asked: Instructions) -> str:
    if terms.ord_type == OrdType.PEGGED:
        return "" if asked.peg_price_type in PEGS else "A pegged order needs a PegPriceType (1094): 2, 4 or 5"
    if asked.peg_price_type or asked.peg_offset_e8 or asked.peg_is_fixed:
        return f"Peg instructions do not go with OrdType {terms.ord_type}"
    return ""


def _expiry(terms: Terms, asked: Instructions) -> str:
    given = bool(asked.expire_date) + bool(asked.expire_time_ns)
    if terms.time_in_force == TimeInForce.GTD:
        return "" if given == 1 else "TimeInForce 6 needs one of ExpireDate (432) and ExpireTime (126)"
    return "ExpireDate (432) and ExpireTime (126) go with TimeInForce 6 only" if given else ""


def _display(terms: Terms, asked: Instructions) -> str:
    if asked.display_qty_e8 is None:
        return ""
    name = "MaxFloor (111)" if asked.max_floor else "DisplayQty (1138)"
    is_hidden = asked.display_qty_e8 == 0
    types = (OrdType.LIMIT, OrdType.PEGGED)
    if terms.ord_type not in types and (
        is_hidden or terms.ord_type not in (OrdType.STOP_LIMIT, OrdType.MARKET_TO_LIMIT)
    ):
        return f"{name} does not go with OrdType {terms.ord_type}"
    if terms.time_in_force in _AT_ONCE or (is_hidden and terms.time_in_force not in _RESTING):
        return f"{name} does not go with TimeInForce {terms.time_in_force}"
    if not is_hidden and (asked.min_qty_e8 or ExecInst.ALL_OR_NONE in asked.exec_inst):
        return f"{name} does not go with MinQty (110) or ExecInst (18) G"
    return ""


def _least(terms: Terms, asked: Instructions) -> str:
    is_all = ExecInst.ALL_OR_NONE in asked.exec_inst
    if not is_all and not asked.min_qty_e8:
        return ""
    name = "ExecInst (18) G" if is_all else "MinQty (110)"
    if is_all and asked.min_qty_e8:
        return "MinQty (110) does not go with ExecInst (18) G"
    types = (OrdType.LIMIT,) if is_all else (OrdType.LIMIT, OrdType.PEGGED, OrdType.MARKET)
    if terms.ord_type not in types:
        return f"{name} does not go with OrdType {terms.ord_type}"
    times = (TimeInForce.IOC,) if terms.ord_type == OrdType.MARKET else (*_RESTING, TimeInForce.IOC)
    if terms.time_in_force not in times:
        return f"{name} does not go with TimeInForce {terms.time_in_force} and OrdType {terms.ord_type}"
    return ""


def _post_only(terms: Terms, asked: Instructions) -> str:
    if ExecInst.POST_ONLY not in asked.exec_inst:
        return ""
    if terms.ord_type not in (OrdType.LIMIT, OrdType.PEGGED):
        return f"ExecInst (18) 6 does not go with OrdType {terms.ord_type}"
    if terms.time_in_force not in _RESTING:
        return f"ExecInst (18) 6 does not go with TimeInForce {terms.time_in_force}"
    if ExecInst.ALL_OR_NONE in asked.exec_inst or asked.min_qty_e8:
        return "ExecInst (18) 6 does not go with MinQty (110) or ExecInst (18) G"
    return ""


def _halt(terms: Terms, asked: Instructions) -> str:
    both = ExecInst.CANCEL_ON_HALT in asked.exec_inst and ExecInst.REINSTATE_ON_HALT in asked.exec_inst
    return "ExecInst (18) J does not go with K" if both else ""


def _self_match(terms: Terms, asked: Instructions) -> str:
    if asked.self_match_instruction in SELF_MATCH:
        return ""
    return f"SelfMatchPreventionInstruction (2964) {asked.self_match_instruction} is not supported"


RULES: Final[tuple[Rule, ...]] = (_stop, _peg, _expiry, _display, _least, _post_only, _halt, _self_match)
"""In the order in which they are asked."""
