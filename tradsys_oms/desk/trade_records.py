"""Trades as the journal has them: a trade is two fills in one record, and its TradeID is the place of the first one.

What became of a trade afterwards is in later records: each correction or bust refers, by ExecRefID, to the one before
it, so from the last one the chain leads back to the trade.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import Struct

from tradsys_oms.core.commands import AmendTrade
from tradsys_oms.core.events import Execution, Refused
from tradsys_oms.core.fields import ExecType, Side
from tradsys_oms.errors import TradsysError
from tradsys_oms.journal.entries import Entry
from tradsys_oms.journal.reader import Tail, durable_seq

AMENDING: Final = (ExecType.TRADE_CORRECT, ExecType.TRADE_CANCEL)


Place = tuple[int, int]
"""Of an event: sequence of its record, index in it."""


class UnknownTrade(TradsysError):
    """The journal has no trade of that TradeID."""


class Trade(Struct, frozen=True, gc=False):
    """A trade as it was first reported; quantities in lots, prices in ticks."""

    seq: int
    index: int
    time_ns: int
    first: Execution
    """The aggressor's fill, if there was one, else the buyer's."""
    second: Execution

    @property
    def trade_id(self) -> str:
        """TradeID (1003)."""
        return f"{self.seq}-{self.index}"

    @property
    def buy(self) -> Execution:
        """The buyer's fill."""
        return self.first if self.first.side == Side.BUY else self.second

    @property
    def sell(self) -> Execution:
        """The seller's fill."""
        return self.second if self.first.side == Side.BUY else self.first


class VenueTrade(Struct, frozen=True, gc=False):
    """A fill at a venue, as it was first reported: a trade whose other side is the venue."""

    seq: int
    index: int
    time_ns: int
    fill: Execution
    venue: str

    @property
    def trade_id(self) -> str:
        """TradeID (1003)."""
        return f"{self.seq}-{self.index}"


class Amended(NamedTuple):
    """A correction or a bust that was carried out."""

    seq: int
    time_ns: int
    command: AmendTrade
    before_seq: int
    """The record of the amendment before, or of the trade."""


def trades_of(entry: Entry) -> Iterator[Trade]:
    """Give the trades of a record."""
    events = entry.events
    for index, first in enumerate(events[:-1]):
        if isinstance(first, Execution) and first.exec_type == ExecType.TRADE and first.trade_index == index:
            second = events[index + 1]
            if isinstance(second, Execution) and second.trade_index == index:
                yield Trade(entry.seq, index, entry.time_ns, first, second)


def venue_trades_of(entry: Entry) -> Iterator[VenueTrade]:
    """Give the fills at venues of a record."""
    for index, fill in enumerate(entry.events):
        if isinstance(fill, Execution) and fill.exec_type == ExecType.TRADE and fill.detail and fill.detail.venue:
            yield VenueTrade(entry.seq, index, entry.time_ns, fill, fill.detail.venue)


def amended_at_venue(entry: Entry) -> Iterator[tuple[Place, Execution]]:
    """Give the corrections and busts of venues in a record, each with the place of the fill that it is about."""
    for event in entry.events:
        if isinstance(event, Execution) and event.exec_type in AMENDING and event.detail and event.detail.venue:
            yield (event.detail.trade_seq, event.detail.trade_index), event


def amended_by(entry: Entry) -> Amended | None:
    """Give the amendment that a record carried out, None if it carried out none."""
    command = entry.command
    if not isinstance(command, AmendTrade) or any(isinstance(event, Refused) for event in entry.events):
        return None
    details = (event.detail for event in entry.events if isinstance(event, Execution) and event.exec_type in AMENDING)
    before_seq = next((detail.exec_ref_seq for detail in details if detail is not None), command.trade_seq)
    return Amended(entry.seq, entry.time_ns, command, before_seq)


def read_trade(directory: Path, trade_id: str) -> Trade:
    """Read a trade on our book by its TradeID, or raise `UnknownTrade`."""
    seq, _, index = trade_id.partition("-")
    if seq.isdecimal() and index.isdecimal():
        entry = read_entry(directory, int(seq))
        for trade in trades_of(entry) if entry is not None else ():
            if trade.index == int(index):
                return trade
        for there in venue_trades_of(entry) if entry is not None else ():
            if there.index == int(index):
                raise UnknownTrade(
                    f"trade {trade_id} was done at {there.venue}, which alone busts and corrects it; "
                    f"`tradsys trade list --order {there.fill.order_id}` shows it"
                )
    raise UnknownTrade(f"the journal has no trade {trade_id!r}; `tradsys trade list` lists them")


def read_amendments(directory: Path, trade: Trade, last_seq: int) -> list[Amended]:
    """Read what became of a trade, the first amendment first; `last_seq` is the record of the last one."""
    chain: list[Amended] = []
    seq = last_seq
    while seq > trade.seq:
        entry = read_entry(directory, seq)
        amended = amended_by(entry) if entry is not None else None
        if amended is None:
            break
        chain.append(amended)
        seq = amended.before_seq
    return chain[::-1]


def read_entry(directory: Path, seq: int) -> Entry | None:
    """Read one record of the journal, None where there is none of that sequence that is durable."""
    if not 0 < seq <= durable_seq(directory):
        return None
    tail = Tail(directory, seq - 1)
    try:
        return next(iter(tail.poll(1)), None)
    finally:
        tail.close()
