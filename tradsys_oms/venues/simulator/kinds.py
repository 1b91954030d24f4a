"""Kinds of values in a script file: programs, times, ranges and patterns, each read from its text and checked."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from tradsys_oms.config.kinds import Plain
from tradsys_oms.fix.decimals import LARGEST_E8, format_e8, parse_e8
from tradsys_oms.venues.simulator.steps import Program, Step, parse_program


class Range(Struct, frozen=True):
    """Numbers from `first` to `last`, both included."""

    first: int
    last: int

    def has(self, number: int) -> bool:
        """Tell if a number is among them."""
        return self.first <= number <= self.last


class Turns(Struct, frozen=True):
    """Which of the requests that fit a rule, counted from 1: those of a range, or every so manieth."""

    first: int = 1
    last: int = LARGEST_E8
    every: int = 1

    def has(self, number: int) -> bool:
        """Tell if the request with that number is among them."""
        return self.first <= number <= self.last and number % self.every == 0


class ProgramKind(Plain, frozen=True):
    """Steps joined by `then`."""

    def parse(self, text: str) -> Program:
        """Read the steps."""
        return parse_program(text)

    def describe(self) -> str:
        """Name the kind."""
        return "steps joined by `then`, as in: accept then fill 100@10"


class TimeKind(Plain, frozen=True):
    """A time, or one that is drawn between two."""

    def parse(self, text: str) -> Step:
        """Read the time as a step that waits."""
        return parse_program(f"wait {text}")[0]

    def describe(self) -> str:
        """Name the kind."""
        return "time as in 5ms or 1-20ms"


class DecimalRange(Plain, frozen=True):
    """A decimal, or two with a dash between them."""

    def parse(self, text: str) -> Range:
        """Read the range in 1e-8."""
        first, dash, last = text.partition("-")
        found = Range(parse_e8(first), parse_e8(last if dash else first))
        if found.first > found.last:
            raise ValueError(f"{first} is above {last}")
        return found

    def describe(self) -> str:
        """Name the kind."""
        return "decimal, or a range as in 100-500"


class Decimal(Plain, frozen=True):
    """A decimal that is not negative."""

    def parse(self, text: str) -> int:
        """Read the decimal in 1e-8."""
        value = parse_e8(text)
        if value < 0:
            raise ValueError(f"{text} is negative")
        return value

    def describe(self) -> str:
        """Name the kind."""
        return "decimal"

    def show(self, value: object) -> str:
        """Print the decimal."""
        return format_e8(int(str(value)))


class TurnsKind(Plain, frozen=True):
    """One number, a range, or every so manieth."""

    def parse(self, text: str) -> Turns:
        """Read the turns."""
        match = re.fullmatch(r"(?:([1-9][0-9]{0,8})(?:-([1-9][0-9]{0,8}))?|every ([1-9][0-9]{0,8}))", text)
        if match is None:
            raise ValueError(f"{text!r} is no number, range or `every N`, as in 3, 2-5 or every 10")
        if match[3]:
            return Turns(every=int(match[3]))
        return Turns(int(match[1]), int(match[2] or match[1]))

    def describe(self) -> str:
        """Name the kind."""
        return "3, 2-5 or `every 10`"


class Words(Plain, frozen=True):
    """Any text."""

    def parse(self, text: str) -> str:
        """Take the text."""
        if not text:
            raise ValueError("it is empty")
        return text

    def describe(self) -> str:
        """Name the kind."""
        return "text"


PROGRAM: Final = ProgramKind()
TIME: Final = TimeKind()
DECIMAL: Final = Decimal()
DECIMAL_RANGE: Final = DecimalRange()
TURNS: Final = TurnsKind()
WORDS: Final = Words()
