"""Children: parts of orders at other markets, and the requests that are out for them. Quantities in lots, prices in
ticks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct, field

if TYPE_CHECKING:
    from tradsys_oms.core.routing.away import Away, Pending

NEW: Final = "new"
CANCEL: Final = "cancel"
REPLACE: Final = "replace"


class Fill(Struct, gc=False):
    """An execution at a venue as it is now, and where the broker was told."""

    qty: int
    px: int
    seq: int
    """Place of the last report of it to the broker."""
    index: int
    first_seq: int
    """Place of the first one: the TradeID."""
    first_index: int


class Line(Struct):
    """One logon of a venue, shared by all that was sent since the one before was lost."""

    is_lost: bool = False


class Request(Struct):
    """What was sent to a venue and is not answered."""

    kind: str
    order_qty: int
    price: int
    pending: Pending | None
    """For whom it was sent: a request that the broker waits for."""
    line: Line
    """Under which it was sent, or last known to be at the venue."""
    is_doubted: bool = False
    """It was not answered in time."""
    is_waiting: bool = False
    """The venue has answered a question by saying that it waits there."""
    questions_before: int = 0
    """Status requests that were out when it was sent and still are: their answers tell nothing about it."""

    @property
    def is_in_doubt(self) -> bool:
        """Nobody knows whether it arrived."""
        return self.is_doubted or self.line.is_lost


class Child(Struct, eq=False):
    """One order at one venue."""

    clord_id: str
    """Its first request there, its name for ever."""
    venue: str
    away: Away
    """What its parent has at other markets."""
    order_qty: int
    price: int
    leaves_qty: int
    """What still works there as far as we know; 0 for one that has ended."""
    last_clord_id: str
    """The last request that the venue has accepted, or the first."""
    cum_qty: int = 0
    cum_notional: int = 0
    venue_cum_qty: int = 0
    """The highest CumQty that the venue has named: above `cum_qty` where a fill is on its way."""
    unnamed_qty: int = 0
    """What was filled in from the order's state there, and has not come with an ExecID yet."""
    venue_order_id: str = ""
    is_accepted: bool = False
    """The venue has said that it has it."""
    requests: dict[str, Request] = field(default_factory=dict)
    """What is not answered, by ClOrdID, the oldest first."""
    lost: dict[str, Request] = field(default_factory=dict)
    """Replaces that seemed to have got lost, and may turn out to be accepted all the same."""
    questions: int = 0
    """Status requests that are out. One is never given up: where it has got lost, those that say not which one they
    answer lag behind, and are believed a little later than they could be. The other way round, a slow answer would tell
    about requests that were not made when it was written."""
    asked: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """For the last of them, by place: what was not answered when they were sent."""
    clord_ids: list[str] = field(default_factory=list)
    """All its requests."""
    is_given_up: bool = False
    """An operator has to say what became of it."""
    refused_cancel: str = ""
    """Why the venue has refused to cancel it though no message asked for that, "" where it has not."""
    fills: dict[str, Fill] = field(default_factory=dict)
    """By the venue's ExecID."""
    seen: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    """ExecIDs that have come: ExecType, LastQty and LastPx."""
    ended_as: str = ""
    """OrdStatus with which it ended, "" for one that lives."""

    def asked_by(self, req_id: str) -> tuple[str, ...]:
        """Give what an answer to a status request tells about; one that does not say which answers the oldest."""
        if req_id:
            about = self.asked.get(req_id, ())
            while req_id in self.asked:
                del self.asked[next(iter(self.asked))]
                self._answered(self.questions - len(self.asked))
            return about
        if not self.questions:
            return ()
        about = tuple([key for key, request in self.requests.items() if not request.questions_before])
        self._answered(1)
        if len(self.asked) > self.questions:
            del self.asked[next(iter(self.asked))]
        return about

    def _answered(self, number: int) -> None:
        """The oldest questions are answered, or never will be."""
        self.questions -= number
        for request in self.requests.values():
            request.questions_before = max(request.questions_before - number, 0)

    @property
    def is_in_doubt(self) -> bool:
        """Nobody knows what has become of something that was sent."""
        return any(request.is_in_doubt for request in self.requests.values())
