"""What an order asks for beyond its plain terms: which fields it may have here, and what they become.

There are fields that we carry out, and those that ask nothing of an exchange. Everything else would change what the
order does or what it is in (other units of price and quantity, another instrument or settlement, strategies): the order
is refused in words, never turned into something else. A field that is not in these tables is refused, so a new
version's instruction can't slip through. Which instructions go with each other is for the core to judge.

Meanings are those of FIX 5.0 SP2 Volume 6. Older versions say a peg in ExecInst (18), and have no TriggerPriceType; the
prevention of self-matches has no field before FIX 5.0 SP2 and comes in those that CME Globex uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tradsys_oms.core.commands import PLAIN, Instructions
from tradsys_oms.core.fields import PegPriceType
from tradsys_oms.fix.dialects.values import decimal, refuse_long, utc_time
from tradsys_oms.fix.message import Message


def _tags(text: str) -> frozenset[str]:
    return frozenset(text.split())


CARRIED_OUT: Final = _tags("1 11 15 37 38 40 41 44 54 55 59 60 97 100 114")
"""Account, ids, Currency, OrderQty, OrdType, Price, Side, Symbol, TimeInForce, TransactTime, PossResend, ExDestination,
LocateReqd."""

INSTRUCTIONS: Final = _tags("18 99 110 111 126 152 211 432 835 836 1094 1100 1101 1107 1138 2362 2964 7928 8000")
"""What becomes a part of `Instructions`, or has to fit to it."""

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

NO_EFFECT_INSTS: Final = frozenset("125")
"""Values of ExecInst (18) that ask nothing of a matching engine: not held, work, held."""
EXEC_INSTS: Final = frozenset("6GJK")
"""Values of ExecInst (18) that are carried out and are no peg."""
PEGS: Final = frozenset("MPRT")
"""Values of ExecInst (18) that are carried out and peg."""

ONLY_VALUES: Final[dict[str, tuple[str, frozenset[str]]]] = {
    "18": ("ExecInst", NO_EFFECT_INSTS | EXEC_INSTS | PEGS),
    "21": ("HandlInst", frozenset("12")),  # automated, private or public; 3 is a manual order
    "63": ("SettlType", frozenset("0")),  # regular
    "121": ("ForexReq", frozenset("N")),
    "167": ("SecurityType", frozenset(("CS",))),  # common stock
    "468": ("RoundingDirection", frozenset("1")),  # down
    "423": ("PriceType", frozenset("2")),  # per unit
    "835": ("PegMoveType", frozenset("01")),
    "836": ("PegOffsetType", frozenset("0")),  # a price
    "854": ("QtyType", frozenset("0")),  # units
    "1094": ("PegPriceType", frozenset("2456")),
    "1100": ("TriggerType", frozenset("4")),  # a price movement, which StopPx stands for
    "1101": ("TriggerAction", frozenset("1")),  # activate
    "1107": ("TriggerPriceType", frozenset("123")),
    "1133": ("ExDestinationIDSource", frozenset("DG")),  # a code of our own, or a MIC; others name no market
    "2964": ("SelfMatchPreventionInstruction", frozenset("123")),
    "8000": ("SelfMatchPreventionInstruction", frozenset("NO")),
}
"""Taken with these values; of several values each must be one of them."""

_PLAIN: Final = CARRIED_OUT | ENVELOPE | NO_EFFECT
USUAL: Final = _PLAIN | {"21"}
"""FIX 4.2 requires HandlInst (21), so it is on the short way with them."""
_TAKEN: Final = (_PLAIN | INSTRUCTIONS) - ONLY_VALUES.keys()
NAMES: Final = {
    "22": "SecurityIDSource",
    "48": "SecurityID",
    "64": "SettlDate",
    "65": "SymbolSfx",
    "168": "EffectiveTime",
    "200": "MaturityMonthYear",
    "207": "SecurityExchange",
    "210": "MaxShow",
    "336": "TradingSessionID",
    "386": "NoTradingSessions",
    "388": "DiscretionInst",
    "469": "RoundingModulus",
    "516": "OrderPercent",
    "453": "NoPartyIDs",
    "837": "PegLimitType",
    "847": "TargetStrategy",
    "1102": "TriggerPrice",
}
"""Names for the sentence; a tag without one is named by its number."""

_PEG_OF_VALUE: Final = {
    "2": (PegPriceType.MID, False),
    "4": (PegPriceType.MARKET, False),
    "5": (PegPriceType.PRIMARY, False),
    "6": (PegPriceType.MARKET, True),
}
"""PegPriceType (1094): to what, and if it is fixed. FIX 5.0 alone has 6, what ExecInst T says."""
_PEG_OF_LETTER: Final = {
    "M": (PegPriceType.MID, False),
    "P": (PegPriceType.MARKET, False),
    "R": (PegPriceType.PRIMARY, False),
    "T": (PegPriceType.MARKET, True),
}
"""The same in ExecInst (18)."""
_SELF_MATCH_OF_LETTER: Final = {"N": "1", "O": "2"}
"""CME's SelfMatchPreventionInstruction (8000), cancel newest or oldest, in values of 2964."""


def read_instructions(message: Message) -> tuple[str, Instructions | None]:
    """Give the first thing that can't be done, as a sentence, and what the order asks for; None where it is plain.

    Raises ValueOutOfRange.
    """
    text, fields = _refusal(message), message.fields
    if text or INSTRUCTIONS.isdisjoint(message.tags):
        return text, _amount(fields)
    refuse_long(message, "2362", "7928")
    values = fields.get("18", "").split()
    pegs = [value for value in dict.fromkeys(values) if value in PEGS]
    text = _contradiction(fields, pegs)
    if text:
        return text, _amount(fields)
    instructions = _read(fields, values, pegs)
    return "", None if instructions == PLAIN else instructions


def _read(fields: Mapping[str, str], values: list[str], pegs: list[str]) -> Instructions:
    get = fields.get
    peg_price_type, is_fixed = _PEG_OF_LETTER[pegs[0]] if pegs else _PEG_OF_VALUE.get(get("1094", ""), ("", False))
    is_max_floor = "111" in fields
    return Instructions(
        stop_px_e8=_optional(fields, "99"),
        trigger_price_type=get("1107", ""),
        display_qty_e8=_optional(fields, "111" if is_max_floor else "1138"),
        min_qty_e8=_optional(fields, "110") or 0,
        exec_inst="".join(sorted(EXEC_INSTS.intersection(values))),
        peg_price_type=peg_price_type,
        peg_offset_e8=_optional(fields, "211") or 0,
        peg_is_fixed=is_fixed or get("835") == "1",
        expire_time_ns=utc_time("126", fields["126"]) if "126" in fields else 0,
        expire_date=int(get("432", "0")),
        self_match_id=get("2362") or get("7928", ""),
        self_match_instruction=get("2964") or _SELF_MATCH_OF_LETTER.get(get("8000", ""), ""),
        max_floor=is_max_floor,
        cash_order_qty_e8=_optional(fields, "152"),
    )


def _amount(fields: Mapping[str, str]) -> Instructions | None:
    """Give what stands in place of the quantity of an order that is refused, for the report; None for nothing."""
    return Instructions(cash_order_qty_e8=decimal("152", fields["152"])) if "152" in fields else None


def _optional(fields: Mapping[str, str], tag: str) -> int | None:
    text = fields.get(tag)
    return None if text is None else decimal(tag, text)


def _refusal(message: Message) -> str:
    """Name the first field, or value of a field, that can't be carried out, "" for none."""
    for tag in message.tags:
        if tag in _TAKEN:
            continue
        name, values = ONLY_VALUES.get(tag, ("", frozenset()))
        if not name:
            return f"{NAMES.get(tag, 'Tag')} ({tag}) is not supported"
        value = message.fields[tag]
        if not values.issuperset(value.split()):
            return f"{name} ({tag}) {value} is not supported"
    return ""


def _contradiction(fields: Mapping[str, str], pegs: list[str]) -> str:
    """Name fields that say the same thing in two ways, or a part of something whose rest is missing."""
    if "152" in fields and "38" in fields:
        return "CashOrderQty (152) together with OrderQty (38) is not supported"
    if "111" in fields and "1138" in fields:
        return "DisplayQty (1138) together with MaxFloor (111) is not supported"
    named = {_PEG_OF_LETTER[peg] for peg in pegs}
    if "1094" in fields:
        named.add(_PEG_OF_VALUE[fields["1094"]])
    if len(named) > 1:
        return f"ExecInst (18) {fields['18']} with more than one peg is not supported"
    if fields.get("835") == "0" and ("T" in pegs or fields.get("1094") == "6"):
        return "PegMoveType (835) 0 together with a fixed peg is not supported"
    if "99" not in fields and ("1100" in fields or "1101" in fields):
        return "TriggerType (1100) without StopPx (99) is not supported"
    return ""
