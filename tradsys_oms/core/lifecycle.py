"""The life cycle of an order on our books, as one table: (OrdStatus, what happens) -> OrdStatus.

Orders on our own books have no pending states, and Filled, Canceled, Expired and Rejected are final: FIX 5.0 SP2 Volume
7, exchange rules. The one way out of Filled is an operator's: a busted or corrected trade that leaves the order with
something to do (Volume 4, J.1.a). A quantity replaced to what is filled already ends the order Filled (Volume 4, C.3.b
and C.3.c). Done for Day is final for a DAY order; one that is good for longer is renewed in the morning (H.1.a). What
is not in the table can't happen; if it does, the process stops.
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
    EXPIRED: Final = "expired"
    DONE_FOR_DAY: Final = "done for the day"
    RENEWED_UNFILLED: Final = "renewed without fills"
    RENEWED_PART_FILLED: Final = "renewed part-filled"
    AMENDED_TO_NOTHING: Final = "left without fills by a bust or correction"
    AMENDED_TO_PART: Final = "left part-filled by a bust or correction"
    AMENDED_TO_FULL: Final = "left filled by a correction"


UNBORN: Final = ""
"""The state of an order before its first report."""

_NEW, _PART, _FILLED = OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED, OrdStatus.FILLED
_CANCELED, _EXPIRED, _DONE = OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.DONE_FOR_DAY

TRANSITIONS: Final[dict[tuple[str, str], str]] = {
    (UNBORN, Happening.ENTERED): _NEW,
    (UNBORN, Happening.REFUSED): OrdStatus.REJECTED,
    (_NEW, Happening.PART_FILLED): _PART,
    (_NEW, Happening.FILLED): _FILLED,
    (_NEW, Happening.REPLACED): _NEW,
    (_NEW, Happening.CANCELED): _CANCELED,
    (_NEW, Happening.EXPIRED): _EXPIRED,
    (_NEW, Happening.DONE_FOR_DAY): _DONE,
    (_PART, Happening.PART_FILLED): _PART,
    (_PART, Happening.FILLED): _FILLED,
    (_PART, Happening.REPLACED): _PART,
    (_PART, Happening.STOPPED_BY_REPLACE): _FILLED,
    (_PART, Happening.CANCELED): _CANCELED,
    (_PART, Happening.EXPIRED): _EXPIRED,
    (_PART, Happening.DONE_FOR_DAY): _DONE,
    (_PART, Happening.AMENDED_TO_NOTHING): _NEW,
    (_PART, Happening.AMENDED_TO_PART): _PART,
    (_PART, Happening.AMENDED_TO_FULL): _FILLED,
    (_FILLED, Happening.AMENDED_TO_NOTHING): _NEW,
    (_FILLED, Happening.AMENDED_TO_PART): _PART,
    (_FILLED, Happening.AMENDED_TO_FULL): _FILLED,
    (_DONE, Happening.RENEWED_UNFILLED): _NEW,
    (_DONE, Happening.RENEWED_PART_FILLED): _PART,
    (_DONE, Happening.CANCELED): _CANCELED,
    (_DONE, Happening.EXPIRED): _EXPIRED,
    **{
        (status, happening): status  # they outrank what is left: J.1.b, J.1.d
        for status in (_CANCELED, _EXPIRED, _DONE)
        for happening in (Happening.AMENDED_TO_NOTHING, Happening.AMENDED_TO_PART, Happening.AMENDED_TO_FULL)
    },
}

FINAL: Final = frozenset((_FILLED, _CANCELED, _EXPIRED, OrdStatus.REJECTED))
"""The states in which no order is ever in a book."""


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
WHEN_EXPIRED: Final = Column(Happening.EXPIRED)
WHEN_DONE_FOR_DAY: Final = Column(Happening.DONE_FOR_DAY)
WHEN_RENEWED_UNFILLED: Final = Column(Happening.RENEWED_UNFILLED)
WHEN_RENEWED_PART_FILLED: Final = Column(Happening.RENEWED_PART_FILLED)
WHEN_AMENDED_TO_NOTHING: Final = Column(Happening.AMENDED_TO_NOTHING)
WHEN_AMENDED_TO_PART: Final = Column(Happening.AMENDED_TO_PART)
WHEN_AMENDED_TO_FULL: Final = Column(Happening.AMENDED_TO_FULL)
