"""Trading phases, as one table: what an instrument does in each, what it takes, and where it may go from there.

In a phase that collects, orders rest without matching until an auction uncrosses them. A phase that takes neither new
orders nor replaces still takes cancels and questions. Which OrdType and TimeInForce a phase takes is the instrument's
whole answer to "what may I send now": anything else is refused in words.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from tradsys_oms.core.fields import OrdType, TimeInForce


class Phase:
    """Names of the phases, as commands, events and the configuration spell them."""

    CLOSED: Final = "closed"
    PRE_OPEN: Final = "pre_open"
    OPENING_AUCTION: Final = "opening_auction"
    CONTINUOUS: Final = "continuous"
    VOLATILITY_AUCTION: Final = "volatility_auction"
    CLOSING_AUCTION: Final = "closing_auction"
    HALTED: Final = "halted"


class PhaseRules(Struct, frozen=True):
    """What holds in a phase."""

    takes_orders: bool
    """New orders and replaces."""
    is_auction: bool
    """It ends in an uncrossing, unless it goes on to a halt."""
    ord_types: frozenset[str]
    times_in_force: frozenset[str]
    next_phases: tuple[str, ...]
    """Where a schedule or an operator may take it."""
    after: str = ""
    """Where it goes by itself when its time is over."""


_COLLECTED: Final = frozenset((OrdType.MARKET, OrdType.LIMIT, OrdType.STOP, OrdType.STOP_LIMIT, OrdType.PEGGED))
_ALL: Final = _COLLECTED | {OrdType.MARKET_TO_LIMIT}
_RESTING: Final = frozenset((TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD, TimeInForce.GTX, TimeInForce.ATC))
_OPENING: Final = _RESTING | {TimeInForce.OPG}
_NONE: Final[frozenset[str]] = frozenset()

PHASES: Final[dict[str, PhaseRules]] = {
    Phase.CLOSED: PhaseRules(
        takes_orders=False,
        is_auction=False,
        ord_types=_NONE,
        times_in_force=_NONE,
        next_phases=(Phase.PRE_OPEN, Phase.OPENING_AUCTION, Phase.CONTINUOUS, Phase.HALTED),
    ),
    Phase.PRE_OPEN: PhaseRules(
        takes_orders=True,
        is_auction=False,
        ord_types=_COLLECTED,
        times_in_force=_OPENING,
        next_phases=(Phase.OPENING_AUCTION, Phase.CLOSED, Phase.HALTED),
    ),
    Phase.OPENING_AUCTION: PhaseRules(
        takes_orders=True,
        is_auction=True,
        ord_types=_COLLECTED,
        times_in_force=_OPENING,
        next_phases=(Phase.CONTINUOUS, Phase.CLOSED, Phase.HALTED),
        after=Phase.CONTINUOUS,
    ),
    Phase.CONTINUOUS: PhaseRules(
        takes_orders=True,
        is_auction=False,
        ord_types=_ALL,
        times_in_force=_RESTING | {TimeInForce.IOC, TimeInForce.FOK},
        next_phases=(Phase.VOLATILITY_AUCTION, Phase.CLOSING_AUCTION, Phase.CLOSED, Phase.HALTED),
    ),
    Phase.VOLATILITY_AUCTION: PhaseRules(
        takes_orders=True,
        is_auction=True,
        ord_types=_COLLECTED,
        times_in_force=_RESTING,
        next_phases=(Phase.CONTINUOUS, Phase.CLOSING_AUCTION, Phase.CLOSED, Phase.HALTED),
        after=Phase.CONTINUOUS,
    ),
    Phase.CLOSING_AUCTION: PhaseRules(
        takes_orders=True,
        is_auction=True,
        ord_types=_COLLECTED,
        times_in_force=_RESTING,
        next_phases=(Phase.CLOSED, Phase.HALTED),
        after=Phase.CLOSED,
    ),
    Phase.HALTED: PhaseRules(
        takes_orders=False,
        is_auction=False,
        ord_types=_NONE,
        times_in_force=_NONE,
        next_phases=(Phase.VOLATILITY_AUCTION, Phase.CLOSED),
        after=Phase.VOLATILITY_AUCTION,
    ),
}
