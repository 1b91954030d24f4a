"""GoOn: what a command left to the next one because it had made all the fills that it may (sections 9 and 11)."""

from __future__ import annotations

from tests.property.naive import auctions, masses
from tests.property.naive.phasing import enter
from tests.property.naive.settling import has_more, settle
from tests.property.naive.things import Exchange
from tradsys_oms.core.commands import GoOn


def go_on(x: Exchange, command: GoOn) -> None:
    """Go on with each instrument, as far as the fills reach."""
    due, x.unfinished = list(x.unfinished), {}
    for symbol in due:
        if not symbol:
            masses.go_on(x)
            continue
        x.touched[symbol] = None
        instrument = x.instruments[symbol]
        is_full = x.fills >= x.fills_max
        if (is_full and symbol in x.uncrossing) or not is_uncrossed(x, symbol):
            x.unfinished[symbol] = None
        elif not is_full:
            settle(x, instrument)
        elif instrument.is_continuous and has_more(x, instrument):
            x.unfinished[symbol] = None
    if due and due[0] in x.unfinished:  # it has had the first turn, and has the last one next time
        del x.unfinished[due[0]]
        x.unfinished[due[0]] = None


def is_uncrossed(x: Exchange, symbol: str) -> bool:
    """Go on with an auction if there is one; tell whether it is done."""
    if symbol not in x.uncrossing:
        return True
    instrument = x.instruments[symbol]
    phase, reason, until_ns, price = x.uncrossing[symbol]
    if not auctions.go_on(x, instrument, price):
        return False
    del x.uncrossing[symbol]
    auctions.expire_rest(x, instrument, instrument.phase)
    enter(x, instrument, phase, reason, until_ns)
    return True
