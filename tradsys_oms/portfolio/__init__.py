"""Portfolio risk: what accounts and members may lose, from their positions and a history of prices.

A follower of the journal in a process of its own, with numpy, off the order path. It keeps positions and marks. At an
interval it calculates VaR, expected shortfall, stress losses and margin, writes them to Postgres, and asks the daemon
for a block where a limit is passed. Positions and prices are integers until they meet the history; estimates of what
may happen are floating-point numbers, which is why none of this is in the core.
"""
