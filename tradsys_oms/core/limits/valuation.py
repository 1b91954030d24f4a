"""What holdings are worth: positions that are loaded, marks, and the day of profit and loss."""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.commands import BeginRiskDay, Revalue, SetMark, SetPosition
from tradsys_oms.core.events import Event, Refused
from tradsys_oms.core.limits.holding import begin_day
from tradsys_oms.core.limits.marks import OPERATOR, SaidMark
from tradsys_oms.core.limits.usage import value_all
from tradsys_oms.core.phases.days import is_date
from tradsys_oms.core.reference.instruments import INT63_MAX
from tradsys_oms.core.state import State
from tradsys_oms.errors import InvariantError

HOLDINGS_MAX: Final = 10_000
"""Holdings that one command values."""


class Valuation:
    """Handles SetPosition, SetMark, Revalue and BeginRiskDay."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._risk = state.risk

    def fault_of_position(self, command: SetPosition) -> str | None:
        """Say why an account can't hold this, None if it can."""
        member, instrument = self._state.members.get(command.member), self._state.instruments.get(command.symbol)
        if member is None:
            return f"Unknown member {command.member}."
        if instrument is None:
            return f"Unknown symbol {command.symbol}."
        account = member.accounts.get(command.account)
        if member.declares_accounts and (account is None or not account.is_declared):
            return f"Unknown account {command.member}/{command.account}."
        if account is None or command.symbol not in account.holdings:
            crowd = self._risk.crowd(member, command.account)
            if crowd:
                return f"{crowd}."
        if command.qty_e8 % instrument.lot_e8 or command.avg_px_e8 < 0:
            return f"A position in {command.symbol} is a number of whole lots, at an average price not below 0."
        if abs(command.qty_e8) * command.avg_px_e8 > INT63_MAX * instrument.lot_e8 * instrument.tick_e8:
            return (
                f"The position of {command.member}/{command.account} in {command.symbol} is more than can be counted."
            )
        return None

    def set_position(self, seq: int, time_ns: int, command: SetPosition) -> list[Event]:
        """Load or correct what an account holds."""
        fault = self.fault_of_position(command)
        if fault is not None:
            return [Refused(fault)]
        instrument = self._state.instruments[command.symbol]
        holding = self._risk.holding(self._state.members[command.member], command.account, instrument)
        if holding is None:
            raise InvariantError(f"{command.account} of {command.member} was found to have room, and has none.")
        qty = command.qty_e8 // instrument.lot_e8
        cost = qty * command.avg_px_e8 // instrument.tick_e8
        if not command.is_correction:
            holding.day_value, holding.day_cash, holding.realised = cost, 0, 0
        else:
            # What is corrected in or out was never bought or sold today: it makes no profit by itself.
            holding.day_value += cost - holding.cost
        holding.position, holding.cost = qty, cost
        holding.value_at(instrument.mark_px)
        return []

    def fault_of_mark(self, command: SetMark) -> str | None:
        """Say why an instrument can't be worth this, None if it can."""
        instrument = self._state.instruments.get(command.symbol)
        if instrument is None:
            return f"Unknown symbol {command.symbol}."
        if command.px_e8 <= 0 or command.px_e8 % instrument.tick_e8:
            return f"A mark of {command.symbol} is above 0, and a number of ticks."
        return None

    def set_mark(self, seq: int, time_ns: int, command: SetMark) -> list[Event]:
        """Say what an instrument is worth."""
        fault = self.fault_of_mark(command)
        if fault is not None:
            return [Refused(fault)]
        instrument = self._state.instruments[command.symbol]
        px = command.px_e8 // instrument.tick_e8
        instrument.say(SaidMark(px, OPERATOR, command.source, time_ns, command.is_held))
        return []

    def revalue(self, seq: int, time_ns: int, command: Revalue) -> list[Event]:
        """Value holdings at the marks as they are now, as many as there is room for; the rest is for the next."""
        waiting = self._risk.to_value
        if not waiting:
            for instrument in self._state.instruments.values():
                mark = instrument.mark_px
                if mark != instrument.valued_mark:
                    instrument.valued_mark = mark
                    waiting.extend(holding for holding in instrument.holdings if holding.position)
        for _ in range(min(len(waiting), HOLDINGS_MAX)):
            holding = waiting.popleft()
            holding.value_at(holding.instrument.mark_px)
        self._risk.rearm()
        return []

    def fault_of_day(self, command: BeginRiskDay) -> str | None:
        """Say why a day can't begin, None if it can."""
        if not is_date(command.trade_date):
            return f"{command.trade_date} is no date as YYYYMMDD."
        if command.trade_date <= self._risk.trade_date:
            return f"The day {command.trade_date} is not after {self._risk.trade_date}, which has begun."
        return None

    def begin_day(self, seq: int, time_ns: int, command: BeginRiskDay) -> list[Event]:
        """Let the usage of a day begin at 0."""
        fault = self.fault_of_day(command)
        if fault is not None:
            return [Refused(fault)]
        self._risk.trade_date, self._risk.day_seq = command.trade_date, seq
        for member in self._state.members.values():
            value_all(member.usage.unvalued)
        for instrument in self._state.instruments.values():
            begin_day(instrument)
        for account in self._risk.accounts():
            account.begin_day()
        for member in self._state.members.values():
            member.usage.begin_day()
        for session in self._state.sessions.values():
            session.usage.begin_day()
        self._risk.warned.clear()
        self._risk.version += 1
        return []
