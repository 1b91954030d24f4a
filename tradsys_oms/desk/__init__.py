"""The operators' desk: the verbs of the control socket that show and change the market, orders and trades."""
