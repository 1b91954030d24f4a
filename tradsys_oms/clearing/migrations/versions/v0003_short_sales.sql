ALTER TABLE orders
    DROP CONSTRAINT orders_side,
    ADD CONSTRAINT orders_side CHECK (side IN ('1', '2', '5', '6'));

ALTER TABLE trades
    DROP CONSTRAINT trades_aggressor_side,
    ADD CONSTRAINT trades_aggressor_side CHECK (aggressor_side IN ('1', '2', '5', '6'));
