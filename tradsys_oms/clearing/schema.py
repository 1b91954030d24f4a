"""The tables of clearing, as they are after the last migration.

Prices, quantities and money are NUMERIC, times timestamptz with microseconds. What grows with trading is partitioned by
trade date: the UTC date of the journal record, never earlier than that of the record before it. There are no foreign
keys from the growing tables: the journal has proved what they would check, and each would cost a look-up per row.

Every row is known by its place in the journal, so a row that is written twice breaks a primary key.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

metadata: Final = MetaData(
    naming_convention={"pk": "%(table_name)s_pk", "ck": "%(table_name)s_%(constraint_name)s"},
)


def _partitioned(key: str) -> dict[str, Any]:
    return {"postgresql_partition_by": f"RANGE ({key})"}


def _text(name: str, comment: str, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable, comment=comment)


def _number(name: str, comment: str, nullable: bool = False) -> Column[Any]:
    return Column(name, Numeric, nullable=nullable, comment=comment)


def _time(name: str, comment: str) -> Column[Any]:
    return Column(name, TIMESTAMP(timezone=True, precision=6), nullable=False, comment=comment)


def _bigint(name: str, comment: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, autoincrement=False, comment=comment)


def _trade_date() -> Column[Any]:
    return Column("trade_date", Date, nullable=False, comment="UTC date of the record; never goes back")


journal_cursor: Final = Table(
    "journal_cursor",
    metadata,
    Column("follower", Text, primary_key=True, comment="Name of the follower"),
    _text("journal_id", "Id of the journal whose rows are in this database, in hex"),
    _bigint("last_seq", "Sequence of the last journal record whose rows are in this database"),
    _time("updated_at", "When the cursor moved last"),
    comment="How far the journal has been projected; moves in the transaction of the rows",
)

trade_dates: Final = Table(
    "trade_dates",
    metadata,
    Column("trade_date", Date, primary_key=True, comment="Trade date"),
    _bigint("first_seq", "Sequence of its first journal record"),
    comment="Where in the journal each trade date begins; finds the partition of an order by its OrderID",
)

instruments: Final = Table(
    "instruments",
    metadata,
    Column("symbol", Text, primary_key=True, comment="Symbol (55)"),
    _bigint("tick_e8", "Price of one tick in units of 1e-8"),
    _bigint("lot_e8", "Quantity of one lot in units of 1e-8"),
    _number("tick_size", "Smallest price increment"),
    _number("lot_size", "Smallest quantity"),
    _number("reference_price", "Middle of the price band"),
    Column(
        "price_band_bps", Integer, nullable=False, comment="Half width of the price band in basis points; 0 for none"
    ),
    _number("order_qty_max", "Largest OrderQty (38)"),
    _number("order_notional_max", "Largest price times quantity of an order", nullable=True),
    _text("currency", "Currency (15)"),
    Column("enabled", Boolean, nullable=False, comment="Orders are accepted"),
    _bigint("journal_seq", "Record that set this"),
    _time("updated_at", "Time of that record"),
    CheckConstraint("tick_e8 > 0 AND lot_e8 > 0", name="increments"),
    comment="Instruments as last set",
)

members: Final = Table(
    "members",
    metadata,
    Column("member", Text, primary_key=True, comment="Member firm"),
    Column("enabled", Boolean, nullable=False, comment="Orders are accepted"),
    _bigint("journal_seq", "Record that set this"),
    _time("updated_at", "Time of that record"),
    comment="Member firms as last set",
)

orders: Final = Table(
    "orders",
    metadata,
    _bigint("order_id", "OrderID (37): the journal sequence of the order's entry"),
    _trade_date(),
    _text("session", "FIX session that entered it"),
    _text("member", "Member firm"),
    _text("clord_id", "ClOrdID (11): the last accepted one", nullable=True),
    _text("account", "Account (1)", nullable=True),
    _text("symbol", "Symbol (55)"),
    _text("side", "Side (54)"),
    _text("ord_type", "OrdType (40)"),
    _text("time_in_force", "TimeInForce (59)"),
    _number("order_qty", "OrderQty (38)"),
    _number("price", "Price (44)", nullable=True),
    _text("ord_status", "OrdStatus (39)"),
    _number("cum_qty", "CumQty (14)"),
    _number("leaves_qty", "LeavesQty (151)"),
    _number("avg_px", "AvgPx (6), at most ten decimals"),
    _bigint("journal_seq", "Record that changed it last"),
    _time("entered_at", "Time of the entry"),
    _time("updated_at", "Time of the last change"),
    PrimaryKeyConstraint("order_id", "trade_date"),
    CheckConstraint("side IN ('1', '2')", name="side"),
    CheckConstraint("ord_status IN ('0', '1', '2', '4')", name="ord_status"),
    CheckConstraint("order_qty > 0 AND cum_qty >= 0 AND leaves_qty >= 0", name="quantities"),
    CheckConstraint("cum_qty + leaves_qty <= order_qty", name="filled_and_open"),
    CheckConstraint("journal_seq >= order_id", name="journal_seq"),
    Index("orders_member_clord_id", "member", "clord_id"),
    comment="Accepted orders, each as it stands now; trade_date is the date of entry",
    **_partitioned("trade_date"),
)

executions: Final = Table(
    "executions",
    metadata,
    _text("exec_id", "ExecID (17): journal_seq-event_index"),
    _trade_date(),
    _bigint("journal_seq", "Record"),
    Column("event_index", Integer, nullable=False, comment="Place in the record"),
    _time("transact_time", "TransactTime (60)"),
    _text("session", "FIX session that got the report"),
    _text("member", "Member firm", nullable=True),
    _bigint("order_id", "OrderID (37)"),
    _text("clord_id", "ClOrdID (11)", nullable=True),
    _text("orig_clord_id", "OrigClOrdID (41)", nullable=True),
    _text("exec_type", "ExecType (150) of FIX 5.0 SP2"),
    _text("ord_status", "OrdStatus (39)"),
    _text("account", "Account (1)", nullable=True),
    _text("symbol", "Symbol (55)", nullable=True),
    _text("side", "Side (54)", nullable=True),
    _text("ord_type", "OrdType (40)", nullable=True),
    _text("time_in_force", "TimeInForce (59)", nullable=True),
    _number("order_qty", "OrderQty (38)"),
    _number("price", "Price (44)", nullable=True),
    _number("last_qty", "LastQty (32) of a fill", nullable=True),
    _number("last_px", "LastPx (31) of a fill", nullable=True),
    _number("cum_qty", "CumQty (14)"),
    _number("leaves_qty", "LeavesQty (151)"),
    _number("avg_px", "AvgPx (6), at most ten decimals"),
    _text("trade_id", "TradeID (1003) of a fill", nullable=True),
    Column("aggressor", Boolean, nullable=True, comment="The fill took liquidity"),
    Column("ord_rej_reason", SmallInteger, nullable=True, comment="OrdRejReason (103) of a reject"),
    _text("text", "Text (58)", nullable=True),
    PrimaryKeyConstraint("exec_id", "trade_date"),
    CheckConstraint("exec_type IN ('0', '4', '5', '8', 'F')", name="exec_type"),
    CheckConstraint(
        "CASE WHEN exec_type = 'F' THEN num_nulls(trade_id, last_qty, last_px, aggressor) = 0 AND last_qty > 0 "
        "ELSE num_nonnulls(trade_id, last_qty, last_px, aggressor) = 0 END",
        name="fill",
    ),
    CheckConstraint("(exec_type = '8') = (ord_rej_reason IS NOT NULL)", name="reject"),
    CheckConstraint("cum_qty >= 0 AND leaves_qty >= 0", name="quantities"),
    Index("executions_order_id", "order_id"),
    Index("executions_journal_seq", "journal_seq", postgresql_using="brin"),
    comment="Every ExecutionReport about a change or a reject of an order; answers to status requests are not in it",
    **_partitioned("trade_date"),
)

trades: Final = Table(
    "trades",
    metadata,
    _text("trade_id", "TradeID (1003): journal_seq-event_index of the aggressor's fill"),
    _trade_date(),
    _bigint("journal_seq", "Record"),
    _time("executed_at", "TransactTime (60)"),
    _text("symbol", "Symbol (55)"),
    _number("price", "LastPx (31)"),
    _number("quantity", "LastQty (32)"),
    _number("notional", "Price times quantity"),
    _text("currency", "Currency (15)"),
    _text("aggressor_side", "Side (54) that took liquidity"),
    *(
        column
        for side in ("buy", "sell")
        for column in (
            _bigint(f"{side}_order_id", f"OrderID (37) of the {side} side"),
            _text(f"{side}_exec_id", f"ExecID (17) of the {side} side"),
            _text(f"{side}_member", f"Member firm of the {side} side"),
            _text(f"{side}_account", f"Account (1) of the {side} side", nullable=True),
            _text(f"{side}_clord_id", f"ClOrdID (11) of the {side} side", nullable=True),
        )
    ),
    PrimaryKeyConstraint("trade_id", "trade_date"),
    CheckConstraint("quantity > 0", name="quantity"),
    CheckConstraint("notional = price * quantity", name="notional"),
    CheckConstraint("aggressor_side IN ('1', '2')", name="aggressor_side"),
    Index("trades_buy_member", "buy_member"),
    Index("trades_sell_member", "sell_member"),
    comment="Every trade once, with both of its sides",
    **_partitioned("trade_date"),
)

PARTITIONED: Final = (orders, executions, trades)
