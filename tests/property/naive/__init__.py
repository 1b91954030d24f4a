"""A second exchange, written from docs/exchange-rules.md alone, in the most obvious code: lists, sorted and searched.

One file for each section of the page. It is slow and does not mind. `Exchange` is the state, `apply` what a command
does to it; both speak the events of `core.events`, so that tests compare whole lists of them with the real core's.
"""
