"""What members, sessions, accounts and holdings have used, in a line that can be checked by hand.

Money is in whole units and decimals, prices in ticks of 0.01, so that 10 lots at 10000 are 1000.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradsys_oms.core.commands import SetPosition
from tradsys_oms.core.decimal_text import format_e8
from tradsys_oms.core.fields import SCALE_E8
from tradsys_oms.core.limits.holding import Holding
from tradsys_oms.core.limits.usage import Usage

if TYPE_CHECKING:
    from tests.unit.core.conftest import Exchange


def holding_of(exchange: Exchange, member: str = "A", account: str = "house", symbol: str = "ACME") -> Holding:
    """Give what an account holds."""
    return exchange.engine.members[member].accounts[account].holdings[symbol]


def scopes(exchange: Exchange, session: str) -> tuple[Usage, ...]:
    """Give all who use something by the orders of a session."""
    state = exchange.engine.sessions[session]
    holding = holding_of(exchange, state.member)
    return state.firm.usage, state.usage, holding.account, holding


def reserved(exchange: Exchange, session: str = "A1") -> str:
    """Say what is open: the same for all levels, where a member has one session and one account at work."""
    lines = {
        f"{used.open_orders} open, buy {format_e8(used.open_buy)}, sell {format_e8(used.open_sell)}"
        for used in scopes(exchange, session)
    }
    holding = scopes(exchange, session)[-1]
    assert isinstance(holding, Holding)
    (line,) = lines
    return f"{line}, lots {holding.buy_qty} and {holding.sell_qty}"


def traded(exchange: Exchange, session: str = "A1") -> str:
    """Say what was traded today, the same for all levels."""
    (line,) = {
        f"{used.trades} trades, {format_e8(used.traded)}, out {format_e8(used.cash_out)}"
        for used in scopes(exchange, session)
    }
    return line


def held(exchange: Exchange, member: str = "A", account: str = "house", symbol: str = "ACME") -> str:
    """Say what an account holds, in lots, and cost and realised profit in ticks times lots."""
    holding = holding_of(exchange, member, account, symbol)
    return f"{holding.position} lots, cost {holding.cost}, realised {holding.realised}"


def worth(exchange: Exchange, member: str = "A") -> str:
    """Say what the holdings of a member with one account come to, the same for member and account."""
    state = exchange.engine.members[member]
    (line,) = {
        f"net {format_e8(used.net)}, gross {format_e8(used.gross)}, pnl {format_e8(used.pnl)}"
        for used in (state.usage, *state.accounts.values())
    }
    return line


def load(exchange: Exchange, qty: int, price: int, *, is_correction: bool = False) -> list[str]:
    """Say what account house of A holds of ACME."""
    reason = "by hand"
    px_e8 = price * SCALE_E8 // 100
    return exchange.apply(SetPosition("A", "house", "ACME", qty * SCALE_E8, px_e8, is_correction, reason))
