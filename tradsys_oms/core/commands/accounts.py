"""Accounts, what they hold, and what that is worth."""

from __future__ import annotations

from tradsys_oms.core.commands.base import JournaledCommand


class SetAccount(JournaledCommand, frozen=True, tag=32):
    """Declare an account of a member, or take that back.

    A member with declared accounts has no others: orders for them are refused. One without any may use any name.
    """

    member: str
    account: str
    enabled: bool
    is_declared: bool = True


class SetPosition(JournaledCommand, frozen=True, tag=39):
    """An account holds so much of an instrument: at the start of a day, or as a correction by an operator."""

    member: str
    account: str
    symbol: str
    qty_e8: int
    """Above 0 long, below 0 short."""
    avg_px_e8: int
    """What it was bought or sold for on average."""
    is_correction: bool
    """A correction keeps what was realised today; a load at the start of a day begins at 0."""
    reason: str


class SetMark(JournaledCommand, frozen=True, tag=40):
    """An instrument is worth so much, by a file or an operator, until somebody says otherwise: the next trade on our
    book, or one of its `mark_venues`.
    """

    symbol: str
    px_e8: int
    source: str
    is_held: bool = False
    """Venues can't say otherwise."""


class Revalue(JournaledCommand, frozen=True, tag=41):
    """Value the holdings of instruments whose mark has changed; what one command has no room for waits for `GoOn`."""


class BeginRiskDay(JournaledCommand, frozen=True, tag=42):
    """Usage per day begins at 0 again: profit and loss, traded notional, counts of orders and trades."""

    trade_date: int
    """YYYYMMDD."""


class RestrictShortSale(JournaledCommand, frozen=True, tag=44):
    """Switch the short sale price test of an instrument on or off (SEC Rule 201, 17 CFR 242.201)."""

    symbol: str
    is_restricted: bool
    reason: str
