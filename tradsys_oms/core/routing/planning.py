"""Planning: which route an order takes, and which venue gets how much of it now. Pure: it looks and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from tradsys_oms.core.commands import Route


class Asked(Struct, frozen=True, gc=False):
    """An order as routes see it; in ticks and lots."""

    symbol: str
    member: str
    session: str
    account: str
    ex_destination: str
    side: str
    ord_type: str
    time_in_force: str
    qty: int
    price: int
    """0 for none."""
    lot_e8: int


class Plan(Struct, frozen=True, gc=False):
    """What to do with a quantity now."""

    route: Route | None
    """None: no rule fits, or there are none: our own book."""
    takes_book: bool
    """Our own book first, or only."""
    parts: tuple[tuple[str, int], ...] = ()
    """Venue and quantity of each child; () with no fault for our own book only."""
    fault: str = ""
    """Why it can't go anywhere, as a sentence for Text (58); "" for nothing."""
