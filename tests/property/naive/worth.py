"""Commands about what accounts hold and what that is worth: to the market they are nothing, but they can be refused."""

from __future__ import annotations

from datetime import datetime

from tests.property.naive.phasing import refuse
from tests.property.naive.things import Exchange
from tradsys_oms.core.commands import BeginRiskDay, Revalue, SetMark, SetPosition, SetRiskRules


def set_rules(x: Exchange, command: SetRiskRules) -> None:
    if not 0 <= command.warn_bps <= 10_000 or any(rate_e8 <= 0 for _, rate_e8 in command.rates_e8):
        refuse(x)


def set_position(x: Exchange, command: SetPosition) -> None:
    instrument = x.instruments.get(command.symbol)
    if instrument is None or command.member not in x.members:
        is_wrong = True
    else:
        is_wrong = command.qty_e8 % instrument.data.lot_e8 > 0 or command.avg_px_e8 < 0
    if is_wrong:
        refuse(x)
    else:
        x.gate.accounts[command.member, command.account] = None


def set_mark(x: Exchange, command: SetMark) -> None:
    instrument = x.instruments.get(command.symbol)
    if instrument is None or command.px_e8 <= 0 or command.px_e8 % instrument.data.tick_e8:
        refuse(x)


def revalue(x: Exchange, command: Revalue) -> None:
    """Nothing that anybody is told of."""


def begin_day(x: Exchange, command: BeginRiskDay) -> None:
    try:
        datetime.strptime(str(command.trade_date), "%Y%m%d")  # noqa: DTZ007 - a date
    except ValueError:
        refuse(x)
        return
    if command.trade_date <= x.risk_date:
        refuse(x)
    else:
        x.risk_date = command.trade_date
