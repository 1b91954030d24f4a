"""Drop copy: executions that members have done elsewhere change what their accounts hold.

Each counts once by its ExecID (17) at its venue. A correction or bust names what it changes in ExecRefID (19): the
execution itself or an earlier correction of it. What can't be true, or is about an account or an execution that nobody
here knows, changes nothing and is kept for an operator.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.commands import DropCopy
from tradsys_oms.core.events import Event, ExternalExecution, Refused
from tradsys_oms.core.fields import ExecType, Side
from tradsys_oms.core.limits import external
from tradsys_oms.core.reference.instruments import INT63_MAX
from tradsys_oms.core.risk.checks import SIDES
from tradsys_oms.core.routing import venue_marks
from tradsys_oms.core.routing.elsewhere import Elsewhere
from tradsys_oms.core.routing.frames import taken
from tradsys_oms.core.routing.quarantine import quarantine
from tradsys_oms.core.state import State
from tradsys_oms.errors import InvariantError

EXEC_TYPES: Final = (ExecType.TRADE, ExecType.TRADE_CORRECT, ExecType.TRADE_CANCEL)


class DropCopies:
    """Handles DropCopy."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._risk = state.risk
        self._venues = state.routing.venues
        self._known = state.routing.elsewhere

    def fault_of(self, command: DropCopy) -> str | None:
        """Say that nobody knows the venue, None if somebody does."""
        return None if command.venue in self._venues else f"Unknown venue {command.venue}."

    def apply(self, seq: int, time_ns: int, command: DropCopy) -> list[Event]:
        """Count an execution, a correction or a bust, or keep it where it can't be true."""
        fault = self.fault_of(command)
        if fault is not None:
            return [Refused(fault)]
        if not taken(self._venues[command.venue], command.frame):
            return []
        before = self._known.find(command.venue, command.exec_id)
        if before is not None:
            if before.is_same(command):
                return []
            why = f"ExecID {command.exec_id} came before with other contents."
        else:
            why = self._fault(command) or self._fault_of_place(command) or self._fault_of_amounts(command)
        if why:
            return [quarantine(self._state, seq, command.venue, "", command.exec_id, why)]
        return self._count(seq, time_ns, command)

    def _count(self, seq: int, time_ns: int, command: DropCopy) -> list[Event]:
        """Let an execution change what its account holds, and be the mark where the venue says that."""
        instrument = self._state.instruments[command.symbol]
        qty, px = command.last_qty_e8 // instrument.lot_e8, command.last_px_e8 // instrument.tick_e8
        if command.exec_type == ExecType.TRADE_CANCEL:
            qty = px = 0
        signed = qty if command.side == Side.BUY else -qty
        told = self._known.find(command.venue, command.exec_ref_id)
        marked: list[Event] = []
        if told is None or command.exec_type == ExecType.TRADE:
            marked = venue_marks.executed(self._venues, instrument, command.venue, px, time_ns)
            execution, exec_ref_id, former_qty = self._filled(seq, command, signed, px), "", 0
        else:
            execution, exec_ref_id, former_qty = told.execution, told.execution.exec_id, abs(told.execution.qty)
            self._amended(execution, signed, px)
        self._known.remember(command, execution)
        names = (command.member, command.account, command.symbol, command.side)
        amounts = (qty, px, former_qty)
        told_as = (command.venue, command.exec_id, exec_ref_id, command.exec_type)
        return [ExternalExecution(*told_as, *names, *amounts), *marked]

    def _filled(self, seq: int, command: DropCopy, qty: int, px: int) -> Elsewhere:
        instrument = self._state.instruments[command.symbol]
        holding = self._risk.holding(self._state.members[command.member], command.account, instrument)
        if holding is None:
            raise InvariantError(f"{command.account} of {command.member} was found to have room, and has none.")
        external.filled(holding, qty, px)
        return Elsewhere(command.exec_id, holding, command.side, qty, px, seq)

    def _amended(self, execution: Elsewhere, qty: int, px: int) -> None:
        is_of_today = execution.seq > self._risk.day_seq
        external.amended(execution.holding, execution.qty, execution.px, qty, px, is_of_today=is_of_today)
        execution.qty, execution.px = qty, px

    def _fault(self, command: DropCopy) -> str:
        """Say why a message can't be a drop copy, "" if it can."""
        if not self._venues[command.venue].rules.is_drop_copy:
            return f"Venue {command.venue} is not for drop copies."
        if not command.exec_id:
            return "ExecID (17) is missing."
        if command.exec_type not in EXEC_TYPES:
            return f"ExecType {command.exec_type} is no execution, correction or bust."
        if command.side not in SIDES:
            return f"Side {command.side} is not known."
        return ""

    def _fault_of_place(self, command: DropCopy) -> str:
        """Say that nobody knows the account, the symbol, or what is to be changed; "" if somebody does."""
        member, symbol = self._state.members.get(command.member), command.symbol
        if member is None:
            return f"Unknown member {command.member}."
        if symbol not in self._state.instruments:
            return f"Unknown symbol {symbol}."
        if command.exec_type != ExecType.TRADE:
            return self._fault_of_ref(command)
        account = member.accounts.get(command.account)
        if member.declares_accounts and (account is None or not account.is_declared):
            return f"Unknown account {command.member}/{command.account}."
        if account is None or symbol not in account.holdings:
            crowd = self._risk.crowd(member, command.account)
            return f"{crowd}." if crowd else ""
        return ""

    def _fault_of_ref(self, command: DropCopy) -> str:
        """Say why what a correction or bust names can't be changed by it, "" if it can."""
        told = self._known.find(command.venue, command.exec_ref_id)
        if told is None:
            return f"ExecRefID {command.exec_ref_id or 'missing'} names no execution that is known."
        if not told.execution.qty:
            return f"Execution {command.exec_ref_id} was busted before."
        if not told.execution.is_of(command):
            return f"Execution {command.exec_ref_id} is of another account, symbol or side."
        return ""

    def _fault_of_amounts(self, command: DropCopy) -> str:
        """Say why so much can't have been done at such a price, "" if it can; a bust needs neither."""
        if command.exec_type == ExecType.TRADE_CANCEL:
            return ""
        instrument = self._state.instruments[command.symbol]
        qty_e8, px_e8 = command.last_qty_e8, command.last_px_e8
        if qty_e8 <= 0 or qty_e8 % instrument.lot_e8:
            return f"LastQty of {command.symbol} is not above 0, or no whole number of lots."
        if px_e8 <= 0 or px_e8 % instrument.tick_e8:
            return f"LastPx of {command.symbol} is not above 0, or no whole number of ticks."
        if qty_e8 * px_e8 > INT63_MAX * instrument.lot_e8 * instrument.tick_e8:
            return f"LastQty times LastPx of {command.symbol} is more than can be counted."
        return ""
