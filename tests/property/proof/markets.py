"""What streams trade on: instruments, members and sessions, in a shape that is drawn by chance."""

from __future__ import annotations

import random

from msgspec import Struct

from tradsys_oms.core.commands import Command, MarketRules, SetInstrument, SetMember, SetRiskRules, SetSession, SetVenue
from tradsys_oms.core.fields import SCALE_E8

TICK_E8, LOT_E8 = SCALE_E8 // 100, SCALE_E8
REFERENCE = 100
SECOND_NS = 1_000_000_000
SESSIONS = {"A1": "ABLE", "A2": "ABLE", "B1": "BAKER", "B2": "BAKER", "C1": "CHARLIE"}
SYMBOLS = ("TIME", "RATA", "LEAD")
ACCOUNTS = ("", "ACC", "HOUSE")
CURRENCIES = ("USD", "EUR", "JPY")
VENUES = ("V1", "V2")
"""They say what instruments are worth."""
MATCHING = {"TIME": "price_time", "RATA": "pro_rata", "LEAD": "lead_market_maker"}
POLICIES = ("", "cancel_newest", "cancel_oldest", "cancel_both", "decrement")

PLAIN_FEATURES = frozenset(("query", "invalid", "limits", "replace"))
"""What every core can: limit and market orders, DAY, GTC, IOC, FOK, cancel, replace, status."""
FEATURES = PLAIN_FEATURES | {
    *(
        "stop",
        "peg",
        "iceberg",
        "hidden",
        "min_qty",
        "all_or_none",
        "post_only",
        "market_to_limit",
        "good_till",
        "peg_limit",
    ),
    *("self_trade", "matching", "protection", "phases", "days", "bands", "breaker", "mass", "desk", "amend", "status"),
    *("own_cancel", "few_fills", "restate_any", "stop_short", "unbanded", "reference", "few_orders", "short_sales"),
    *("money", "gate", "pace", "flow", "blocks", "warnings", "marks"),
}


class Shape(Struct, frozen=True):
    """What a stream is made of; hypothesis draws it, and shrinks it."""

    seed: int
    features: frozenset[str] = FEATURES
    symbols: tuple[str, ...] = SYMBOLS
    width: int = 4
    """Prices are so many ticks around the middle."""
    qty_max: int = 12
    special_percent: int = 50
    """How many of the orders ask for something special."""


def chance_of(shape: Shape) -> random.Random:
    return random.Random(shape.seed)  # noqa: S311 - a test load, the same every time


def set_up(shape: Shape, chance: random.Random) -> list[Command]:
    """Give the reference data of a shape."""
    commands: list[Command] = [instrument(shape, chance, symbol) for symbol in shape.symbols]
    commands += [member_data(shape, chance, member, 1) for member in dict.fromkeys(SESSIONS.values())]
    commands += [SetSession(session, member, True) for session, member in SESSIONS.items()]
    if "marks" in shape.features:
        commands += [SetVenue(venue, True) for venue in VENUES]
    warn_bps = chance.choice((5_000, 8_000, 10_000)) if "warnings" in shape.features else 0
    return [*commands, SetRiskRules(warn_bps, CURRENCIES[0], ())] if "gate" in shape.features else commands


def member_data(shape: Shape, chance: random.Random, member: str, enabled: float) -> SetMember:
    """Give a member; it is `enabled` with that probability."""
    has_policies = "self_trade" in shape.features
    policy = chance.choice(POLICIES) if has_policies else ""
    firm = "FIRM" if has_policies and member != "ABLE" else ""
    return SetMember(member, chance.random() < enabled, firm, policy, chance.choice(("member", "firm")))


def instrument(shape: Shape, chance: random.Random, symbol: str) -> SetInstrument:
    return SetInstrument(
        symbol,
        TICK_E8,
        LOT_E8,
        REFERENCE * TICK_E8,
        chance.choice((0, 2_000)) if "unbanded" in shape.features else 2_000,
        1_000 * LOT_E8,
        chance.choice((0, 0, 1_100 * LOT_E8)) if "limits" in shape.features else 0,
        chance.choice(CURRENCIES) if "money" in shape.features else "USD",
        True,
        chance.choice(("", "GOLD")) if "mass" in shape.features else "",
        rules(shape, chance, symbol),
        "phases" in shape.features and chance.random() < 0.6,
        chance.choice(((), VENUES[:1], VENUES, VENUES[::-1])) if "marks" in shape.features else (),
        chance.choice((0, 300, 500)) if "marks" in shape.features else 500,
    )


def rules(shape: Shape, chance: random.Random, symbol: str) -> MarketRules:
    features = shape.features
    has_guards = chance.random() < 0.6
    return MarketRules(
        matching=MATCHING[symbol] if "matching" in features else "price_time",
        lead_member="BAKER" if symbol == "LEAD" and "matching" in features else "",
        lead_share_bps=4_000 if symbol == "LEAD" and "matching" in features else 0,
        market_protection_bps=chance.choice((0, 0, 150, 300)) if "protection" in features else 0,
        static_band_bps=chance.choice((0, 300, 500)) if "bands" in features and has_guards else 0,
        dynamic_band_bps=chance.choice((0, 200, 400)) if "bands" in features and has_guards else 0,
        breaker_bps=chance.choice((0, 300, 600)) if "breaker" in features and has_guards else 0,
        breaker_window_ns=5 * SECOND_NS if "breaker" in features and has_guards else 0,
        auction_ns=chance.choice((0, 3 * SECOND_NS)) if has_guards else 0,
        halt_ns=chance.choice((0, 2 * SECOND_NS)) if has_guards else 0,
        short_sale_trigger_bps=chance.choice((0, 300, 500)) if "short_sales" in features else 0,
    )
