"""The language in which a venue's behaviour is written: steps, one after the other, joined by `then`.

    accept then fill 100@10 then wait 50ms then lost fill rest then drop

A step is a verb with its arguments. Words before the verb change how its report travels (`lost`, `garbled`, `held`,
...) or whether it is true (`false`), and `with TAG=VALUE ...` at the end changes fields of the report. The same
language stands in script files, in Text (58) of an order behind `sim:`, and in calls of tests, and all of it is checked
when it is read.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tradsys_oms.fix.decimals import parse_e8

PERCENT_MAX: Final = 100
SECONDS_MAX: Final = 86_400
STEPS_MAX: Final = 200
COUNT_MAX: Final = 1_000_000
TEXTS_CACHED_MAX: Final = 4096
"""Texts of orders are read once each."""

_TOKEN: Final = re.compile(r'(?:[^\s"]|"[^"]*")+')
_DURATION: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(?:-([0-9]+(?:\.[0-9]+)?))?(us|ms|s)")
_AMOUNT: Final = re.compile(r"([0-9.]+%?|rest)?(?:@([0-9.]+))?")
_FIELD: Final = re.compile(r"([1-9][0-9]{0,5})=(.*)", re.DOTALL)
_SECONDS: Final = {"us": 1e-6, "ms": 1e-3, "s": 1.0}

MODIFIERS: Final = {
    "quiet": "it happens at the venue, and nothing is said of it",
    "false": "it is said, and did not happen: the venue's book stays as it is",
    "late": "it happens although the order has ended",
    "twice": "its report is sent twice, with the same ExecID",
    "held": "its report is sent after the next one",
    "lost": "its report gets a sequence number and is stored, but not sent: it comes when the peer asks for it",
    "garbled": "its report is sent with a wrong CheckSum; the sound one comes when the peer asks for it",
    "low_number": "its report is sent with a MsgSeqNum that was used already",
    "high_number": "a MsgSeqNum is left out before its report",
}


class Step(Struct, frozen=True):
    """One thing that the venue does."""

    verb: str
    qty_e8: int = -1
    """-1: all that is left."""
    percent: int = 0
    """Of OrderQty, in place of `qty_e8`; 0 for none."""
    price_e8: int = -1
    """-1: the order's own price."""
    reason: int = -1
    text: str = ""
    count: int = 0
    wait_s: tuple[float, float] = (0.0, 0.0)
    """From and to; the time between them is drawn."""
    is_open_only: bool = False
    modifiers: frozenset[str] = frozenset()
    fields: tuple[tuple[str, str], ...] = ()
    """Fields of the report to change; "" takes one away."""


Program = tuple[Step, ...]


def _wait(step: Step, token: str) -> Step:
    match = _DURATION.fullmatch(token)
    if match is None:
        raise ValueError(f"{token!r} is no time, as in 50ms, 1-20ms or 2s")
    unit = _SECONDS[match[3]]
    first = float(match[1]) * unit
    last = float(match[2]) * unit if match[2] else first
    if not first <= last <= SECONDS_MAX:
        raise ValueError(f"{token!r} is no time from the shorter to the longer one, of at most {SECONDS_MAX} s")
    return replace(step, wait_s=(first, last))


def _amount(step: Step, token: str) -> Step:
    match = _AMOUNT.fullmatch(token)
    if match is None:
        raise ValueError(f"{token!r} is no quantity and price, as in 100@10, 25%, rest or @10")
    quantity, price = match[1], match[2]
    if price:
        step = replace(step, price_e8=parse_e8(price))
    if quantity and quantity.endswith("%"):
        percent = int(quantity[:-1]) if quantity[:-1].isdecimal() else 0
        if not 1 <= percent <= PERCENT_MAX:
            raise ValueError(f"{quantity} is no whole percentage from 1% to 100%")
        return replace(step, percent=percent)
    if quantity and quantity != "rest":
        return replace(step, qty_e8=parse_e8(quantity))
    return step


def _count(step: Step, token: str) -> Step:
    if not token.isdecimal() or not 1 <= int(token) <= COUNT_MAX:
        raise ValueError(f"{token!r} is no number from 1 to {COUNT_MAX}")
    return replace(step, count=int(token))


def _reason(step: Step, token: str) -> Step:
    if token.isdecimal() and len(token) <= 6 and step.reason < 0 and not step.text:
        return replace(step, reason=int(token))
    return replace(step, text=f"{step.text} {_unquoted(token)}".strip())


def _fill_of(step: Step, token: str) -> Step:
    """Read `2:100@10`, the second fill, to be 100 at 10; `100@10`, the last."""
    number, colon, amount = token.rpartition(":")
    step = _count(step, number) if colon else step
    return _amount(step, amount)


def _open(step: Step, word: str) -> Step:
    if word != "open":
        raise ValueError(f"{word!r} is no argument of accept but `open`")
    return replace(step, is_open_only=True)


Argument = Callable[[Step, str], Step]

VERBS: Final[dict[str, tuple[str, Argument | None, int, str]]] = {
    # verb: form of its arguments, how each is read, how many there may be, what it does
    "accept": ("[open]", _open, 1, "does what is asked: New, Canceled, Replaced, the order's state, quotes, a Logon"),
    "reject": ("[REASON] [TEXT]", _reason, 99, "refuses what is asked"),
    "pending": ("", None, 0, "says Pending New, Pending Cancel or Pending Replace"),
    "fill": ("[QTY|PERCENT%|rest][@PRICE]", _amount, 1, "fills so much of the order"),
    "cancel": ("[REASON] [TEXT]", _reason, 99, "cancels unasked, with ExecRestatementReason (378)"),
    "restate": ("[QTY][@PRICE]", _amount, 1, "changes the order unasked (150=D)"),
    "done_for_day": ("", None, 0, "ends the day for the order (150=3)"),
    "stop": ("", None, 0, "guarantees the order (150=7)"),
    "suspend": ("", None, 0, "suspends the order (150=9)"),
    "expire": ("", None, 0, "lets the order expire (150=C)"),
    "bust": ("[NTH]", _count, 1, "takes a fill back, the last one or the n-th (150=H)"),
    "correct": ("[NTH:]QTY[@PRICE]", _fill_of, 1, "changes a fill, the last one or the n-th (150=G)"),
    "status": ("", None, 0, "says the order's state unasked (150=I)"),
    "silent": ("", None, 0, "says nothing; the order stands in the venue's book all the same"),
    "lose": ("", None, 0, "forgets the order: as if it never arrived"),
    "wait": ("TIME[-TIME]", _wait, 1, "goes on after that time; other orders don't wait"),
    "drop": ("", None, 0, "cuts the connection; what was said before it is sent, what comes after it is stored"),
    "logout": ("[TEXT]", _reason, 99, "logs out and closes the connection"),
}
_MUST_HAVE_ARGUMENT: Final = frozenset(("wait", "correct"))


@lru_cache(maxsize=TEXTS_CACHED_MAX)
def parse_program(text: str) -> Program:
    """Read steps joined by `then`; raises ValueError with a sentence."""
    steps: list[Step] = []
    tokens: list[str] = []
    for word in [*_TOKEN.findall(text), "then"]:
        if word != "then":
            tokens.append(word)
            continue
        if not tokens:
            raise ValueError("a step is missing, before or after `then`" if steps else "it has no steps")
        steps.append(_step(tokens))
        tokens = []
    if text.count('"') % 2:
        raise ValueError("a quotation mark has no end")
    if len(steps) > STEPS_MAX:
        raise ValueError(f"{len(steps)} steps are more than {STEPS_MAX}")
    return tuple(steps)


def _step(tokens: list[str]) -> Step:
    modifiers: list[str] = []
    while tokens and tokens[0] in MODIFIERS:
        modifiers.append(tokens.pop(0))
    if not tokens:
        raise ValueError(f"`{modifiers[-1]}` stands before no step")
    verb, *rest = tokens
    if verb not in VERBS:
        near = difflib.get_close_matches(verb, (*VERBS, *MODIFIERS), 1)
        raise ValueError(f"{verb!r} is no step" + (f"; did you mean {near[0]}?" if near else ""))
    arguments, fields = (rest[: rest.index("with")], rest[rest.index("with") + 1 :]) if "with" in rest else (rest, [])
    form, read, count_max, _ = VERBS[verb]
    if len(arguments) > count_max or (not arguments and verb in _MUST_HAVE_ARGUMENT):
        raise ValueError(f"`{' '.join(tokens)}` does not have the form `{f'{verb} {form}'.strip()}`")
    step = Step(verb, modifiers=frozenset(modifiers), fields=parse_fields(fields))
    if read is not None:
        for argument in arguments:
            step = read(step, argument)
    return step


def parse_fields(tokens: list[str]) -> tuple[tuple[str, str], ...]:
    """Read TAG=VALUE, each; a value with spaces stands in quotation marks. Raises ValueError with a sentence."""
    fields = []
    for token in tokens:
        match = _FIELD.fullmatch(_unquoted(token))
        if match is None:
            raise ValueError(f"{token!r} is no field, as in 58=text")
        fields.append((match[1], match[2]))
    return tuple(fields)


def split_tokens(text: str) -> list[str]:
    """Split at blanks outside of quotation marks."""
    return _TOKEN.findall(text)


def _unquoted(token: str) -> str:
    return token.replace('"', "")
