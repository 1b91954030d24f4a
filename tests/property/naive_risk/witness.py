"""The witness: from commands and events to facts (docs/risk.md, sections 2, 3 and 6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any

from tests.property.naive_risk.facts import Amended, DayBegun, Entered, Fact, Loaded, Owner, Seen, Traded, Valued
from tradsys_oms.core import commands
from tradsys_oms.core.commands import Command, SetInstrument
from tradsys_oms.core.events import Event, Execution, MarkChanged, Refused, Uncrossed
from tradsys_oms.core.fields import SCALE_E8, ExecType, Side

BestPrices = tuple[int | None, int | None]
SAYS_NOTHING_NEW = (ExecType.ORDER_STATUS, ExecType.REJECTED)


@dataclass
class Witness:
    """Writes down what happens."""

    facts: list[Fact] = field(default_factory=list)
    orders: dict[int, Seen] = field(default_factory=dict)
    instruments: dict[str, SetInstrument] = field(default_factory=dict)
    rates_e8: dict[str, int] = field(default_factory=dict)
    last_px: dict[str, int] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    """By symbol: the last trade's price, or what was set since, or said by a venue."""
    held: dict[str, None] = field(default_factory=dict)
    """Symbols whose mark venues can't change."""
    fills: dict[tuple[int, int, int], tuple[int, int]] = field(default_factory=dict)
    """Quantity and price of each fill as of now, by the place of its trade and its order."""
    seq: int = 0
    day_seq: int = 0
    """The command that began the day of usage."""
    best: BestPrices = (None, None)
    """Bid and offer of the command's instrument, before it was carried out."""
    command: Command = field(default_factory=commands.EntryLost)

    def looks(self, prices: BestPrices) -> None:
        """Take note of bid and offer of the next command's instrument."""
        self.best = prices

    def saw(self, seq: int, command: Command, events: list[Event]) -> None:
        """Write down what a command did."""
        self.seq, self.command = seq, command
        if not any(isinstance(event, Refused) for event in events):
            COMMANDS.get(type(command), nothing)(self, command)
        for event in events:
            if isinstance(event, Uncrossed):
                self._mark(event.symbol, event.price)
            if isinstance(event, MarkChanged):
                self.marks[event.symbol] = event.px
            if isinstance(event, Execution) and event.exec_type not in SAYS_NOTHING_NEW:
                self._report(event)

    def money(self, symbol: str, worth: int) -> int:
        """Turn ticks times lots into money at the rate of now, rounded down (section 2)."""
        data = self.instruments[symbol]
        rate_e8 = self.rates_e8.get(data.currency, SCALE_E8)
        worth_e8 = Fraction(worth * data.tick_e8, SCALE_E8) * Fraction(data.lot_e8, SCALE_E8) * SCALE_E8
        return floor(worth_e8 * Fraction(rate_e8, SCALE_E8))

    def mark(self, symbol: str) -> int:
        """Give what an instrument is worth (section 6)."""
        data = self.instruments[symbol]
        return self.marks.get(symbol) or data.reference_price_e8 // data.tick_e8

    def reference_px(self, symbol: str) -> int:
        """Give the price that others are measured from (section 3)."""
        bid, offer = self.best
        if self.instruments[symbol].mark_venues:
            return self.mark(symbol)
        if symbol in self.last_px:
            return self.last_px[symbol]
        if bid is not None and offer is not None:
            return (bid + offer) // 2
        return self.mark(symbol)

    def unpriced_px(self, symbol: str) -> int:
        """Give the reserve price of an order without a limit (section 2)."""
        data = self.instruments[symbol]
        if not data.price_band_bps:
            return self.reference_px(symbol)
        width_e8 = data.reference_price_e8 * data.price_band_bps // 10_000
        return (data.reference_price_e8 + width_e8) // data.tick_e8

    def _report(self, event: Execution) -> None:
        order = self.orders.get(event.order_id)
        if order is None:
            owner = Owner(event.session, event.member, event.account, event.symbol)
            order = self.orders[event.order_id] = Seen(owner, event.side == Side.BUY, 0, None, 0)
            self.facts.append(Entered(owner, event.order_qty))
        if event.exec_type in (ExecType.NEW, ExecType.REPLACED):
            order.reserve_px = event.price or self.unpriced_px(event.symbol)
        elif event.price and (self._is_repriced(event, order) or is_back(event, order)):
            order.reserve_px = event.price
        if event.exec_type == ExecType.TRADE:
            self._trade(event, order)
        elif event.exec_type in (ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT):
            self._amend(event, order)
        order.leaves, order.price = event.leaves_qty, event.price

    def _is_repriced(self, event: Execution, order: Seen) -> bool:
        """Tell that an operator has just given the order another price; what the market does counts nothing."""
        command = self.command
        is_asked = isinstance(command, commands.RestateOne) and command.order_id == event.order_id
        return is_asked and event.price != order.price

    def _mark(self, symbol: str, px: int) -> None:
        """Take the price of a trade; it ends what was held."""
        self.last_px[symbol] = self.marks[symbol] = px
        self.held.pop(symbol, None)

    def _trade(self, event: Execution, order: Seen) -> None:
        qty, px, symbol = event.last_qty, event.last_px, event.symbol
        self._mark(symbol, px)
        self.fills[self.seq, event.trade_index, event.order_id] = (qty, px)
        self.facts.append(Traded(order.owner, signed(order, qty), px, self.money(symbol, qty * px)))

    def _amend(self, event: Execution, order: Seen) -> None:
        detail = event.detail
        assert detail is not None
        place = (detail.trade_seq, detail.trade_index, event.order_id)
        qty_before, px_before = self.fills[place]
        qty, px, symbol = event.last_qty, event.last_px, event.symbol
        self.fills[place] = (qty, px)
        self.facts.append(
            Amended(
                order.owner,
                signed(order, qty_before),
                px_before,
                self.money(symbol, qty_before * px_before),
                signed(order, qty),
                px,
                self.money(symbol, qty * px),
                self.mark(symbol),
                detail.trade_seq > self.day_seq,
            )
        )


def signed(order: Seen, qty: int) -> int:
    return qty if order.is_buy else -qty


def is_back(event: Execution, order: Seen) -> bool:
    """Tell that a bust or a correction gives an order something to do that had nothing left."""
    return event.exec_type in (ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT) and not order.leaves


def nothing(witness: Witness, command: Command) -> None:
    """Most commands say nothing about usage by themselves."""


def set_instrument(witness: Witness, command: SetInstrument) -> None:
    witness.instruments[command.symbol] = command


def set_rules(witness: Witness, command: commands.SetRiskRules) -> None:
    witness.rates_e8 = dict(command.rates_e8)


def set_mark(witness: Witness, command: commands.SetMark) -> None:
    witness.marks[command.symbol] = command.px_e8 // witness.instruments[command.symbol].tick_e8
    witness.held.pop(command.symbol, None)
    if command.is_held:
        witness.held[command.symbol] = None


def set_position(witness: Witness, command: commands.SetPosition) -> None:
    data = witness.instruments[command.symbol]
    qty = command.qty_e8 // data.lot_e8
    cost = floor(Fraction(qty * command.avg_px_e8, data.tick_e8))
    mark = witness.mark(command.symbol)
    loaded = Loaded(command.member, command.account, command.symbol, qty, cost, command.is_correction, mark)
    witness.facts.append(loaded)


def revalue(witness: Witness, command: commands.Revalue | commands.BeginRiskDay) -> None:
    witness.facts += [Valued(symbol, witness.mark(symbol)) for symbol in witness.instruments]


def begin_day(witness: Witness, command: commands.BeginRiskDay) -> None:
    revalue(witness, command)
    witness.day_seq = witness.seq
    witness.facts.append(DayBegun())


COMMANDS: dict[type, Callable[[Witness, Any], None]] = {
    SetInstrument: set_instrument,
    commands.SetRiskRules: set_rules,
    commands.SetMark: set_mark,
    commands.SetPosition: set_position,
    commands.Revalue: revalue,
    commands.BeginRiskDay: begin_day,
}
