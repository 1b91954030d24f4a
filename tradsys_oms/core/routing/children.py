"""Children: parts of orders at other markets, and the requests that are out for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from tradsys_oms.core.routing.away import Away


class Fill(Struct, gc=False):
    """An execution at a venue as it is now: what it came with, and where the broker was told."""

    qty: int
    px: int
    seq: int
    """Place of the last report of it to the broker."""
    index: int
    first_seq: int
    """Place of the first one: the TradeID."""
    first_index: int


class Child(Struct, gc=False):
    """One order at one venue. Quantities in lots, prices in ticks."""

    clord_id: str
    """Its first request there, its name for ever."""
    venue: str
    away: Away
    """What its parent has at other markets."""
    order_qty: int
    price: int
    leaves_qty: int
    """What still works there as far as we know; 0 for one that has ended."""
    cum_qty: int = 0
    cum_notional: int = 0
    last_clord_id: str = ""
    """The last request that the venue has accepted, or the first."""
    venue_order_id: str = ""
    is_accepted: bool = False
    """The venue has said that it has it."""
    requests: dict[str, None] = field(default_factory=dict)
    """ClOrdIDs of what it has not answered yet, the oldest first; the first is the order itself."""
    is_in_doubt: bool = False
    """Nobody knows what has become of what is out."""
    is_given_up: bool = False
    """An operator has to say."""
    fills: dict[str, Fill] = field(default_factory=dict)
    """By the venue's ExecID."""
    ended_as: str = ""
    """OrdStatus with which it ended, "" for one that lives."""
    text: str = ""
    """The venue's last words."""
