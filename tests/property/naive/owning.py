"""Whose an order is, and what then happens (section 6)."""

from __future__ import annotations

from tests.property.naive.things import Exchange, Order
from tradsys_oms.core.commands import Instructions

INSTRUCTIONS = {"1": "cancel_newest", "2": "cancel_oldest", "3": "cancel_both"}


def key(x: Exchange, order: Order) -> tuple[str, ...]:
    member = x.members[order.member]
    if order.own_id:
        return order.own_id
    if not member.self_trade:
        return ()
    if member.self_trade_scope == "firm" and member.firm:
        return ("firm", member.firm)
    return ("member", member.member)


def own_id(x: Exchange, member: str, asks: Instructions) -> tuple[str, ...]:
    """Give what stands for the SelfMatchPreventionID of an order that comes or is replaced."""
    if not asks.self_match_id:
        return ()
    return ("id", x.members[member].firm or member, asks.self_match_id)


def is_own(x: Exchange, one: Order, two: Order) -> bool:
    return key(x, one) != () and key(x, one) == key(x, two)


def policy(x: Exchange, incoming: Order) -> str:
    asked = INSTRUCTIONS.get(incoming.asks.self_match_instruction, "")
    return asked or x.members[incoming.member].self_trade or "cancel_newest"
