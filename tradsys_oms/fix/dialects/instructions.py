"""Which fields an order may have here: those that we carry out, and those that ask nothing of an exchange.

Everything else would change what the order does or what it is in (triggers, pegs, display, other units of price and
quantity, another instrument or settlement): the order is refused in words, never turned into something else. A field
that is not in these tables is refused, so a new version's instruction can't slip through.

Meanings are those of FIX 5.0 SP2 Volume 6.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.fix.message import Message


def _tags(text: str) -> frozenset[str]:
    return frozenset(text.split())


CARRIED_OUT: Final = _tags("1 11 15 37 38 40 41 44 54 55 59 60 97")
"""Account, ids, Currency, OrderQty, OrdType, Price, Side, Symbol, TimeInForce, TransactTime, PossResend."""

ENVELOPE: Final = _tags(
    "8 9 10 34 35 43 49 50 52 56 57 89 90 91 93 115 116 122 128 129 142 143 144 145 212 213 347 369 370 1128 1129 1156 "
    "627 628 629 630"
)
"""Header and trailer."""

NO_EFFECT: Final = _tags(
    # Text, and identification of people, firms and capacities, which goes into nobody's book.
    "58 354 355 76 109 47 439 440 526 528 529 581 582 583 589 590 591 660 377 107 "
    # Parties, allocations and commission: for those who come after the trade.
    "453 447 448 452 802 523 803 12 13 70 78 79 80 467 539 524 525 538 804 545 805 661 736 229 75"
)
"""Taken and left alone."""

ONLY_VALUES: Final[dict[str, tuple[str, frozenset[str]]]] = {
    "18": ("ExecInst", frozenset("125")),  # Not held, Work, Held: they ask nothing of a matching engine
    "21": ("HandlInst", frozenset("12")),  # automated, private or public; 3 is a manual order
    "63": ("SettlType", frozenset("0")),  # regular
    "114": ("LocateReqd", frozenset("N")),
    "121": ("ForexReq", frozenset("N")),
    "167": ("SecurityType", frozenset(("CS",))),  # common stock
    "423": ("PriceType", frozenset("2")),  # per unit
    "854": ("QtyType", frozenset("0")),  # units
}
"""Taken with these values, which change nothing; of several values each must be one of them."""

HANDL_INST, MANUAL_ORDER = "21", "3"
_PLAIN: Final = CARRIED_OUT | ENVELOPE | NO_EFFECT
_USUAL: Final = _PLAIN | {HANDL_INST}
"""FIX 4.2 requires HandlInst, so it is on the short way with them."""
NAMES: Final = {
    "22": "SecurityIDSource",
    "48": "SecurityID",
    "64": "SettlDate",
    "65": "SymbolSfx",
    "99": "StopPx",
    "100": "ExDestination",
    "110": "MinQty",
    "111": "MaxFloor",
    "126": "ExpireTime",
    "152": "CashOrderQty",
    "168": "EffectiveTime",
    "200": "MaturityMonthYear",
    "207": "SecurityExchange",
    "210": "MaxShow",
    "211": "PegOffsetValue",
    "388": "DiscretionInst",
    "432": "ExpireDate",
    "847": "TargetStrategy",
    "1100": "TriggerType",
    "1138": "DisplayQty",
}
"""Names for the sentence; a tag without one is named by its number."""


def unsupported(message: Message) -> str:
    """Name the first field that can't be carried out, "" for none."""
    if _USUAL.issuperset(message.tags) and message.fields.get(HANDL_INST) != MANUAL_ORDER:
        return ""
    for tag in message.tags:
        if tag in _PLAIN:
            continue
        name, values = ONLY_VALUES.get(tag, ("", frozenset()))
        if not name:
            return f"{NAMES.get(tag, 'Tag')} ({tag}) is not supported"
        value = message.fields[tag]
        if not values.issuperset(value.split()):
            return f"{name} ({tag}) {value} is not supported"
    return ""
