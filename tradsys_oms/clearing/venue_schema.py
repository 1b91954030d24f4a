"""The tables about other markets, as they are after the last migration; in the same database as those of clearing.

A trade at a venue has one side here, the other one is the venue's: what settles is ours with the venue, told apart by
the venue's own ExecID.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, Table

from tradsys_oms.clearing.columns import bigint, event_index, number, partitioned, text, time, trade_date
from tradsys_oms.clearing.schema import metadata

venue_trades: Final = Table(
    "venue_trades",
    metadata,
    text("trade_id", "TradeID (1003), and ExecID (17) of the fill: journal_seq-event_index"),
    trade_date(),
    bigint("journal_seq", "Record"),
    time("executed_at", "TransactTime (60) of our report"),
    text("venue", "LastMkt (30): the venue, the other side of the trade"),
    text("venue_exec_id", "ExecID (17) of the venue; NULL for a fill that we know by the order's state", nullable=True),
    text("venue_clord_id", "ClOrdID (11) of the order there; see venue_requests"),
    time("venue_time", "TransactTime (60) of the venue's report", nullable=True),
    text("symbol", "Symbol (55)"),
    text("side", "Side (54)"),
    number("price", "What settles: LastPx (31), or that of the last correction"),
    number("quantity", "What settles: LastQty (32), or that of the last correction; 0 after a bust"),
    number("notional", "Price times quantity"),
    text("currency", "Currency (15)"),
    bigint("order_id", "OrderID (37)"),
    text("member", "Member firm"),
    text("account", "Account (1)", nullable=True),
    text("clord_id", "ClOrdID (11) of the member's order", nullable=True),
    text("status", "traded, corrected or busted"),
    bigint("amended_seq", "Record that corrected or busted it last; the reports are in executions", nullable=True),
    time("amended_at", "Time of that record", nullable=True),
    PrimaryKeyConstraint("trade_id", "trade_date"),
    CheckConstraint("side IN ('1', '2', '5', '6')", name="side"),
    CheckConstraint("status IN ('traded', 'corrected', 'busted')", name="status"),
    CheckConstraint("quantity >= 0 AND (quantity = 0) = (status = 'busted')", name="quantity"),
    CheckConstraint(
        "num_nonnulls(amended_seq, amended_at) = CASE WHEN status = 'traded' THEN 0 ELSE 2 END", name="amended"
    ),
    CheckConstraint("notional = price * quantity", name="notional"),
    Index("venue_trades_member", "member"),
    Index("venue_trades_venue", "venue", "venue_exec_id"),
    comment="Every fill at a venue once, as it settles; the other side is the venue",
    **partitioned("trade_date"),
)

venue_requests: Final = Table(
    "venue_requests",
    metadata,
    text("clord_id", "ClOrdID (11) at the venue: journal_seq-event_index"),
    trade_date(),
    bigint("journal_seq", "Record"),
    event_index(),
    time("requested_at", "Time of the record"),
    text("venue", "The venue"),
    text("msg_type", "MsgType (35): D a new order, G a replace, F a cancel"),
    text("orig_clord_id", "OrigClOrdID (41): the request that it follows", nullable=True),
    text("first_clord_id", "The new order at the venue that it is about: its own ClOrdID for D"),
    bigint("order_id", "OrderID (37) of the member's order"),
    text("member", "Member firm; of D", nullable=True),
    text("account", "Account (1)", nullable=True),
    text("symbol", "Symbol (55)"),
    text("side", "Side (54)"),
    text("ord_type", "OrdType (40); of D and G", nullable=True),
    text("time_in_force", "TimeInForce (59); of D and G", nullable=True),
    number("order_qty", "OrderQty (38); of G the new total"),
    number("price", "Price (44)", nullable=True),
    PrimaryKeyConstraint("clord_id", "trade_date"),
    CheckConstraint("msg_type IN ('D', 'F', 'G')", name="msg_type"),
    CheckConstraint("(msg_type = 'D') = (orig_clord_id IS NULL)", name="orig_clord_id"),
    Index("venue_requests_order_id", "order_id"),
    comment="Every order, replace and cancel that was given to the link of a venue; nothing of it ever changes",
    **partitioned("trade_date"),
)

external_executions: Final = Table(
    "external_executions",
    metadata,
    bigint("journal_seq", "Record"),
    event_index(),
    trade_date(),
    time("recorded_at", "Time of the record"),
    text("venue", "The venue that told us"),
    text("exec_id", "ExecID (17) of the venue"),
    text("exec_ref_id", "ExecRefID (19): the venue's execution that this one corrects or busts", nullable=True),
    text("exec_type", "ExecType (150): F a trade, G a correction, H a bust"),
    text("member", "Member firm"),
    text("account", "Account (1)", nullable=True),
    text("symbol", "Symbol (55)"),
    text("side", "Side (54)"),
    number("last_qty", "LastQty (32)"),
    number("last_px", "LastPx (31)"),
    PrimaryKeyConstraint("journal_seq", "event_index", "trade_date"),
    CheckConstraint("exec_type IN ('F', 'G', 'H')", name="exec_type"),
    CheckConstraint("(exec_type = 'F') = (exec_ref_id IS NULL)", name="exec_ref_id"),
    Index("external_executions_member", "member"),
    Index("external_executions_exec_id", "venue", "exec_id"),
    comment="Every execution done elsewhere that a drop copy told us about, with its corrections and busts",
    **partitioned("trade_date"),
)

PARTITIONED: Final = (venue_trades, venue_requests, external_executions)
