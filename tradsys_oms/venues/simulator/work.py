"""A request at work: what was asked, by whom, and about which order."""

from __future__ import annotations

from msgspec import Struct

from tradsys_oms.fix.message import Message
from tradsys_oms.venues.simulator.orders import Order
from tradsys_oms.venues.simulator.session import Session


class Work(Struct):
    """A request, and what is known of it."""

    msg_type: str
    session: Session
    clord_id: str
    order: Order | None
    message: Message | None = None
    qty_e8: int = -1
    """Of a replace."""
    price_e8: int = -1

    @property
    def orig_clord_id(self) -> str:
        """OrigClOrdID (41) of the request."""
        return self.message.fields.get("41", "") if self.message is not None else ""
