"""Members: the firms that trade, and the ClOrdIDs that each of them has used.

A ClOrdID is unique per member, not per session: a firm may cancel over one session what it entered over another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tradsys_oms.core.orders import Order


class Member:
    """A firm; `clord_ids` maps every ClOrdID it has used to its order, None where the order was rejected."""

    __slots__ = ("clord_ids", "enabled", "name")

    def __init__(self, name: str, enabled: bool) -> None:
        self.name = name
        self.enabled = enabled
        self.clord_ids: dict[str, Order | None] = {}
