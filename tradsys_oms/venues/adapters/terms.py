"""OrdType, TimeInForce and instructions of an order, in the fields of a FIX version.

The tables are those of our own sessions (`fix/dialects`), which print the same terms in reports. There, what a version
has no word for is left out; in an order that would ask for something else, so here it is refused.
"""

from __future__ import annotations

from tradsys_oms.core.commands import Instructions
from tradsys_oms.core.events import VenueOrder, VenueReplace
from tradsys_oms.core.fields import TimeInForce, TriggerPriceType
from tradsys_oms.fix.dialects.echo import Echo
from tradsys_oms.fix.dialects.version import Version
from tradsys_oms.venues.adapters.adapter import Field
from tradsys_oms.venues.adapters.errors import NotSendable


def order_terms(version: Version, order: VenueOrder | VenueReplace, takes_self_match: bool) -> list[Field]:
    """Give OrdType (40), TimeInForce (59) and all instructions; raise NotSendable for what the version can't say.

    `takes_self_match` tells if the venue has fields for the prevention of self-matches where its version has none.
    """
    fields = _plain_terms(version, order.ord_type, order.time_in_force)
    if order.instructions is None:
        return fields
    refuse_unsayable(version, order.instructions, takes_self_match)
    return fields + _pairs(version.echo.text(order.instructions))


def _plain_terms(version: Version, ord_type: str, time_in_force: str) -> list[Field]:
    terms = version.terms
    if ord_type not in terms.ord_types:
        raise NotSendable(f"{version.name} has no OrdType (40) {ord_type}.")
    if time_in_force == TimeInForce.ATC and ord_type in terms.on_close:
        return _pairs(terms[ord_type + time_in_force])
    if time_in_force not in terms.times_in_force:
        raise NotSendable(f"{version.name} has no TimeInForce (59) {time_in_force} for OrdType (40) {ord_type}.")
    return [(40, ord_type), (59, time_in_force)]


def refuse_unsayable(version: Version, asked: Instructions, takes_self_match: bool) -> None:
    """Raise NotSendable for the first instruction that a version has no field or value for."""
    echo = version.echo
    if asked.trigger_price_type not in ("", TriggerPriceType.LAST_TRADE) and not echo.trigger_price_type_tag:
        raise NotSendable(f"{version.name} has no TriggerPriceType (1107).")
    if asked.peg_price_type and not _has_peg(echo, asked):
        raise NotSendable(f"{version.name} has no such peg.")
    for value in asked.exec_inst:
        if value not in echo.exec_insts:
            raise NotSendable(f"{version.name} has no ExecInst (18) {value}.")
    if (asked.self_match_id or asked.self_match_instruction) and not echo.has_self_match_of_sp2:
        if not takes_self_match:
            raise NotSendable(f"{version.name} has no SelfMatchPreventionID (2362).")
        if asked.self_match_instruction == "3":
            raise NotSendable(f"{version.name} has no SelfMatchPreventionInstruction (2964) 3.")


def _has_peg(echo: Echo, asked: Instructions) -> bool:
    if echo.peg_price_type_tag:
        return not asked.peg_is_fixed or bool(echo.peg_move_type_tag)
    return (asked.peg_price_type, asked.peg_is_fixed) in echo.peg_letters


def _pairs(text: str) -> list[Field]:
    """Take fields apart that are written as `tag=value` with a SOH behind each."""
    pairs = (field.partition("=") for field in text.split("\x01") if field)
    return [(int(tag), value) for tag, _, value in pairs]
