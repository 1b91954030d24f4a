CREATE TABLE price_history (
    symbol TEXT NOT NULL,
    trade_date DATE NOT NULL,
    close_px NUMERIC NOT NULL,
    source TEXT NOT NULL,
    CONSTRAINT price_history_pk PRIMARY KEY (symbol, trade_date),
    CONSTRAINT price_history_close_px CHECK (close_px > 0)
);
COMMENT ON TABLE price_history IS 'Closing prices, one per instrument and trading day; what was loaded goes before our own trades';
COMMENT ON COLUMN price_history.symbol IS 'Symbol (55)';
COMMENT ON COLUMN price_history.trade_date IS 'Trading day';
COMMENT ON COLUMN price_history.close_px IS 'Closing price';
COMMENT ON COLUMN price_history.source IS 'Who said so; exchange for the last trade on our own book';

CREATE TABLE portfolio_risk (
    run_at timestamptz(6) NOT NULL,
    level TEXT NOT NULL,
    member TEXT NOT NULL,
    account TEXT NOT NULL,
    journal_seq BIGINT NOT NULL,
    currency TEXT NOT NULL,
    holdings INTEGER NOT NULL,
    gross_value NUMERIC NOT NULL,
    net_value NUMERIC NOT NULL,
    method TEXT NOT NULL,
    confidence_percent NUMERIC NOT NULL,
    horizon_days INTEGER NOT NULL,
    returns INTEGER NOT NULL,
    var NUMERIC NOT NULL,
    es NUMERIC NOT NULL,
    stress_scenario TEXT NOT NULL,
    stress_loss NUMERIC NOT NULL,
    margin NUMERIC NOT NULL,
    measures JSONB NOT NULL,
    stresses JSONB NOT NULL,
    short_history TEXT[] NOT NULL,
    limits_passed TEXT[] NOT NULL,
    CONSTRAINT portfolio_risk_pk PRIMARY KEY (run_at, level, member, account),
    CONSTRAINT portfolio_risk_level CHECK (level IN ('account', 'member')),
    CONSTRAINT portfolio_risk_losses CHECK (var >= 0 AND es >= 0 AND stress_loss >= 0 AND margin >= 0)
);
CREATE INDEX portfolio_risk_member ON portfolio_risk (member, account, run_at);
COMMENT ON TABLE portfolio_risk IS 'Results of portfolio risk, one row per account and member in each run; those of old runs are removed';
COMMENT ON COLUMN portfolio_risk.run_at IS 'When it was calculated';
COMMENT ON COLUMN portfolio_risk.level IS 'account or member';
COMMENT ON COLUMN portfolio_risk.member IS 'Member firm';
COMMENT ON COLUMN portfolio_risk.account IS 'Account (1); empty for a member, and for orders without one';
COMMENT ON COLUMN portfolio_risk.journal_seq IS 'Last record of the journal that is in it';
COMMENT ON COLUMN portfolio_risk.currency IS 'Base currency, of all money here';
COMMENT ON COLUMN portfolio_risk.holdings IS 'Instruments held';
COMMENT ON COLUMN portfolio_risk.gross_value IS 'Sum of the values of the holdings without their signs';
COMMENT ON COLUMN portfolio_risk.net_value IS 'Sum of the values of the holdings';
COMMENT ON COLUMN portfolio_risk.method IS 'Method of var and es';
COMMENT ON COLUMN portfolio_risk.confidence_percent IS 'Confidence of var and es';
COMMENT ON COLUMN portfolio_risk.horizon_days IS 'Trading days that a loss may take';
COMMENT ON COLUMN portfolio_risk.returns IS 'Days of the price history';
COMMENT ON COLUMN portfolio_risk.var IS 'Value at risk, a loss';
COMMENT ON COLUMN portfolio_risk.es IS 'Expected shortfall, a loss';
COMMENT ON COLUMN portfolio_risk.stress_scenario IS 'The scenario with the largest loss; empty where none brings one';
COMMENT ON COLUMN portfolio_risk.stress_loss IS 'That loss';
COMMENT ON COLUMN portfolio_risk.margin IS 'Margin estimate';
COMMENT ON COLUMN portfolio_risk.measures IS 'var and es by each method';
COMMENT ON COLUMN portfolio_risk.stresses IS 'Profit, and var at the scenario''s volatility, by scenario';
COMMENT ON COLUMN portfolio_risk.short_history IS 'Held instruments with gaps in the price history';
COMMENT ON COLUMN portfolio_risk.limits_passed IS 'Limits that are passed';
