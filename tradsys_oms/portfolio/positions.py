"""Who holds what, and what it is worth, out of the entries of the journal; all in integers of 1e-8.

A position is what fills on our book, at venues and elsewhere bought less what they sold, or what `SetPosition` said
last. A busted or corrected trade takes back what it was before: as first reported, which the command says; or, where it
was amended before, as that amendment made it, which stands in the record that the report refers to and is read from the
journal again. What a venue busts or corrects is read again in the same way. So nothing is remembered of trades, and
memory is bounded by accounts times instruments.

The mark of an instrument is the price that came last: of a trade on our book, of `SetMark`, or of a venue that says
what it is worth (`MarkChanged`); before all, the configured reference price. Amendments of trades leave it as it is,
and so does by itself what is done elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from msgspec import Struct

from tradsys_oms.core.commands import AmendTrade, Command, SetInstrument, SetMark, SetPosition, SetRiskRules
from tradsys_oms.core.events import BlockChanged, Execution, ExternalExecution, MarkChanged, Refused
from tradsys_oms.core.fields import SCALE_E8, ExecType, Side
from tradsys_oms.errors import InvariantError
from tradsys_oms.journal.entries import Entry

Account: TypeAlias = tuple[str, str]
"""Member and Account (1), "" for orders without one."""

BLOCK_KIND: Final = "portfolio"
_AMENDED: Final = frozenset((ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT))


class Instrument(Struct):
    """What positions in an instrument are counted in, and its prices."""

    tick_e8: int
    lot_e8: int
    currency: str
    has_phases: bool
    reference_e8: int
    mark_e8: int = 0
    """0: neither a trade nor a mark was set."""
    last_px_e8: int = 0
    """Of the last trade; 0 for none."""

    @property
    def value_e8(self) -> int:
        """Give the price at which positions are valued."""
        return self.mark_e8 or self.reference_e8


class Positions:
    """Positions, marks, rates, and blocks of the portfolio kind, as of the last entry applied."""

    def __init__(self, read_entry: Callable[[int], Entry]) -> None:
        """`read_entry` reads one entry of the same journal again, by its sequence."""
        self.held: dict[Account, dict[str, int]] = {}
        """Quantity in units of 1e-8 by instrument, above 0 long, below 0 short; what is 0 is not there."""
        self.instruments: dict[str, Instrument] = {}
        self.base_currency = ""
        self.rates_e8: dict[str, int] = {}
        self.blocked: dict[tuple[str, str, str], None] = {}
        """Level, name and account of scopes that have a block of the kind `portfolio`."""
        self.last_seq = 0
        self._read_entry = read_entry

    def apply(self, entry: Entry) -> None:
        """Take over what an entry changes; entries come in their order, without a gap."""
        self.last_seq = entry.seq
        command = entry.command
        if isinstance(command, SetInstrument | SetPosition | SetMark | SetRiskRules) and not is_refused(entry):
            self._set(command)
        for event in entry.events:
            if isinstance(event, Execution):
                if event.exec_type == ExecType.TRADE:
                    self._fill(event)
                elif event.exec_type in _AMENDED:
                    self._add(event, self._amended_by(command, event))
            elif isinstance(event, ExternalExecution):
                self._add(event, event.last_qty - event.former_qty)
            elif isinstance(event, MarkChanged):
                instrument = self._instrument(event.symbol)
                instrument.mark_e8 = event.px * instrument.tick_e8
            elif isinstance(event, BlockChanged) and event.kind == BLOCK_KIND:
                self._note_block(event)

    def rate_e8(self, currency: str) -> int:
        """Give what one unit of a currency is worth in the base currency."""
        return self.rates_e8.get(currency, SCALE_E8)

    def _set(self, command: SetInstrument | SetPosition | SetMark | SetRiskRules) -> None:
        if isinstance(command, SetPosition):
            self._hold((command.member, command.account), command.symbol, command.qty_e8)
        elif isinstance(command, SetMark):
            if command.symbol in self.instruments:
                self.instruments[command.symbol].mark_e8 = command.px_e8
        elif isinstance(command, SetRiskRules):
            self.base_currency, self.rates_e8 = command.base_currency, dict(command.rates_e8)
        else:
            known = self.instruments.get(command.symbol)
            mark_e8, last_px_e8 = (known.mark_e8, known.last_px_e8) if known else (0, 0)
            self.instruments[command.symbol] = Instrument(
                command.tick_e8,
                command.lot_e8,
                command.currency,
                command.has_phases,
                command.reference_price_e8,
                mark_e8,
                last_px_e8,
            )

    def _fill(self, event: Execution) -> None:
        if not is_at_venue(event):
            instrument = self._instrument(event.symbol)
            instrument.mark_e8 = instrument.last_px_e8 = event.last_px * instrument.tick_e8
        self._add(event, event.last_qty)

    def _amended_by(self, command: Command, event: Execution) -> int:
        """Give by how many lots a bust or correction changes its execution."""
        detail = event.detail
        if not isinstance(command, AmendTrade):
            if detail is None:
                raise InvariantError(f"Order {event.order_id} has an execution amended, and nobody says which.")
            former = self._read_entry(detail.exec_ref_seq).events[detail.exec_ref_index]
            if not isinstance(former, Execution):
                raise InvariantError(
                    f"Record {detail.exec_ref_seq} of the journal has no execution where one is amended."
                )
            return event.last_qty - former.last_qty
        seq = detail.exec_ref_seq if detail is not None else command.trade_seq
        if seq == command.trade_seq:
            return command.qty - command.traded_qty
        amendment = self._read_entry(seq).command
        if not isinstance(amendment, AmendTrade):
            raise InvariantError(f"Record {seq} of the journal amends no trade, but a later one says so.")
        return command.qty - amendment.qty

    def _add(self, event: Execution | ExternalExecution, lots: int) -> None:
        """Add lots to what the account of a report holds, by its side."""
        account, symbol = (event.member, event.account), event.symbol
        held_e8 = self.held.get(account, {}).get(symbol, 0)
        change_e8 = lots * self._instrument(symbol).lot_e8
        self._hold(account, symbol, held_e8 + change_e8 if event.side == Side.BUY else held_e8 - change_e8)

    def _hold(self, account: Account, symbol: str, qty_e8: int) -> None:
        if qty_e8:
            self.held.setdefault(account, {})[symbol] = qty_e8
        elif account in self.held:
            self.held[account].pop(symbol, None)
            if not self.held[account]:
                del self.held[account]

    def _note_block(self, event: BlockChanged) -> None:
        scope = (event.scope.level, event.scope.name, event.scope.account)
        if event.is_blocked:
            self.blocked[scope] = None
        else:
            self.blocked.pop(scope, None)

    def _instrument(self, symbol: str) -> Instrument:
        instrument = self.instruments.get(symbol)
        if instrument is None:
            raise InvariantError(f"The journal reports about {symbol} before it has set that instrument.")
        return instrument


def is_at_venue(event: Execution) -> bool:
    """Tell whether an execution was at another market."""
    return event.detail is not None and event.detail.venue != ""


def is_refused(entry: Entry) -> bool:
    """Tell whether the core refused a command."""
    return any(type(event) is Refused for event in entry.events)
