"""Venues as the core knows them: who may get orders now, and why not."""

from __future__ import annotations

from msgspec import Struct

from tradsys_oms.core.commands import SetVenue
from tradsys_oms.core.routing.children import Line


class Quote(Struct, frozen=True, gc=False):
    """Best bid and offer of a venue in ticks and lots, 0 for none."""

    bid_px: int
    bid_qty: int
    offer_px: int
    offer_qty: int


class Venue:
    """One other market."""

    __slots__ = (
        "_symbols",
        "address",
        "balances",
        "bars",
        "frame",
        "is_logged_on",
        "line",
        "mass_query",
        "quotes",
        "reason",
        "rules",
        "since_seq",
    )

    def __init__(self, rules: SetVenue, since_seq: int) -> None:
        self.adopt(rules)
        self.since_seq = since_seq
        """Journal sequence of its first SetVenue."""
        self.frame = 0
        """Number of the last frame of its link that was taken."""
        self.is_logged_on = False
        self.line = Line()
        """What is sent now goes out under it."""
        self.address = ""
        self.mass_query = ""
        """Place of the mass status request that is out, "" for none."""
        self.reason = "never logged on"
        """Why its line is as it is."""
        self.bars: dict[str, str] = {}
        """Why it gets no orders, by kind."""
        self.quotes: dict[str, Quote] = {}
        """By our symbol, of those that have a price; none while its line is down."""
        self.balances: dict[str, tuple[int, int]] = {}
        """What we have there in units of 1e-8, total and available, by asset."""

    def adopt(self, rules: SetVenue) -> None:
        """Take what the configuration says of it."""
        self.rules = rules
        self._symbols = frozenset(rules.symbols)

    @property
    def is_up(self) -> bool:
        """It takes new orders."""
        return self.is_logged_on and self.rules.enabled and not self.bars and not self.rules.is_drop_copy

    def trades(self, symbol: str) -> bool:
        """Tell that one of our symbols is traded there."""
        return not self._symbols or symbol in self._symbols

    def takes(self, symbol: str) -> bool:
        """Tell that it takes new orders in a symbol now: it is up, and trades it."""
        if not self.is_logged_on or self.bars:
            return False
        rules, symbols = self.rules, self._symbols
        return rules.enabled and not rules.is_drop_copy and (not symbols or symbol in symbols)

    def why_down(self) -> str:
        """Say why it takes no new orders, as a predicate; "" if it does."""
        if self.rules.is_drop_copy:
            return "takes no orders"
        if not self.rules.enabled:
            return "is disabled"
        if not self.is_logged_on:
            return f"is down ({self.reason})"
        return " and ".join(f"is barred by {kind} ({reason})" for kind, reason in self.bars.items())

    def why_not(self, symbol: str) -> str:
        """Say why it takes no new orders in a symbol now, as a predicate; "" if it does."""
        return self.why_down() or ("" if self.trades(symbol) else f"does not trade {symbol}")
