"""What an operator says about positions and what they are worth: the start of a day, corrections, marks.

A file is loaded as a whole or not at all: each row is asked of the core first. Rows are journaled in parts, each
durable before the next, so that orders have their turn in between; a row that was loaded twice is as if loaded once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import structlog

from tradsys_oms.core.commands import Command, SetMark, SetPosition
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.limits.holding import Holding
from tradsys_oms.core.limits.risk import HOLDINGS_MAX
from tradsys_oms.desk.csv_rows import Faults, read_rows
from tradsys_oms.desk.mark_views import lasts
from tradsys_oms.desk.market_views import find_instrument
from tradsys_oms.desk.operators import OperationRefused, Operators
from tradsys_oms.desk.order_desk import decimal_e8
from tradsys_oms.desk.position_views import find_holding, position_row
from tradsys_oms.fix.decimals import format_average, format_e8, format_ticks, parse_e8
from tradsys_oms.sequencer import Sequencer

log = structlog.get_logger(__name__)

POSITION_COLUMNS: Final = ("member", "account", "symbol", "qty", "avg_px")
MARK_COLUMNS: Final = ("symbol", "px")
AT_ONCE: Final = 500
"""Rows that are looked at, or journaled, in one turn of the loop."""

Key = tuple[str, str, str]
"""Member, account and symbol."""
Lines = Sequence[tuple[int, Command]]
"""Commands, each with the line of the file that it comes from."""


class PositionDesk:
    """The verbs of the control socket that change positions and marks."""

    def __init__(self, engine: Engine, sequencer: Sequencer, operators: Operators) -> None:
        self._engine, self._sequencer, self._operators = engine, sequencer, operators

    def handlers(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """Give the verbs of the control socket."""
        return {
            "position.load": self.load_positions,
            "position.correct": self.correct,
            "mark.load": self.load_marks,
            "mark.set": self.set_mark,
        }

    async def load_positions(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Preview or load what accounts hold at the start of a day.

        Arguments: file: its path; replace: true to let accounts hold nothing of what the file does not name; reason,
        user, preview.
        """
        reason, path = self._operators.begin(arguments), _path(arguments)
        named = await asyncio.to_thread(_position_commands, path, reason)
        commands: list[tuple[int, Command]] = list(named.values())
        others = await self._others(named)
        if arguments.get("replace"):
            commands += [(0, SetPosition(*key, 0, 0, False, reason)) for key in others]
        await self._check(commands, path)
        await self._require_room(named, path)
        fate = "are set to 0" if arguments.get("replace") else "stay as they are"
        sentences = [
            f"{len(named)} positions are loaded as the start of the day: their profit of the day begins at 0.",
            f"{len(others)} positions that the file does not name {fate}.",
        ]
        return await self._load("position.load", commands, sentences, arguments, reason)

    async def load_marks(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Preview or load what instruments are worth; arguments: file: its path, reason, user, preview."""
        reason, path = self._operators.begin(arguments), _path(arguments)
        commands = await asyncio.to_thread(_mark_commands, path, reason)
        await self._check(commands, path)
        sentences = [f"{len(commands)} instruments get a mark, until the next trade on the book says otherwise."]
        if any(self._engine.instruments[command.symbol].mark_venues for _, command in commands):
            sentences.append("Those with mark_venues get it until these say otherwise.")
        return await self._load("mark.load", commands, sentences, arguments, reason)

    async def correct(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Preview or correct what an account holds; what is not given stays.

        Arguments: member, account, symbol; quantity, price (the average): text; reason, user, preview.
        """
        reason = self._operators.begin(arguments)
        member, account, symbol = (str(arguments.get(name) or "") for name in ("member", "account", "symbol"))
        instrument = find_instrument(self._engine, symbol)
        holding = find_holding(self._engine, member, account, symbol)
        if arguments.get("quantity") is None and arguments.get("price") is None:
            raise OperationRefused("say what is corrected: --qty for the position, --price for its average, or both")
        qty_e8, price_e8 = _quantity_e8(arguments), decimal_e8(arguments, "price")
        if qty_e8 is None:
            qty_e8 = holding.position * instrument.lot_e8 if holding is not None else 0
        if price_e8 is None and qty_e8:
            price_e8 = _average_e8(holding)
        command = SetPosition(member, account, symbol, qty_e8, price_e8 or 0, True, reason)
        fault = self._engine.fault_of(command)
        if fault is not None:
            raise OperationRefused(fault)
        before = position_row(holding) if holding is not None else None
        was = before["quantity"] if before is not None else "0"
        sentences = [
            f"{member}/{account} holds {format_e8(qty_e8)} {symbol} at {format_e8(price_e8 or 0)} in place of {was}.",
            "What was realised today stays.",
        ]
        done = await self._load("position.correct", [(0, command)], sentences, arguments, reason)
        return done | {"before": before}

    async def set_mark(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Preview or set what an instrument is worth.

        Arguments: symbol, price; hold: true to let venues say nothing else; reason, user, preview.
        """
        reason = self._operators.begin(arguments)
        instrument = find_instrument(self._engine, str(arguments.get("symbol") or ""))
        price_e8 = decimal_e8(arguments, "price")
        if price_e8 is None:
            raise OperationRefused("say the price")
        is_held = bool(arguments.get("hold"))
        command = SetMark(instrument.symbol, price_e8, reason, is_held)
        fault = self._engine.fault_of(command)
        if fault is not None:
            raise OperationRefused(fault)
        before = format_ticks(instrument.mark_px, instrument.tick_e8)
        held = sum(1 for holding in instrument.holdings if holding.position)
        sentences = [
            f"{instrument.symbol} is worth {format_e8(price_e8)} in place of {before}, {lasts(instrument, is_held)}.",
            f"{held} positions are valued at it within a second.",
        ]
        return await self._load("mark.set", [(0, command)], sentences, arguments, reason)

    async def _others(self, named: Mapping[Key, object]) -> list[Key]:
        """List what is held and not named."""
        others = []
        for instrument in list(self._engine.instruments.values()):
            for start in range(0, len(instrument.holdings), AT_ONCE):
                held = [holding for holding in instrument.holdings[start : start + AT_ONCE] if holding.position]
                others += [key for holding in held if (key := _key(holding)) not in named]
                await asyncio.sleep(0)
        return others

    async def _check(self, commands: Lines, path: Path) -> None:
        """Ask the core about each command; raises `OperationRefused` with all that it would refuse."""
        faults = Faults(path.name)
        for count, (line, command) in enumerate(commands):
            if count % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
            fault = self._engine.fault_of(command)
            if fault is not None:
                faults.add(line, fault)
        faults.refuse()

    async def _require_room(self, named: Mapping[Key, object], path: Path) -> None:
        new = 0
        for count, key in enumerate(named):
            if count % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
            new += find_holding(self._engine, *key) is None
        if self._engine.risk.holding_count + new > HOLDINGS_MAX:
            raise OperationRefused(
                f"{path.name} names {new} new accounts in instruments; at most {HOLDINGS_MAX} are kept"
            )

    async def _load(
        self, action: str, commands: Lines, sentences: list[str], arguments: dict[str, Any], reason: str
    ) -> dict[str, Any]:
        """Do it, unless it is a preview."""
        if not arguments.get("preview"):
            for start in range(0, len(commands), AT_ONCE):
                for _, command in commands[start : start + AT_ONCE]:
                    self._sequencer.submit(command)
                await self._sequencer.committed()
            log.warning("positions_operated", action=action, count=len(commands), reason=reason)
        return {"action": action, "count": len(commands), "preview": sentences}


def _position_commands(path: Path, reason: str) -> dict[Key, tuple[int, Command]]:
    """Read a file of positions; an account in an instrument is named once."""
    faults = Faults(path.name)
    commands: dict[Key, tuple[int, Command]] = {}
    for line, (member, account, symbol, qty, avg_px) in read_rows(path, POSITION_COLUMNS):
        key = (member, account, symbol)
        if key in commands:
            faults.add(line, f"{'/'.join(key)} is in line {commands[key][0]} already")
        qty_e8, avg_px_e8 = faults.decimal_e8(line, "qty", qty), faults.decimal_e8(line, "avg_px", avg_px)
        commands.setdefault(key, (line, SetPosition(*key, qty_e8, avg_px_e8, False, reason)))
    faults.refuse()
    return commands


def _mark_commands(path: Path, reason: str) -> list[tuple[int, SetMark]]:
    """Read a file of marks; an instrument is named once."""
    faults = Faults(path.name)
    commands: dict[str, tuple[int, SetMark]] = {}
    for line, (symbol, px) in read_rows(path, MARK_COLUMNS):
        if symbol in commands:
            faults.add(line, f"{symbol} is in line {commands[symbol][0]} already")
        px_e8 = faults.decimal_e8(line, "px", px)
        commands.setdefault(symbol, (line, SetMark(symbol, px_e8, reason)))
    faults.refuse()
    return list(commands.values())


def _key(holding: Holding) -> Key:
    scope = holding.scope
    return scope.name, scope.account, scope.symbol


def _path(arguments: Mapping[str, Any]) -> Path:
    path = Path(str(arguments.get("file") or ""))
    if not path.is_absolute():
        raise OperationRefused("say which file, by a path that begins with /")
    return path


def _quantity_e8(arguments: Mapping[str, Any]) -> int | None:
    """Read a position, which may be below 0 and 0; None where it is not given."""
    text = arguments.get("quantity")
    try:
        return None if text is None else parse_e8(str(text))
    except ValueError as wrong:
        raise OperationRefused(f"quantity: {wrong}") from wrong


def _average_e8(holding: Holding | None) -> int:
    """Give the average price of a position, rounded to 1e-8."""
    if holding is None or not holding.position:
        raise OperationRefused("say the price too: the account holds nothing whose average it could keep")
    average = format_average(abs(holding.cost), abs(holding.position), holding.instrument.tick_e8)
    whole, _, fraction = average.partition(".")
    return parse_e8(f"{whole}.{fraction[:8]}")
