ALTER TABLE instruments ADD COLUMN underlying TEXT, ADD COLUMN has_phases BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE instruments ALTER COLUMN has_phases DROP DEFAULT;
COMMENT ON COLUMN instruments.underlying IS 'UnderlyingSymbol (311)';
COMMENT ON COLUMN instruments.has_phases IS 'It trades by phases; else it always trades';

ALTER TABLE members ADD COLUMN firm TEXT;
COMMENT ON COLUMN members.firm IS 'Firm that the member is part of';

ALTER TABLE orders
    DROP CONSTRAINT orders_ord_status,
    ADD CONSTRAINT orders_ord_status CHECK (ord_status IN ('0', '1', '2', '3', '4', 'C'));

ALTER TABLE executions
    ADD COLUMN exec_ref_id TEXT,
    ADD COLUMN exec_restatement_reason SMALLINT,
    DROP CONSTRAINT executions_exec_type,
    ADD CONSTRAINT executions_exec_type CHECK (exec_type IN ('0', '3', '4', '5', '8', 'C', 'D', 'F', 'G', 'H', 'L')),
    DROP CONSTRAINT executions_fill,
    ADD CONSTRAINT executions_fill CHECK (CASE WHEN exec_type IN ('F', 'G', 'H') THEN num_nulls(trade_id, last_qty, last_px) = 0 AND (last_qty > 0) = (exec_type <> 'H') ELSE num_nonnulls(trade_id, last_qty, last_px) = 0 END),
    ADD CONSTRAINT executions_aggressor CHECK ((exec_type = 'F') = (aggressor IS NOT NULL)),
    ADD CONSTRAINT executions_exec_ref_id CHECK ((exec_type IN ('G', 'H')) = (exec_ref_id IS NOT NULL));
COMMENT ON COLUMN executions.exec_ref_id IS 'ExecRefID (19): what a correction or a bust changes, the last of its chain';
COMMENT ON COLUMN executions.exec_restatement_reason IS 'ExecRestatementReason (378)';
COMMENT ON COLUMN executions.last_qty IS 'LastQty (32) of a fill; of a correction, the corrected one; of a bust, 0';
COMMENT ON COLUMN executions.last_px IS 'LastPx (31) of a fill; of a correction, the corrected one; of a bust, 0';
COMMENT ON COLUMN executions.trade_id IS 'TradeID (1003) of a fill, and of its corrections and bust';

ALTER TABLE trades
    ADD COLUMN status TEXT NOT NULL DEFAULT 'traded',
    ADD COLUMN amended_seq BIGINT,
    ADD COLUMN amended_at timestamptz(6),
    ALTER COLUMN aggressor_side DROP NOT NULL,
    DROP CONSTRAINT trades_quantity,
    ADD CONSTRAINT trades_quantity CHECK (quantity >= 0 AND (quantity = 0) = (status = 'busted')),
    ADD CONSTRAINT trades_status CHECK (status IN ('traded', 'corrected', 'busted')),
    ADD CONSTRAINT trades_amended CHECK (num_nonnulls(amended_seq, amended_at) = CASE WHEN status = 'traded' THEN 0 ELSE 2 END);
ALTER TABLE trades ALTER COLUMN status DROP DEFAULT;
COMMENT ON TABLE trades IS 'Every trade once, with both of its sides, as it settles';
COMMENT ON COLUMN trades.trade_id IS 'TradeID (1003): journal_seq-event_index of its first fill, the aggressor''s if there is one';
COMMENT ON COLUMN trades.price IS 'What settles: LastPx (31), or that of the last correction';
COMMENT ON COLUMN trades.quantity IS 'What settles: LastQty (32), or that of the last correction; 0 after a bust';
COMMENT ON COLUMN trades.aggressor_side IS 'Side (54) that took liquidity; NULL for a trade of an auction';
COMMENT ON COLUMN trades.status IS 'traded, corrected or busted';
COMMENT ON COLUMN trades.amended_seq IS 'Record that corrected or busted it last; see trade_amendments';
COMMENT ON COLUMN trades.amended_at IS 'Time of that record';

CREATE TABLE trade_amendments (
    journal_seq BIGINT NOT NULL,
    trade_date DATE NOT NULL,
    amended_at timestamptz(6) NOT NULL,
    trade_id TEXT NOT NULL,
    status TEXT NOT NULL,
    symbol TEXT NOT NULL,
    traded_price NUMERIC NOT NULL,
    traded_quantity NUMERIC NOT NULL,
    price NUMERIC NOT NULL,
    quantity NUMERIC NOT NULL,
    buy_exec_id TEXT NOT NULL,
    buy_exec_ref_id TEXT NOT NULL,
    sell_exec_id TEXT NOT NULL,
    sell_exec_ref_id TEXT NOT NULL,
    reinstated BOOLEAN NOT NULL,
    reason TEXT,
    CONSTRAINT trade_amendments_pk PRIMARY KEY (journal_seq),
    CONSTRAINT trade_amendments_status CHECK (status IN ('corrected', 'busted')),
    CONSTRAINT trade_amendments_quantity CHECK (traded_quantity > 0 AND (quantity > 0) = (status = 'corrected'))
);
CREATE INDEX trade_amendments_trade_id ON trade_amendments (trade_id);
COMMENT ON TABLE trade_amendments IS 'Every correction and bust of a trade, with what the trade was when it was made';
COMMENT ON COLUMN trade_amendments.journal_seq IS 'Record';
COMMENT ON COLUMN trade_amendments.trade_date IS 'UTC date of the record; never goes back';
COMMENT ON COLUMN trade_amendments.amended_at IS 'TransactTime (60) of the reports';
COMMENT ON COLUMN trade_amendments.trade_id IS 'TradeID (1003) of the trade';
COMMENT ON COLUMN trade_amendments.status IS 'What it made of the trade: corrected or busted';
COMMENT ON COLUMN trade_amendments.symbol IS 'Symbol (55)';
COMMENT ON COLUMN trade_amendments.traded_price IS 'LastPx (31) as first reported';
COMMENT ON COLUMN trade_amendments.traded_quantity IS 'LastQty (32) as first reported';
COMMENT ON COLUMN trade_amendments.price IS 'LastPx (31) from now on; 0 for a bust';
COMMENT ON COLUMN trade_amendments.quantity IS 'LastQty (32) from now on; 0 for a bust';
COMMENT ON COLUMN trade_amendments.buy_exec_id IS 'ExecID (17) of the report to the buy side';
COMMENT ON COLUMN trade_amendments.buy_exec_ref_id IS 'ExecRefID (19) in it: the report that it takes the place of';
COMMENT ON COLUMN trade_amendments.sell_exec_id IS 'ExecID (17) of the report to the sell side';
COMMENT ON COLUMN trade_amendments.sell_exec_ref_id IS 'ExecRefID (19) in it: the report that it takes the place of';
COMMENT ON COLUMN trade_amendments.reinstated IS 'Filled orders got the quantity back to work';
COMMENT ON COLUMN trade_amendments.reason IS 'Why, and by whom';

CREATE TABLE phase_changes (
    journal_seq BIGINT NOT NULL,
    event_index INTEGER NOT NULL,
    trade_date DATE NOT NULL,
    changed_at timestamptz(6) NOT NULL,
    symbol TEXT NOT NULL,
    phase TEXT NOT NULL,
    until timestamptz(6),
    reason TEXT,
    trading_day DATE,
    CONSTRAINT phase_changes_pk PRIMARY KEY (journal_seq, event_index, trade_date)
)
 PARTITION BY RANGE (trade_date);
CREATE INDEX phase_changes_symbol ON phase_changes (symbol);
COMMENT ON TABLE phase_changes IS 'Every change of the trading phase of an instrument';
COMMENT ON COLUMN phase_changes.journal_seq IS 'Record';
COMMENT ON COLUMN phase_changes.event_index IS 'Place in the record';
COMMENT ON COLUMN phase_changes.trade_date IS 'UTC date of the record; never goes back';
COMMENT ON COLUMN phase_changes.changed_at IS 'Time of the record';
COMMENT ON COLUMN phase_changes.symbol IS 'Symbol (55)';
COMMENT ON COLUMN phase_changes.phase IS 'The phase that began';
COMMENT ON COLUMN phase_changes.until IS 'When it ends by itself; NULL for not by itself';
COMMENT ON COLUMN phase_changes.reason IS 'Schedule, guard, or operator with their reason';
COMMENT ON COLUMN phase_changes.trading_day IS 'Trading day of the instrument; NULL before its first one';

CREATE TABLE auctions (
    journal_seq BIGINT NOT NULL,
    event_index INTEGER NOT NULL,
    trade_date DATE NOT NULL,
    uncrossed_at timestamptz(6) NOT NULL,
    symbol TEXT NOT NULL,
    price NUMERIC NOT NULL,
    quantity NUMERIC NOT NULL,
    imbalance NUMERIC NOT NULL,
    CONSTRAINT auctions_pk PRIMARY KEY (journal_seq, event_index, trade_date),
    CONSTRAINT auctions_quantity CHECK (quantity > 0)
)
 PARTITION BY RANGE (trade_date);
CREATE INDEX auctions_symbol ON auctions (symbol);
COMMENT ON TABLE auctions IS 'Every auction that ended in trades; the trades are in trades, with the same record or those after it';
COMMENT ON COLUMN auctions.journal_seq IS 'Record';
COMMENT ON COLUMN auctions.event_index IS 'Place in the record';
COMMENT ON COLUMN auctions.trade_date IS 'UTC date of the record; never goes back';
COMMENT ON COLUMN auctions.uncrossed_at IS 'Time of the record';
COMMENT ON COLUMN auctions.symbol IS 'Symbol (55)';
COMMENT ON COLUMN auctions.price IS 'Price of all its trades';
COMMENT ON COLUMN auctions.quantity IS 'Quantity of all its trades together';
COMMENT ON COLUMN auctions.imbalance IS 'What was left at that price: above 0 of buyers, below 0 of sellers';
