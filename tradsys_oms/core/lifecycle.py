"""The life cycle of an order on our books, as one table: (OrdStatus, what happens) -> OrdStatus.

Orders on our own books have no pending states, and Filled, Canceled and Rejected are final: FIX 5.0 SP2 Volume 7,
exchange rules. A quantity replaced to what is filled already ends the order Filled (Volume 4, C.3.b and C.3.c). What is
not in the table can't happen; if it does, the process stops.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.fields import OrdStatus
from tradsys_oms.errors import InvariantError


class Happening:
    """What can happen to an order."""

    ENTERED: Final = "entered"
    REFUSED: Final = "refused"
    PART_FILLED: Final = "part-filled"
    FILLED: Final = "filled"
    REPLACED: Final = "replaced"
    STOPPED_BY_REPLACE: Final = "replaced to the filled quantity or less"
    CANCELED: Final = "canceled"


UNBORN: Final = ""
"""The state of an order before its first report."""

TRANSITIONS: Final[dict[tuple[str, str], str]] = {
    (UNBORN, Happening.ENTERED): OrdStatus.NEW,
    (UNBORN, Happening.REFUSED): OrdStatus.REJECTED,
    (OrdStatus.NEW, Happening.PART_FILLED): OrdStatus.PARTIALLY_FILLED,
    (OrdStatus.NEW, Happening.FILLED): OrdStatus.FILLED,
    (OrdStatus.NEW, Happening.REPLACED): OrdStatus.NEW,
    (OrdStatus.NEW, Happening.CANCELED): OrdStatus.CANCELED,
    (OrdStatus.PARTIALLY_FILLED, Happening.PART_FILLED): OrdStatus.PARTIALLY_FILLED,
    (OrdStatus.PARTIALLY_FILLED, Happening.FILLED): OrdStatus.FILLED,
    (OrdStatus.PARTIALLY_FILLED, Happening.REPLACED): OrdStatus.PARTIALLY_FILLED,
    (OrdStatus.PARTIALLY_FILLED, Happening.STOPPED_BY_REPLACE): OrdStatus.FILLED,
    (OrdStatus.PARTIALLY_FILLED, Happening.CANCELED): OrdStatus.CANCELED,
}

FINAL: Final = frozenset(TRANSITIONS.values()) - {status for status, _ in TRANSITIONS}
"""The states from which nothing leads away."""


class Column(dict[str, str]):
    """The column of one happening: OrdStatus -> OrdStatus, and a full stop for the rest."""

    def __init__(self, happening: str) -> None:
        super().__init__({before: after for (before, what), after in TRANSITIONS.items() if what == happening})
        self.happening = happening

    def __missing__(self, ord_status: str) -> str:
        raise InvariantError(f"An order with OrdStatus {ord_status!r} can't be {self.happening}.")


WHEN_ENTERED: Final = Column(Happening.ENTERED)
WHEN_REFUSED: Final = Column(Happening.REFUSED)
WHEN_PART_FILLED: Final = Column(Happening.PART_FILLED)
WHEN_FILLED: Final = Column(Happening.FILLED)
WHEN_REPLACED: Final = Column(Happening.REPLACED)
WHEN_STOPPED_BY_REPLACE: Final = Column(Happening.STOPPED_BY_REPLACE)
WHEN_CANCELED: Final = Column(Happening.CANCELED)
