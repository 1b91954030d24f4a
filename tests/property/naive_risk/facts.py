"""What is written down: facts, in the order in which they happened. Quantities in lots (sells below 0), prices in
ticks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Owner:
    """Whose order it is: it counts for its session, its member, its account and its holding."""

    session: str
    member: str
    account: str
    symbol: str


@dataclass(frozen=True)
class Entered:
    """A new order was accepted."""

    owner: Owner
    qty: int


@dataclass(frozen=True)
class Traded:
    """An order was filled; `money` is what that came to at the rate of then."""

    owner: Owner
    qty: int
    px: int
    money: int


@dataclass(frozen=True)
class Amended:
    """A fill was busted or corrected; the amounts of money are those at the rate of the amendment."""

    owner: Owner
    qty_before: int
    px_before: int
    money_before: int
    qty: int
    px: int
    money: int
    mark: int
    is_of_today: bool


@dataclass(frozen=True)
class Loaded:
    """A position was loaded or corrected."""

    member: str
    account: str
    symbol: str
    qty: int
    cost: int
    is_correction: bool
    mark: int


@dataclass(frozen=True)
class Valued:
    """All holdings in an instrument were valued."""

    symbol: str
    mark: int


@dataclass(frozen=True)
class DayBegun:
    """A day of usage began; all holdings were valued before."""


Fact = Entered | Traded | Amended | Loaded | Valued | DayBegun


@dataclass
class Seen:
    """An order as its last report shows it, and the price at which it counts (section 2)."""

    owner: Owner
    is_buy: bool
    leaves: int
    price: int | None
    reserve_px: int
