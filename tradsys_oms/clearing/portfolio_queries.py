"""What the command line reads of the results of portfolio risk."""

from __future__ import annotations

from sqlalchemy import func, select

from tradsys_oms.clearing.portfolio_schema import portfolio_risk
from tradsys_oms.clearing.queries import Row, reading


def latest_risk(url: str, member: str = "", account: str | None = None) -> list[Row]:
    """Give the rows of the last run: all, those of a member and its accounts, or that of one account.

    Numbers are Decimal, times datetime in UTC. Raises DatabaseUnavailableError.
    """
    table = portfolio_risk.c
    query = select(portfolio_risk).where(table.run_at == select(func.max(table.run_at)).scalar_subquery())
    if member:
        query = query.where(table.member == member)
    if account is not None:
        query = query.where(table.level == "account", table.account == account)
    with reading(url) as connection:
        ordered = query.order_by(table.member, table.level.desc(), table.account)
        return [dict(row) for row in connection.execute(ordered).mappings()]


def risk_history(url: str, member: str, account: str | None, limit: int) -> list[Row]:
    """Give the rows of an account, or of a member itself, in the last `limit` runs that have it, oldest first."""
    table = portfolio_risk.c
    level = "member" if account is None else "account"
    query = select(portfolio_risk).where(table.member == member, table.account == (account or ""), table.level == level)
    with reading(url) as connection:
        rows = connection.execute(query.order_by(table.run_at.desc()).limit(limit)).mappings()
        return [dict(row) for row in rows][::-1]
