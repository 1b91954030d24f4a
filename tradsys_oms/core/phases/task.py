"""What is under way on an instrument, and does not fit into one command.

What a command does is one record of the journal, so a change that touches a hundred thousand orders is done by many.
The list of orders is made once, when the work begins; an order that has ended since then is passed over. While there is
a task, no phase and no day of the instrument can begin or end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field

if TYPE_CHECKING:
    from tradsys_oms.core.book.orders import Order
    from tradsys_oms.core.reference.instruments import Instrument
    from tradsys_oms.core.work import Work


class Step:
    """What a task does now; a change of phase goes through the first three, those that apply."""

    UNCROSS: Final = "uncross"
    EXPIRE: Final = "expire"
    """What an auction has left over."""
    HALT: Final = "halt"
    """Orders that are canceled on a halt."""
    END_DAY: Final = "end_day"
    START_DAY: Final = "start_day"


DAY_STEPS: Final = (Step.END_DAY, Step.START_DAY)


class Task(Struct, gc=False):
    """A step, the orders that it has still to do, and for a change of phase where it goes."""

    step: str
    order_ids: list[int] = field(default_factory=list)
    """The next one last."""
    phase: str = ""
    reason: str = ""
    until_ns: int = 0

    def each(self, work: Work, instrument: Instrument, do: Callable[[Work, Order], None]) -> bool:
        """Do something to each open order, as far as this command has room; tell whether all are done."""
        orders, order_ids = work.state.orders, self.order_ids
        while order_ids:
            if not work.has_room:
                work.unfinished(instrument)
                return False
            order = orders.find(order_ids.pop())
            if order is not None and order.level is not None:
                work.orders += 1
                do(work, order)
        return True

    @property
    def row(self) -> list[object]:
        """All of it, for the hash of the state."""
        return [self.step, self.order_ids, self.phase, self.reason, self.until_ns]
