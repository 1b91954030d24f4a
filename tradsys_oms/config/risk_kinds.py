"""Kinds of values of pre-trade risk: names of accounts and scopes, and words that stand for codes of FIX."""

from __future__ import annotations

import difflib
from typing import Final

from tradsys_oms.config.kinds import COMP_ID, SYMBOL, WORD_LIKENESS_MIN, Kind, Plain, Scaled, Text
from tradsys_oms.core.commands import Scope
from tradsys_oms.core.fields import OrdType

DAY_S: Final = 86_400
ACCOUNT: Final = Text(
    r"[A-Za-z0-9][A-Za-z0-9._:@+-]{0,63}", "an account of up to 64 letters, digits, dots, dashes and any of _ : @ +"
)
WINDOW: Final = Scaled(9, "0.001", str(DAY_S))
"""A time in s, kept in ns."""


class Coded(Plain, frozen=True):
    """One of a few words, each of which stands for a code."""

    codes: tuple[tuple[str, str], ...]

    def parse(self, text: str) -> str:
        """Give the code of a word, and propose the nearest for one that is none."""
        words = dict(self.codes)
        if text not in words:
            near = difflib.get_close_matches(text, words, 1, WORD_LIKENESS_MIN)
            proposal = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(f"{text!r} is not among the values{proposal}")
        return words[text]

    def describe(self) -> str:
        """Name the kind."""
        return " or ".join(f"`{word}`" for word, _ in self.codes)

    def show(self, value: object) -> str:
        """Print the word of a code."""
        return next(word for word, code in self.codes if code == value)


ORD_TYPES: Final = Coded(
    (
        ("market", OrdType.MARKET),
        ("limit", OrdType.LIMIT),
        ("stop", OrdType.STOP),
        ("stop_limit", OrdType.STOP_LIMIT),
        ("market_to_limit", OrdType.MARKET_TO_LIMIT),
        ("pegged", OrdType.PEGGED),
    )
)


class ScopeName(Plain, frozen=True):
    """The name of a scope of one level, its parts with a slash between them."""

    level: str
    parts: tuple[tuple[str, Kind], ...]
    """What each part is, as a field of `Scope`, and what it may be."""

    def parse(self, text: str) -> Scope:
        """Read the parts; the account may be empty: that of orders without one."""
        texts = text.split("/", len(self.parts) - 1)
        if len(texts) < len(self.parts):
            raise ValueError(f"{text!r} names no {self.level}")
        fields = {}
        for (field, kind), part in zip(self.parts, texts, strict=True):
            fields[field] = kind.parse(part) if part or field != "account" else ""
        return Scope(self.level, **fields)  # type: ignore[arg-type]

    def describe(self) -> str:
        """Name the kind."""
        return self._form if len(self.parts) > 1 else self.parts[0][1].describe()

    def show(self, value: object) -> str:
        """Print the name of a scope."""
        return "/".join(getattr(value, field) for field, _ in self.parts)

    @property
    def _form(self) -> str:
        words = {"name": "MEMBER", "account": "ACCOUNT", "symbol": "SYMBOL"}
        return "/".join(words[field] for field, _ in self.parts)


MEMBER: Final = ScopeName("member", (("name", COMP_ID),))
SESSION: Final = ScopeName("session", (("name", COMP_ID),))
INSTRUMENT: Final = ScopeName("instrument", (("symbol", SYMBOL),))
ACCOUNT_OF_MEMBER: Final = ScopeName("account", (("name", COMP_ID), ("account", ACCOUNT)))
HOLDING: Final = ScopeName("holding", (("name", COMP_ID), ("account", ACCOUNT), ("symbol", SYMBOL)))
