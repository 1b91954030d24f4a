"""Which program answers a request: the first rule of the script that fits, else what a sound venue does.

What is drawn is drawn from the seed and the request's ClOrdID, so the same request meets the same fate in whatever
order messages arrive.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from random import Random
from typing import Final
from zlib import crc32

from msgspec import Struct

from tradsys_oms.venues.simulator.kinds import Range
from tradsys_oms.venues.simulator.script import REQUESTS, SIDES, Rule, Script
from tradsys_oms.venues.simulator.steps import Program, parse_program

ACCEPT: Final = parse_program("accept")
TEXT_PREFIX: Final = "sim:"


class Request(Struct, frozen=True):
    """What rules look at; quantities and prices in 1e-8, -1 for none."""

    msg_type: str
    session: str
    clord_id: str
    symbol: str = ""
    side: str = ""
    qty_e8: int = -1
    price_e8: int = -1
    account: str = ""
    text: str = ""


class Rules:
    """Chooses programs; counts how often each rule fitted."""

    def __init__(self, script: Script, seed: int) -> None:
        self._seed = seed
        self._by_msg_type: dict[str, list[tuple[int, Rule]]] = {}
        for index, rule in enumerate(script.rules):
            self._by_msg_type.setdefault(REQUESTS[rule.on], []).append((index, rule))
        self._fitted = [0] * len(script.rules)

    def choose(self, request: Request) -> Program:
        """Give the program for a request; raises ValueError with a sentence where its Text (58) has a faulty one."""
        if request.text.startswith(TEXT_PREFIX):
            return parse_program(request.text[len(TEXT_PREFIX) :])
        for index, rule in self._by_msg_type.get(request.msg_type, ()):
            if _fits(rule, request):
                self._fitted[index] += 1
                if rule.nth.has(self._fitted[index]):
                    return self._draw(rule, request) if rule.random else rule.do
        return ACCEPT

    def draw_time(self, span_s: tuple[float, float], name: str) -> float:
        """Draw a time from a span."""
        first, last = span_s
        return first if first == last else self._random(f"wait {name}").uniform(first, last)

    def _draw(self, rule: Rule, request: Request) -> Program:
        weights = [choice.weight for choice in rule.random]
        random = self._random(f"{request.msg_type} {request.clord_id}")
        return random.choices(rule.random, weights)[0].do

    def _random(self, name: str) -> Random:
        return Random(crc32(f"{self._seed} {name}".encode()))  # noqa: S311 - a venue's fate is no secret


def _fits(rule: Rule, request: Request) -> bool:
    return (
        (rule.side == "any" or SIDES[rule.side] == request.side)
        and _is_like(request.symbol, rule.symbol)
        and _is_in(request.qty_e8, rule.qty)
        and _is_in(request.price_e8, rule.price)
        and _is_like(request.clord_id, rule.clord_id)
        and _is_like(request.account, rule.account)
        and _is_like(request.session, rule.session)
    )


def _is_like(text: str, pattern: str) -> bool:
    return pattern == "*" or fnmatchcase(text, pattern)


def _is_in(number: int, range_: Range | None) -> bool:
    return range_ is None or (number >= 0 and range_.has(number))
