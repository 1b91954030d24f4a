CREATE TABLE journal_cursor (
    follower TEXT NOT NULL,
    journal_id TEXT NOT NULL,
    last_seq BIGINT NOT NULL,
    updated_at timestamptz(6) NOT NULL,
    CONSTRAINT journal_cursor_pk PRIMARY KEY (follower)
);
COMMENT ON TABLE journal_cursor IS 'How far the journal has been projected; moves in the transaction of the rows';
COMMENT ON COLUMN journal_cursor.follower IS 'Name of the follower';
COMMENT ON COLUMN journal_cursor.journal_id IS 'Id of the journal whose rows are in this database, in hex';
COMMENT ON COLUMN journal_cursor.last_seq IS 'Sequence of the last journal record whose rows are in this database';
COMMENT ON COLUMN journal_cursor.updated_at IS 'When the cursor moved last';

CREATE TABLE trade_dates (
    trade_date DATE NOT NULL,
    first_seq BIGINT NOT NULL,
    CONSTRAINT trade_dates_pk PRIMARY KEY (trade_date)
);
COMMENT ON TABLE trade_dates IS 'Where in the journal each trade date begins; finds the partition of an order by its OrderID';
COMMENT ON COLUMN trade_dates.trade_date IS 'Trade date';
COMMENT ON COLUMN trade_dates.first_seq IS 'Sequence of its first journal record';

CREATE TABLE instruments (
    symbol TEXT NOT NULL,
    tick_e8 BIGINT NOT NULL,
    lot_e8 BIGINT NOT NULL,
    tick_size NUMERIC NOT NULL,
    lot_size NUMERIC NOT NULL,
    reference_price NUMERIC NOT NULL,
    price_band_bps INTEGER NOT NULL,
    order_qty_max NUMERIC NOT NULL,
    order_notional_max NUMERIC,
    currency TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    journal_seq BIGINT NOT NULL,
    updated_at timestamptz(6) NOT NULL,
    CONSTRAINT instruments_pk PRIMARY KEY (symbol),
    CONSTRAINT instruments_increments CHECK (tick_e8 > 0 AND lot_e8 > 0)
);
COMMENT ON TABLE instruments IS 'Instruments as last set';
COMMENT ON COLUMN instruments.symbol IS 'Symbol (55)';
COMMENT ON COLUMN instruments.tick_e8 IS 'Price of one tick in units of 1e-8';
COMMENT ON COLUMN instruments.lot_e8 IS 'Quantity of one lot in units of 1e-8';
COMMENT ON COLUMN instruments.tick_size IS 'Smallest price increment';
COMMENT ON COLUMN instruments.lot_size IS 'Smallest quantity';
COMMENT ON COLUMN instruments.reference_price IS 'Middle of the price band';
COMMENT ON COLUMN instruments.price_band_bps IS 'Half width of the price band in basis points; 0 for none';
COMMENT ON COLUMN instruments.order_qty_max IS 'Largest OrderQty (38)';
COMMENT ON COLUMN instruments.order_notional_max IS 'Largest price times quantity of an order';
COMMENT ON COLUMN instruments.currency IS 'Currency (15)';
COMMENT ON COLUMN instruments.enabled IS 'Orders are accepted';
COMMENT ON COLUMN instruments.journal_seq IS 'Record that set this';
COMMENT ON COLUMN instruments.updated_at IS 'Time of that record';

CREATE TABLE members (
    member TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    journal_seq BIGINT NOT NULL,
    updated_at timestamptz(6) NOT NULL,
    CONSTRAINT members_pk PRIMARY KEY (member)
);
COMMENT ON TABLE members IS 'Member firms as last set';
COMMENT ON COLUMN members.member IS 'Member firm';
COMMENT ON COLUMN members.enabled IS 'Orders are accepted';
COMMENT ON COLUMN members.journal_seq IS 'Record that set this';
COMMENT ON COLUMN members.updated_at IS 'Time of that record';

CREATE TABLE orders (
    order_id BIGINT NOT NULL,
    trade_date DATE NOT NULL,
    session TEXT NOT NULL,
    member TEXT NOT NULL,
    clord_id TEXT,
    account TEXT,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL,
    ord_type TEXT NOT NULL,
    time_in_force TEXT NOT NULL,
    order_qty NUMERIC NOT NULL,
    price NUMERIC,
    ord_status TEXT NOT NULL,
    cum_qty NUMERIC NOT NULL,
    leaves_qty NUMERIC NOT NULL,
    avg_px NUMERIC NOT NULL,
    journal_seq BIGINT NOT NULL,
    entered_at timestamptz(6) NOT NULL,
    updated_at timestamptz(6) NOT NULL,
    CONSTRAINT orders_pk PRIMARY KEY (order_id, trade_date),
    CONSTRAINT orders_side CHECK (side IN ('1', '2')),
    CONSTRAINT orders_ord_status CHECK (ord_status IN ('0', '1', '2', '4')),
    CONSTRAINT orders_quantities CHECK (order_qty > 0 AND cum_qty >= 0 AND leaves_qty >= 0),
    CONSTRAINT orders_filled_and_open CHECK (cum_qty + leaves_qty <= order_qty),
    CONSTRAINT orders_journal_seq CHECK (journal_seq >= order_id)
) PARTITION BY RANGE (trade_date);
CREATE INDEX orders_member_clord_id ON orders (member, clord_id);
COMMENT ON TABLE orders IS 'Accepted orders, each as it stands now; trade_date is the date of entry';
COMMENT ON COLUMN orders.order_id IS 'OrderID (37): the journal sequence of the order''s entry';
COMMENT ON COLUMN orders.trade_date IS 'UTC date of the record; never goes back';
COMMENT ON COLUMN orders.session IS 'FIX session that entered it';
COMMENT ON COLUMN orders.member IS 'Member firm';
COMMENT ON COLUMN orders.clord_id IS 'ClOrdID (11): the last accepted one';
COMMENT ON COLUMN orders.account IS 'Account (1)';
COMMENT ON COLUMN orders.symbol IS 'Symbol (55)';
COMMENT ON COLUMN orders.side IS 'Side (54)';
COMMENT ON COLUMN orders.ord_type IS 'OrdType (40)';
COMMENT ON COLUMN orders.time_in_force IS 'TimeInForce (59)';
COMMENT ON COLUMN orders.order_qty IS 'OrderQty (38)';
COMMENT ON COLUMN orders.price IS 'Price (44)';
COMMENT ON COLUMN orders.ord_status IS 'OrdStatus (39)';
COMMENT ON COLUMN orders.cum_qty IS 'CumQty (14)';
COMMENT ON COLUMN orders.leaves_qty IS 'LeavesQty (151)';
COMMENT ON COLUMN orders.avg_px IS 'AvgPx (6), at most ten decimals';
COMMENT ON COLUMN orders.journal_seq IS 'Record that changed it last';
COMMENT ON COLUMN orders.entered_at IS 'Time of the entry';
COMMENT ON COLUMN orders.updated_at IS 'Time of the last change';

CREATE TABLE executions (
    exec_id TEXT NOT NULL,
    trade_date DATE NOT NULL,
    journal_seq BIGINT NOT NULL,
    event_index INTEGER NOT NULL,
    transact_time timestamptz(6) NOT NULL,
    session TEXT NOT NULL,
    member TEXT,
    order_id BIGINT NOT NULL,
    clord_id TEXT,
    orig_clord_id TEXT,
    exec_type TEXT NOT NULL,
    ord_status TEXT NOT NULL,
    account TEXT,
    symbol TEXT,
    side TEXT,
    ord_type TEXT,
    time_in_force TEXT,
    order_qty NUMERIC NOT NULL,
    price NUMERIC,
    last_qty NUMERIC,
    last_px NUMERIC,
    cum_qty NUMERIC NOT NULL,
    leaves_qty NUMERIC NOT NULL,
    avg_px NUMERIC NOT NULL,
    trade_id TEXT,
    aggressor BOOLEAN,
    ord_rej_reason SMALLINT,
    text TEXT,
    CONSTRAINT executions_pk PRIMARY KEY (exec_id, trade_date),
    CONSTRAINT executions_exec_type CHECK (exec_type IN ('0', '4', '5', '8', 'F')),
    CONSTRAINT executions_fill CHECK (CASE WHEN exec_type = 'F' THEN num_nulls(trade_id, last_qty, last_px, aggressor) = 0 AND last_qty > 0 ELSE num_nonnulls(trade_id, last_qty, last_px, aggressor) = 0 END),
    CONSTRAINT executions_reject CHECK ((exec_type = '8') = (ord_rej_reason IS NOT NULL)),
    CONSTRAINT executions_quantities CHECK (cum_qty >= 0 AND leaves_qty >= 0)
) PARTITION BY RANGE (trade_date);
CREATE INDEX executions_journal_seq ON executions USING brin (journal_seq);
CREATE INDEX executions_order_id ON executions (order_id);
COMMENT ON TABLE executions IS 'Every ExecutionReport about a change or a reject of an order; answers to status requests are not in it';
COMMENT ON COLUMN executions.exec_id IS 'ExecID (17): journal_seq-event_index';
COMMENT ON COLUMN executions.trade_date IS 'UTC date of the record; never goes back';
COMMENT ON COLUMN executions.journal_seq IS 'Record';
COMMENT ON COLUMN executions.event_index IS 'Place in the record';
COMMENT ON COLUMN executions.transact_time IS 'TransactTime (60)';
COMMENT ON COLUMN executions.session IS 'FIX session that got the report';
COMMENT ON COLUMN executions.member IS 'Member firm';
COMMENT ON COLUMN executions.order_id IS 'OrderID (37)';
COMMENT ON COLUMN executions.clord_id IS 'ClOrdID (11)';
COMMENT ON COLUMN executions.orig_clord_id IS 'OrigClOrdID (41)';
COMMENT ON COLUMN executions.exec_type IS 'ExecType (150) of FIX 5.0 SP2';
COMMENT ON COLUMN executions.ord_status IS 'OrdStatus (39)';
COMMENT ON COLUMN executions.account IS 'Account (1)';
COMMENT ON COLUMN executions.symbol IS 'Symbol (55)';
COMMENT ON COLUMN executions.side IS 'Side (54)';
COMMENT ON COLUMN executions.ord_type IS 'OrdType (40)';
COMMENT ON COLUMN executions.time_in_force IS 'TimeInForce (59)';
COMMENT ON COLUMN executions.order_qty IS 'OrderQty (38)';
COMMENT ON COLUMN executions.price IS 'Price (44)';
COMMENT ON COLUMN executions.last_qty IS 'LastQty (32) of a fill';
COMMENT ON COLUMN executions.last_px IS 'LastPx (31) of a fill';
COMMENT ON COLUMN executions.cum_qty IS 'CumQty (14)';
COMMENT ON COLUMN executions.leaves_qty IS 'LeavesQty (151)';
COMMENT ON COLUMN executions.avg_px IS 'AvgPx (6), at most ten decimals';
COMMENT ON COLUMN executions.trade_id IS 'TradeID (1003) of a fill';
COMMENT ON COLUMN executions.aggressor IS 'The fill took liquidity';
COMMENT ON COLUMN executions.ord_rej_reason IS 'OrdRejReason (103) of a reject';
COMMENT ON COLUMN executions.text IS 'Text (58)';

CREATE TABLE trades (
    trade_id TEXT NOT NULL,
    trade_date DATE NOT NULL,
    journal_seq BIGINT NOT NULL,
    executed_at timestamptz(6) NOT NULL,
    symbol TEXT NOT NULL,
    price NUMERIC NOT NULL,
    quantity NUMERIC NOT NULL,
    notional NUMERIC NOT NULL,
    currency TEXT NOT NULL,
    aggressor_side TEXT NOT NULL,
    buy_order_id BIGINT NOT NULL,
    buy_exec_id TEXT NOT NULL,
    buy_member TEXT NOT NULL,
    buy_account TEXT,
    buy_clord_id TEXT,
    sell_order_id BIGINT NOT NULL,
    sell_exec_id TEXT NOT NULL,
    sell_member TEXT NOT NULL,
    sell_account TEXT,
    sell_clord_id TEXT,
    CONSTRAINT trades_pk PRIMARY KEY (trade_id, trade_date),
    CONSTRAINT trades_quantity CHECK (quantity > 0),
    CONSTRAINT trades_notional CHECK (notional = price * quantity),
    CONSTRAINT trades_aggressor_side CHECK (aggressor_side IN ('1', '2'))
) PARTITION BY RANGE (trade_date);
CREATE INDEX trades_buy_member ON trades (buy_member);
CREATE INDEX trades_sell_member ON trades (sell_member);
COMMENT ON TABLE trades IS 'Every trade once, with both of its sides';
COMMENT ON COLUMN trades.trade_id IS 'TradeID (1003): journal_seq-event_index of the aggressor''s fill';
COMMENT ON COLUMN trades.trade_date IS 'UTC date of the record; never goes back';
COMMENT ON COLUMN trades.journal_seq IS 'Record';
COMMENT ON COLUMN trades.executed_at IS 'TransactTime (60)';
COMMENT ON COLUMN trades.symbol IS 'Symbol (55)';
COMMENT ON COLUMN trades.price IS 'LastPx (31)';
COMMENT ON COLUMN trades.quantity IS 'LastQty (32)';
COMMENT ON COLUMN trades.notional IS 'Price times quantity';
COMMENT ON COLUMN trades.currency IS 'Currency (15)';
COMMENT ON COLUMN trades.aggressor_side IS 'Side (54) that took liquidity';
COMMENT ON COLUMN trades.buy_order_id IS 'OrderID (37) of the buy side';
COMMENT ON COLUMN trades.buy_exec_id IS 'ExecID (17) of the buy side';
COMMENT ON COLUMN trades.buy_member IS 'Member firm of the buy side';
COMMENT ON COLUMN trades.buy_account IS 'Account (1) of the buy side';
COMMENT ON COLUMN trades.buy_clord_id IS 'ClOrdID (11) of the buy side';
COMMENT ON COLUMN trades.sell_order_id IS 'OrderID (37) of the sell side';
COMMENT ON COLUMN trades.sell_exec_id IS 'ExecID (17) of the sell side';
COMMENT ON COLUMN trades.sell_member IS 'Member firm of the sell side';
COMMENT ON COLUMN trades.sell_account IS 'Account (1) of the sell side';
COMMENT ON COLUMN trades.sell_clord_id IS 'ClOrdID (11) of the sell side';
