"""The tables of portfolio risk, as they are after the last migration; in the same database as those of clearing."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, Date, Index, Integer, PrimaryKeyConstraint, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from tradsys_oms.clearing.columns import bigint, number, text, time
from tradsys_oms.clearing.schema import metadata

price_history: Final = Table(
    "price_history",
    metadata,
    text("symbol", "Symbol (55)"),
    Column("trade_date", Date, nullable=False, comment="Trading day"),
    number("close_px", "Closing price"),
    text("source", "Who said so; exchange for the last trade on our own book"),
    PrimaryKeyConstraint("symbol", "trade_date"),
    CheckConstraint("close_px > 0", name="close_px"),
    comment="Closing prices, one per instrument and trading day; what was loaded goes before our own trades",
)

portfolio_risk: Final = Table(
    "portfolio_risk",
    metadata,
    time("run_at", "When it was calculated"),
    text("level", "account or member"),
    text("member", "Member firm"),
    text("account", "Account (1); empty for a member, and for orders without one"),
    bigint("journal_seq", "Last record of the journal that is in it"),
    text("currency", "Base currency, of all money here"),
    Column("holdings", Integer, nullable=False, comment="Instruments held"),
    number("gross_value", "Sum of the values of the holdings without their signs"),
    number("net_value", "Sum of the values of the holdings"),
    text("method", "Method of var and es"),
    number("confidence_percent", "Confidence of var and es"),
    Column("horizon_days", Integer, nullable=False, comment="Trading days that a loss may take"),
    Column("returns", Integer, nullable=False, comment="Days of the price history"),
    number("var", "Value at risk, a loss"),
    number("es", "Expected shortfall, a loss"),
    text("stress_scenario", "The scenario with the largest loss; empty where none brings one"),
    number("stress_loss", "That loss"),
    number("margin", "Margin estimate"),
    Column("measures", JSONB, nullable=False, comment="var and es by each method"),
    Column("stresses", JSONB, nullable=False, comment="Profit, and var at the scenario's volatility, by scenario"),
    Column("short_history", ARRAY(Text), nullable=False, comment="Held instruments with gaps in the price history"),
    Column("limits_passed", ARRAY(Text), nullable=False, comment="Limits that are passed"),
    PrimaryKeyConstraint("run_at", "level", "member", "account"),
    CheckConstraint("level IN ('account', 'member')", name="level"),
    CheckConstraint("var >= 0 AND es >= 0 AND stress_loss >= 0 AND margin >= 0", name="losses"),
    Index("portfolio_risk_member", "member", "account", "run_at"),
    comment="Results of portfolio risk, one row per account and member in each run; those of old runs are removed",
)
