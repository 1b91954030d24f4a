"""Whose an order is, and what then happens (section 6)."""

from __future__ import annotations

from tests.property.naive.things import Exchange, Order

INSTRUCTIONS = {"1": "cancel_newest", "2": "cancel_oldest", "3": "cancel_both"}


def key(x: Exchange, order: Order) -> tuple[str, ...]:
    member = x.members[order.member]
    if order.asks.self_match_id:
        return ("id", member.firm or member.member, order.asks.self_match_id)
    if not member.self_trade:
        return ()
    if member.self_trade_scope == "firm" and member.firm:
        return ("firm", member.firm)
    return ("member", member.member)


def is_own(x: Exchange, one: Order, two: Order) -> bool:
    return key(x, one) != () and key(x, one) == key(x, two)


def policy(x: Exchange, incoming: Order) -> str:
    asked = INSTRUCTIONS.get(incoming.asks.self_match_instruction, "")
    return asked or x.members[incoming.member].self_trade or "cancel_newest"
