"""Where open orders stand: queues of the book, and places beside it where they wait.

An order knows its place and nothing of its kind: whoever cancels it takes it off, wherever that is. A place counts with
its instrument what makes orders that come in look twice (`Instrument.care`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, TypeAlias, Union

from sortedcontainers import SortedList

from tradsys_oms.core.book.special import Special
from tradsys_oms.core.fields import Side
from tradsys_oms.errors import InvariantError

if TYPE_CHECKING:
    from tradsys_oms.core.book.book import Dark, Level
    from tradsys_oms.core.book.orders import Order
    from tradsys_oms.core.routing.away import Away

Place: TypeAlias = Union["Level", "Dark", "Waiting", "Stops", "Away"]


class Waiting:
    """Open orders beside the book, the oldest first: at-the-close orders before their auction, pegs without a price."""

    __slots__ = ("orders",)

    def __init__(self) -> None:
        self.orders: dict[int, Order] = {}

    def __iter__(self) -> Iterator[Order]:
        """Go through the orders, the first one that came first."""
        return iter(self.orders.values())

    def add(self, order: Order) -> None:
        """Let an order wait."""
        self.orders[order.order_id] = order
        order.level = self
        order.instrument.care += 1

    def remove(self, order: Order) -> None:
        """Take an order out."""
        del self.orders[order.order_id]
        order.level = None
        order.instrument.care -= 1


class Stops:
    """Stop orders that wait for their trigger, by the price that triggers them.

    Rising ones trigger when the price is at or above their StopPx (buys), falling ones at or below; each by
    TriggerPriceType. Entries are (StopPx, OrderID), StopPx negative for falling ones: the first triggers first.
    """

    __slots__ = ("_falling", "_rising", "orders")

    def __init__(self) -> None:
        self.orders: dict[int, Order] = {}
        self._rising: dict[str, SortedList[tuple[int, int]]] = {}
        self._falling: dict[str, SortedList[tuple[int, int]]] = {}

    def __iter__(self) -> Iterator[Order]:
        """Go through the orders, the first one that came first."""
        return iter(self.orders.values())

    def add(self, order: Order) -> None:
        """Let an order wait for its trigger."""
        self.orders[order.order_id] = order
        self._list(order).add(self._entry(order))
        order.level = self
        order.instrument.care += 1

    def remove(self, order: Order) -> None:
        """Take an order out."""
        del self.orders[order.order_id]
        self._list(order).remove(self._entry(order))
        order.level = None
        order.instrument.care -= 1

    def triggered(self, trigger: str, price: int) -> list[Order]:
        """List the orders that `price`, of the kind `trigger`, triggers; in no useful order."""
        found = []
        for entries, rank in ((self._rising.get(trigger), price), (self._falling.get(trigger), -price)):
            if entries:
                found += [self.orders[order_id] for _, order_id in entries.irange(None, (rank, _LAST_ID))]
        return found

    def _list(self, order: Order) -> SortedList[tuple[int, int]]:
        lists = self._rising if order.side == Side.BUY else self._falling
        return lists.setdefault(special_of(order).trigger, SortedList())

    @staticmethod
    def _entry(order: Order) -> tuple[int, int]:
        stop_px = special_of(order).stop_px
        return (stop_px if order.side == Side.BUY else -stop_px, order.order_id)


def special_of(order: Order) -> Special:
    """Give what makes an order special, for one that must be."""
    special = order.special
    if special is None:
        raise InvariantError(f"Order {order.order_id} is a plain one, and stands where only special ones may.")
    return special


_LAST_ID: Final = 2**63
