"""The tables of clearing, as they are after the last migration.

Prices, quantities and money are NUMERIC, times timestamptz with microseconds. What grows with trading is partitioned by
trade date: the UTC date of the journal record, never earlier than that of the record before it. There are no foreign
keys from the growing tables: the journal has proved what they would check, and each would cost a look-up per row.

Every row is known by its place in the journal, so a row that is written twice breaks a primary key.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
)

from tradsys_oms.clearing.columns import bigint, event_index, number, partitioned, text, time, trade_date

_LAST: Final = "of a fill; of a correction, the corrected one; of a bust, 0; of Stopped, what is guaranteed"

metadata: Final = MetaData(
    naming_convention={"pk": "%(table_name)s_pk", "ck": "%(table_name)s_%(constraint_name)s"},
)

journal_cursor: Final = Table(
    "journal_cursor",
    metadata,
    Column("follower", Text, primary_key=True, comment="Name of the follower"),
    text("journal_id", "Id of the journal whose rows are in this database, in hex"),
    bigint("last_seq", "Sequence of the last journal record whose rows are in this database"),
    time("updated_at", "When the cursor moved last"),
    comment="How far the journal has been projected; moves in the transaction of the rows",
)

trade_dates: Final = Table(
    "trade_dates",
    metadata,
    Column("trade_date", Date, primary_key=True, comment="Trade date"),
    bigint("first_seq", "Sequence of its first journal record"),
    comment="Where in the journal each trade date begins; finds the partition of an order by its OrderID",
)

instruments: Final = Table(
    "instruments",
    metadata,
    Column("symbol", Text, primary_key=True, comment="Symbol (55)"),
    bigint("tick_e8", "Price of one tick in units of 1e-8"),
    bigint("lot_e8", "Quantity of one lot in units of 1e-8"),
    number("tick_size", "Smallest price increment"),
    number("lot_size", "Smallest quantity"),
    number("reference_price", "Middle of the price band"),
    Column(
        "price_band_bps", Integer, nullable=False, comment="Half width of the price band in basis points; 0 for none"
    ),
    number("order_qty_max", "Largest OrderQty (38)"),
    number("order_notional_max", "Largest price times quantity of an order", nullable=True),
    text("currency", "Currency (15)"),
    Column("enabled", Boolean, nullable=False, comment="Orders are accepted"),
    bigint("journal_seq", "Record that set this"),
    time("updated_at", "Time of that record"),
    text("underlying", "UnderlyingSymbol (311)", nullable=True),
    Column("has_phases", Boolean, nullable=False, comment="It trades by phases; else it always trades"),
    CheckConstraint("tick_e8 > 0 AND lot_e8 > 0", name="increments"),
    comment="Instruments as last set",
)

members: Final = Table(
    "members",
    metadata,
    Column("member", Text, primary_key=True, comment="Member firm"),
    Column("enabled", Boolean, nullable=False, comment="Orders are accepted"),
    bigint("journal_seq", "Record that set this"),
    time("updated_at", "Time of that record"),
    text("firm", "Firm that the member is part of", nullable=True),
    comment="Member firms as last set",
)

orders: Final = Table(
    "orders",
    metadata,
    bigint("order_id", "OrderID (37): the journal sequence of the order's entry"),
    trade_date(),
    text("session", "FIX session that entered it"),
    text("member", "Member firm"),
    text("clord_id", "ClOrdID (11): the last accepted one", nullable=True),
    text("account", "Account (1)", nullable=True),
    text("symbol", "Symbol (55)"),
    text("side", "Side (54)"),
    text("ord_type", "OrdType (40)"),
    text("time_in_force", "TimeInForce (59)"),
    number("order_qty", "OrderQty (38)"),
    number("price", "Price (44)", nullable=True),
    text("ord_status", "OrdStatus (39)"),
    number("cum_qty", "CumQty (14)"),
    number("leaves_qty", "LeavesQty (151)"),
    number("avg_px", "AvgPx (6), at most ten decimals"),
    bigint("journal_seq", "Record that changed it last"),
    time("entered_at", "Time of the entry"),
    time("updated_at", "Time of the last change"),
    PrimaryKeyConstraint("order_id", "trade_date"),
    CheckConstraint("side IN ('1', '2', '5', '6')", name="side"),
    CheckConstraint(
        "ord_status IN ('0', '1', '2', '3', '4', '6', '7', '8', '9', 'A', 'B', 'C', 'E')", name="ord_status"
    ),
    CheckConstraint("order_qty > 0 AND cum_qty >= 0 AND leaves_qty >= 0", name="quantities"),
    CheckConstraint("leaves_qty = 0 OR cum_qty + leaves_qty <= order_qty", name="filled_and_open"),
    CheckConstraint("journal_seq >= order_id", name="journal_seq"),
    Index("orders_member_clord_id", "member", "clord_id"),
    comment="Orders that were accepted or went to a venue, each as it stands now; trade_date is the date of entry",
    **partitioned("trade_date"),
)

executions: Final = Table(
    "executions",
    metadata,
    text("exec_id", "ExecID (17): journal_seq-event_index"),
    trade_date(),
    bigint("journal_seq", "Record"),
    event_index(),
    time("transact_time", "TransactTime (60)"),
    text("session", "FIX session that got the report"),
    text("member", "Member firm", nullable=True),
    bigint("order_id", "OrderID (37)"),
    text("clord_id", "ClOrdID (11)", nullable=True),
    text("orig_clord_id", "OrigClOrdID (41)", nullable=True),
    text("exec_type", "ExecType (150) of FIX 5.0 SP2"),
    text("ord_status", "OrdStatus (39)"),
    text("account", "Account (1)", nullable=True),
    text("symbol", "Symbol (55)", nullable=True),
    text("side", "Side (54)", nullable=True),
    text("ord_type", "OrdType (40)", nullable=True),
    text("time_in_force", "TimeInForce (59)", nullable=True),
    number("order_qty", "OrderQty (38)"),
    number("price", "Price (44)", nullable=True),
    number("last_qty", f"LastQty (32) {_LAST}", nullable=True),
    number("last_px", f"LastPx (31) {_LAST}", nullable=True),
    number("cum_qty", "CumQty (14)"),
    number("leaves_qty", "LeavesQty (151)"),
    number("avg_px", "AvgPx (6), at most ten decimals"),
    text("trade_id", "TradeID (1003) of a fill, and of its corrections and bust", nullable=True),
    Column("aggressor", Boolean, nullable=True, comment="The fill took liquidity; NULL at a venue"),
    Column("ord_rej_reason", SmallInteger, nullable=True, comment="OrdRejReason (103) of a reject"),
    text("text", "Text (58)", nullable=True),
    text("exec_ref_id", "ExecRefID (19): what a correction or a bust changes, the last of its chain", nullable=True),
    Column("exec_restatement_reason", SmallInteger, nullable=True, comment="ExecRestatementReason (378)"),
    text("venue", "LastMkt (30): the venue of a fill, a correction or a bust", nullable=True),
    text("venue_exec_id", "ExecID (17) of the venue", nullable=True),
    text("venue_clord_id", "ClOrdID (11) of the order at the venue; see venue_requests", nullable=True),
    PrimaryKeyConstraint("exec_id", "trade_date"),
    CheckConstraint(
        "exec_type IN ('0', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'L')",
        name="exec_type",
    ),
    CheckConstraint(
        "CASE WHEN exec_type IN ('F', 'G', 'H') THEN num_nulls(trade_id, last_qty, last_px) = 0 "
        "AND (last_qty > 0) = (exec_type <> 'H') WHEN exec_type IN ('7', '9') THEN trade_id IS NULL "
        "ELSE num_nonnulls(trade_id, last_qty, last_px) = 0 END",
        name="fill",
    ),
    CheckConstraint("(exec_type = 'F' AND venue IS NULL) = (aggressor IS NOT NULL)", name="aggressor"),
    CheckConstraint("venue IS NULL OR exec_type IN ('F', 'G', 'H')", name="venue"),
    CheckConstraint("(exec_type IN ('G', 'H')) = (exec_ref_id IS NOT NULL)", name="exec_ref_id"),
    CheckConstraint("(exec_type = '8') = (ord_rej_reason IS NOT NULL)", name="reject"),
    CheckConstraint("cum_qty >= 0 AND leaves_qty >= 0", name="quantities"),
    Index("executions_order_id", "order_id"),
    Index("executions_journal_seq", "journal_seq", postgresql_using="brin"),
    comment="Every ExecutionReport about a change or a reject of an order; answers to status requests are not in it",
    **partitioned("trade_date"),
)

trades: Final = Table(
    "trades",
    metadata,
    text("trade_id", "TradeID (1003): journal_seq-event_index of its first fill, the aggressor's if there is one"),
    trade_date(),
    bigint("journal_seq", "Record"),
    time("executed_at", "TransactTime (60)"),
    text("symbol", "Symbol (55)"),
    number("price", "What settles: LastPx (31), or that of the last correction"),
    number("quantity", "What settles: LastQty (32), or that of the last correction; 0 after a bust"),
    number("notional", "Price times quantity"),
    text("currency", "Currency (15)"),
    text("aggressor_side", "Side (54) that took liquidity; NULL for a trade of an auction", nullable=True),
    *(
        column
        for side in ("buy", "sell")
        for column in (
            bigint(f"{side}_order_id", f"OrderID (37) of the {side} side"),
            text(f"{side}_exec_id", f"ExecID (17) of the {side} side"),
            text(f"{side}_member", f"Member firm of the {side} side"),
            text(f"{side}_account", f"Account (1) of the {side} side", nullable=True),
            text(f"{side}_clord_id", f"ClOrdID (11) of the {side} side", nullable=True),
        )
    ),
    text("status", "traded, corrected or busted"),
    bigint("amended_seq", "Record that corrected or busted it last; see trade_amendments", nullable=True),
    time("amended_at", "Time of that record", nullable=True),
    PrimaryKeyConstraint("trade_id", "trade_date"),
    CheckConstraint("status IN ('traded', 'corrected', 'busted')", name="status"),
    CheckConstraint("quantity >= 0 AND (quantity = 0) = (status = 'busted')", name="quantity"),
    CheckConstraint(
        "num_nonnulls(amended_seq, amended_at) = CASE WHEN status = 'traded' THEN 0 ELSE 2 END", name="amended"
    ),
    CheckConstraint("notional = price * quantity", name="notional"),
    CheckConstraint("aggressor_side IN ('1', '2', '5', '6')", name="aggressor_side"),
    Index("trades_buy_member", "buy_member"),
    Index("trades_sell_member", "sell_member"),
    comment="Every trade on our books once, with both of its sides, as it settles",
    **partitioned("trade_date"),
)

trade_amendments: Final = Table(
    "trade_amendments",
    metadata,
    bigint("journal_seq", "Record"),
    trade_date(),
    time("amended_at", "TransactTime (60) of the reports"),
    text("trade_id", "TradeID (1003) of the trade"),
    text("status", "What it made of the trade: corrected or busted"),
    text("symbol", "Symbol (55)"),
    number("traded_price", "LastPx (31) as first reported"),
    number("traded_quantity", "LastQty (32) as first reported"),
    number("price", "LastPx (31) from now on; 0 for a bust"),
    number("quantity", "LastQty (32) from now on; 0 for a bust"),
    text("buy_exec_id", "ExecID (17) of the report to the buy side"),
    text("buy_exec_ref_id", "ExecRefID (19) in it: the report that it takes the place of"),
    text("sell_exec_id", "ExecID (17) of the report to the sell side"),
    text("sell_exec_ref_id", "ExecRefID (19) in it: the report that it takes the place of"),
    Column("reinstated", Boolean, nullable=False, comment="Filled orders got the quantity back to work"),
    text("reason", "Why, and by whom", nullable=True),
    PrimaryKeyConstraint("journal_seq"),
    CheckConstraint("status IN ('corrected', 'busted')", name="status"),
    CheckConstraint("traded_quantity > 0 AND (quantity > 0) = (status = 'corrected')", name="quantity"),
    Index("trade_amendments_trade_id", "trade_id"),
    comment="Every correction and bust of a trade, with what the trade was when it was made",
)

phase_changes: Final = Table(
    "phase_changes",
    metadata,
    bigint("journal_seq", "Record"),
    event_index(),
    trade_date(),
    time("changed_at", "Time of the record"),
    text("symbol", "Symbol (55)"),
    text("phase", "The phase that began"),
    time("until", "When it ends by itself; NULL for not by itself", nullable=True),
    text("reason", "Schedule, guard, or operator with their reason", nullable=True),
    Column("trading_day", Date, nullable=True, comment="Trading day of the instrument; NULL before its first one"),
    PrimaryKeyConstraint("journal_seq", "event_index", "trade_date"),
    Index("phase_changes_symbol", "symbol"),
    comment="Every change of the trading phase of an instrument",
    **partitioned("trade_date"),
)

auctions: Final = Table(
    "auctions",
    metadata,
    bigint("journal_seq", "Record"),
    event_index(),
    trade_date(),
    time("uncrossed_at", "Time of the record"),
    text("symbol", "Symbol (55)"),
    number("price", "Price of all its trades"),
    number("quantity", "Quantity of all its trades together"),
    number("imbalance", "What was left at that price: above 0 of buyers, below 0 of sellers"),
    PrimaryKeyConstraint("journal_seq", "event_index", "trade_date"),
    CheckConstraint("quantity > 0", name="quantity"),
    Index("auctions_symbol", "symbol"),
    comment="Every auction that ended in trades; the trades are in trades, with the same record or those after it",
    **partitioned("trade_date"),
)

PARTITIONED: Final = (orders, executions, trades, phase_changes, auctions)
