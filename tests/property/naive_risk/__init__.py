"""A naive accountant: what members, sessions, accounts and holdings have used, written from docs/risk.md alone.

It sees the commands and the events of the exchange, and nothing of its state. `witness` writes down what happened as
`facts`, `reckoning` adds them up from the first one each time that somebody asks, in the most obvious way, and
`agreeing` compares the sums with those that the core keeps. `gate` says what limits refuse. Section numbers in
docstrings are those of that page.
"""
