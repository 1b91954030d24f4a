"""What few orders have beside the rest: stops, pegs, icebergs, hidden and conditional ones, and those of many days.

In ticks and lots, and changed in place, as the order itself. The instructions as the peer gave them stay beside it,
because reports carry them back.
"""

from __future__ import annotations

from msgspec import Struct, structs

from tradsys_oms.core.commands import PLAIN, Instructions


class Special(Struct, gc=False):
    """What makes an order more than a plain one; each default means that it is not."""

    instructions: Instructions = PLAIN
    arrival: int = 0
    """Journal sequence of the command that gave it its present age among stops, pegs or conditional orders."""
    stop_px: int = 0
    """Above 0 while it waits for its trigger."""
    trigger: str = ""
    """Trigger price of a stop: a `TriggerPriceType`."""
    display_qty: int = 0
    """Above 0 for an iceberg: what it shows at a time."""
    shown_qty: int = 0
    """What an iceberg shows now."""
    is_hidden: bool = False
    min_qty: int = 0
    is_all_or_none: bool = False
    is_post_only: bool = False
    cancels_on_halt: bool = False
    peg: str = ""
    """What it follows, while it does: a `PegPriceType`."""
    peg_offset: int = 0
    peg_limit: int = 0
    """The worst price that a peg may take, 0 for any."""
    expire_ns: int = 0
    expire_date: int = 0
    self_trade_key: str = ""
    self_trade: str = ""
    """Policy of the order's own; see `core.matching.self_trade`."""
    day_start_seq: int = 0
    """Journal sequence of the command that began the order's present day, if that is not its first."""
    day_start_cum_qty: int = 0
    day_start_notional: int = 0

    @property
    def is_dark(self) -> bool:
        """It stands behind what is shown at its price."""
        return self.is_hidden or self.is_all_or_none or self.min_qty > 0

    @property
    def is_conditional(self) -> bool:
        """It has a least fill, or had one."""
        return self.is_all_or_none or self.min_qty > 0

    @property
    def is_odd(self) -> bool:
        """While it rests, orders that come in have to look twice."""
        return self.display_qty > 0 or self.is_dark or self.peg != ""

    def take_origin(self, old: Special) -> None:
        """Stay an order that was taken by telephone, whatever a message made of it since."""
        if old.instructions.is_manual:
            lost = old.instructions.lost_clord_id
            self.instructions = structs.replace(self.instructions, is_manual=True, lost_clord_id=lost)

    @property
    def is_nothing(self) -> bool:
        """The order is a plain one after all."""
        return self.instructions is PLAIN and not self.day_start_seq
