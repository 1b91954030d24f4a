ALTER TABLE orders
    DROP CONSTRAINT orders_ord_status,
    ADD CONSTRAINT orders_ord_status CHECK (ord_status IN ('0', '1', '2', '3', '4', '6', '7', '8', '9', 'A', 'B', 'C', 'E')),
    DROP CONSTRAINT orders_filled_and_open,
    ADD CONSTRAINT orders_filled_and_open CHECK (leaves_qty = 0 OR cum_qty + leaves_qty <= order_qty);
COMMENT ON TABLE orders IS 'Orders that were accepted or went to a venue, each as it stands now; trade_date is the date of entry';

ALTER TABLE executions
    ADD COLUMN venue TEXT,
    ADD COLUMN venue_exec_id TEXT,
    ADD COLUMN venue_clord_id TEXT,
    DROP CONSTRAINT executions_exec_type,
    ADD CONSTRAINT executions_exec_type CHECK (exec_type IN ('0', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'L')),
    DROP CONSTRAINT executions_fill,
    ADD CONSTRAINT executions_fill CHECK (CASE WHEN exec_type IN ('F', 'G', 'H') THEN num_nulls(trade_id, last_qty, last_px) = 0 AND (last_qty > 0) = (exec_type <> 'H') WHEN exec_type IN ('7', '9') THEN trade_id IS NULL ELSE num_nonnulls(trade_id, last_qty, last_px) = 0 END),
    DROP CONSTRAINT executions_aggressor,
    ADD CONSTRAINT executions_aggressor CHECK ((exec_type = 'F' AND venue IS NULL) = (aggressor IS NOT NULL)),
    ADD CONSTRAINT executions_venue CHECK (venue IS NULL OR exec_type IN ('F', 'G', 'H'));
COMMENT ON COLUMN executions.last_qty IS 'LastQty (32) of a fill; of a correction, the corrected one; of a bust, 0; of Stopped, what is guaranteed';
COMMENT ON COLUMN executions.last_px IS 'LastPx (31) of a fill; of a correction, the corrected one; of a bust, 0; of Stopped, what is guaranteed';
COMMENT ON COLUMN executions.aggressor IS 'The fill took liquidity; NULL at a venue';
COMMENT ON COLUMN executions.venue IS 'LastMkt (30): the venue of a fill, a correction or a bust';
COMMENT ON COLUMN executions.venue_exec_id IS 'ExecID (17) of the venue';
COMMENT ON COLUMN executions.venue_clord_id IS 'ClOrdID (11) of the order at the venue; see venue_requests';
COMMENT ON TABLE trades IS 'Every trade on our books once, with both of its sides, as it settles';

CREATE TABLE venue_trades (
    trade_id TEXT NOT NULL,
    trade_date DATE NOT NULL,
    journal_seq BIGINT NOT NULL,
    executed_at timestamptz(6) NOT NULL,
    venue TEXT NOT NULL,
    venue_exec_id TEXT,
    venue_clord_id TEXT NOT NULL,
    venue_time timestamptz(6),
    symbol TEXT NOT NULL,
    side TEXT NOT NULL,
    price NUMERIC NOT NULL,
    quantity NUMERIC NOT NULL,
    notional NUMERIC NOT NULL,
    currency TEXT NOT NULL,
    order_id BIGINT NOT NULL,
    member TEXT NOT NULL,
    account TEXT,
    clord_id TEXT,
    status TEXT NOT NULL,
    amended_seq BIGINT,
    amended_at timestamptz(6),
    CONSTRAINT venue_trades_pk PRIMARY KEY (trade_id, trade_date),
    CONSTRAINT venue_trades_side CHECK (side IN ('1', '2', '5', '6')),
    CONSTRAINT venue_trades_status CHECK (status IN ('traded', 'corrected', 'busted')),
    CONSTRAINT venue_trades_quantity CHECK (quantity >= 0 AND (quantity = 0) = (status = 'busted')),
    CONSTRAINT venue_trades_amended CHECK (num_nonnulls(amended_seq, amended_at) = CASE WHEN status = 'traded' THEN 0 ELSE 2 END),
    CONSTRAINT venue_trades_notional CHECK (notional = price * quantity)
)
 PARTITION BY RANGE (trade_date);
CREATE INDEX venue_trades_member ON venue_trades (member);
CREATE INDEX venue_trades_venue ON venue_trades (venue, venue_exec_id);
COMMENT ON TABLE venue_trades IS 'Every fill at a venue once, as it settles; the other side is the venue';
COMMENT ON COLUMN venue_trades.trade_id IS 'TradeID (1003), and ExecID (17) of the fill: journal_seq-event_index';
COMMENT ON COLUMN venue_trades.trade_date IS 'UTC date of the record; never goes back';
COMMENT ON COLUMN venue_trades.journal_seq IS 'Record';
COMMENT ON COLUMN venue_trades.executed_at IS 'TransactTime (60) of our report';
COMMENT ON COLUMN venue_trades.venue IS 'LastMkt (30): the venue, the other side of the trade';
COMMENT ON COLUMN venue_trades.venue_exec_id IS 'ExecID (17) of the venue; NULL for a fill that we know by the order''s state';
COMMENT ON COLUMN venue_trades.venue_clord_id IS 'ClOrdID (11) of the order there; see venue_requests';
COMMENT ON COLUMN venue_trades.venue_time IS 'TransactTime (60) of the venue''s report';
COMMENT ON COLUMN venue_trades.symbol IS 'Symbol (55)';
COMMENT ON COLUMN venue_trades.side IS 'Side (54)';
COMMENT ON COLUMN venue_trades.price IS 'What settles: LastPx (31), or that of the last correction';
COMMENT ON COLUMN venue_trades.quantity IS 'What settles: LastQty (32), or that of the last correction; 0 after a bust';
COMMENT ON COLUMN venue_trades.notional IS 'Price times quantity';
COMMENT ON COLUMN venue_trades.currency IS 'Currency (15)';
COMMENT ON COLUMN venue_trades.order_id IS 'OrderID (37)';
COMMENT ON COLUMN venue_trades.member IS 'Member firm';
COMMENT ON COLUMN venue_trades.account IS 'Account (1)';
COMMENT ON COLUMN venue_trades.clord_id IS 'ClOrdID (11) of the member''s order';
COMMENT ON COLUMN venue_trades.status IS 'traded, corrected or busted';
COMMENT ON COLUMN venue_trades.amended_seq IS 'Record that corrected or busted it last; the reports are in executions';
COMMENT ON COLUMN venue_trades.amended_at IS 'Time of that record';

CREATE TABLE venue_requests (
    clord_id TEXT NOT NULL,
    trade_date DATE NOT NULL,
    journal_seq BIGINT NOT NULL,
    event_index INTEGER NOT NULL,
    requested_at timestamptz(6) NOT NULL,
    venue TEXT NOT NULL,
    msg_type TEXT NOT NULL,
    orig_clord_id TEXT,
    first_clord_id TEXT NOT NULL,
    order_id BIGINT NOT NULL,
    member TEXT,
    account TEXT,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL,
    ord_type TEXT,
    time_in_force TEXT,
    order_qty NUMERIC NOT NULL,
    price NUMERIC,
    CONSTRAINT venue_requests_pk PRIMARY KEY (clord_id, trade_date),
    CONSTRAINT venue_requests_msg_type CHECK (msg_type IN ('D', 'F', 'G')),
    CONSTRAINT venue_requests_orig_clord_id CHECK ((msg_type = 'D') = (orig_clord_id IS NULL))
)
 PARTITION BY RANGE (trade_date);
CREATE INDEX venue_requests_order_id ON venue_requests (order_id);
COMMENT ON TABLE venue_requests IS 'Every order, replace and cancel that was given to the link of a venue; nothing of it ever changes';
COMMENT ON COLUMN venue_requests.clord_id IS 'ClOrdID (11) at the venue: journal_seq-event_index';
COMMENT ON COLUMN venue_requests.trade_date IS 'UTC date of the record; never goes back';
COMMENT ON COLUMN venue_requests.journal_seq IS 'Record';
COMMENT ON COLUMN venue_requests.event_index IS 'Place in the record';
COMMENT ON COLUMN venue_requests.requested_at IS 'Time of the record';
COMMENT ON COLUMN venue_requests.venue IS 'The venue';
COMMENT ON COLUMN venue_requests.msg_type IS 'MsgType (35): D a new order, G a replace, F a cancel';
COMMENT ON COLUMN venue_requests.orig_clord_id IS 'OrigClOrdID (41): the request that it follows';
COMMENT ON COLUMN venue_requests.first_clord_id IS 'The new order at the venue that it is about: its own ClOrdID for D';
COMMENT ON COLUMN venue_requests.order_id IS 'OrderID (37) of the member''s order';
COMMENT ON COLUMN venue_requests.member IS 'Member firm; of D';
COMMENT ON COLUMN venue_requests.account IS 'Account (1)';
COMMENT ON COLUMN venue_requests.symbol IS 'Symbol (55)';
COMMENT ON COLUMN venue_requests.side IS 'Side (54)';
COMMENT ON COLUMN venue_requests.ord_type IS 'OrdType (40); of D and G';
COMMENT ON COLUMN venue_requests.time_in_force IS 'TimeInForce (59); of D and G';
COMMENT ON COLUMN venue_requests.order_qty IS 'OrderQty (38); of G the new total';
COMMENT ON COLUMN venue_requests.price IS 'Price (44)';

CREATE TABLE external_executions (
    journal_seq BIGINT NOT NULL,
    event_index INTEGER NOT NULL,
    trade_date DATE NOT NULL,
    recorded_at timestamptz(6) NOT NULL,
    venue TEXT NOT NULL,
    exec_id TEXT NOT NULL,
    exec_ref_id TEXT,
    exec_type TEXT NOT NULL,
    member TEXT NOT NULL,
    account TEXT,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL,
    last_qty NUMERIC NOT NULL,
    last_px NUMERIC NOT NULL,
    CONSTRAINT external_executions_pk PRIMARY KEY (journal_seq, event_index, trade_date),
    CONSTRAINT external_executions_exec_type CHECK (exec_type IN ('F', 'G', 'H')),
    CONSTRAINT external_executions_exec_ref_id CHECK ((exec_type = 'F') = (exec_ref_id IS NULL))
)
 PARTITION BY RANGE (trade_date);
CREATE INDEX external_executions_exec_id ON external_executions (venue, exec_id);
CREATE INDEX external_executions_member ON external_executions (member);
COMMENT ON TABLE external_executions IS 'Every execution done elsewhere that a drop copy told us about, with its corrections and busts';
COMMENT ON COLUMN external_executions.journal_seq IS 'Record';
COMMENT ON COLUMN external_executions.event_index IS 'Place in the record';
COMMENT ON COLUMN external_executions.trade_date IS 'UTC date of the record; never goes back';
COMMENT ON COLUMN external_executions.recorded_at IS 'Time of the record';
COMMENT ON COLUMN external_executions.venue IS 'The venue that told us';
COMMENT ON COLUMN external_executions.exec_id IS 'ExecID (17) of the venue';
COMMENT ON COLUMN external_executions.exec_ref_id IS 'ExecRefID (19): the venue''s execution that this one corrects or busts';
COMMENT ON COLUMN external_executions.exec_type IS 'ExecType (150): F a trade, G a correction, H a bust';
COMMENT ON COLUMN external_executions.member IS 'Member firm';
COMMENT ON COLUMN external_executions.account IS 'Account (1)';
COMMENT ON COLUMN external_executions.symbol IS 'Symbol (55)';
COMMENT ON COLUMN external_executions.side IS 'Side (54)';
COMMENT ON COLUMN external_executions.last_qty IS 'LastQty (32)';
COMMENT ON COLUMN external_executions.last_px IS 'LastPx (31)';
