"""Says what became of an order, in the way that the words before a step ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradsys_oms.venues.simulator.orders import Order
from tradsys_oms.venues.simulator.reports import EXECUTION_REPORT, override
from tradsys_oms.venues.simulator.session import Session
from tradsys_oms.venues.simulator.steps import Step
from tradsys_oms.venues.simulator.work import Work

if TYPE_CHECKING:
    from tradsys_oms.venues.simulator.venue import Venue

WIRE_FAULTS: Final = frozenset(("lost", "garbled", "low_number", "high_number"))


class Teller:
    """Sends reports: once, twice, later than the next one, faulty, or not at all."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._held: dict[str, tuple[str, str, str]] = {}
        """Peer -> a report that waits for the next one."""

    def tell(
        self,
        work: Work,
        step: Step,
        order: Order,
        exec_type: str,
        *,
        exec_id: str = "",
        names: tuple[str, str] | None = None,
        last: tuple[int, int] = (0, 0),
        status: str = "",
        more: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Say an ExecutionReport, with its own ExecID unless one is given."""
        venue = self._venue
        body = venue.reports.execution(
            order, exec_type, exec_id or venue.new_id("X"), venue.time_text(), names=names, last=last, status=status
        )
        if more:
            body = override(body, more)
        self.post(work.session, step, EXECUTION_REPORT, body)

    def post(self, session: Session, step: Step, msg_type: str, body: str) -> None:
        """Send a body as the step's modifiers want it."""
        if step.fields:
            body = override(body, step.fields)
        if not step.modifiers:
            session.send(msg_type, body)
        elif "quiet" in step.modifiers:
            return
        else:
            fault = next(iter(step.modifiers & WIRE_FAULTS), "")
            if "held" in step.modifiers and session.peer not in self._held:
                self._held[session.peer] = msg_type, body, fault
                return
            session.send(msg_type, body, fault)
            if "twice" in step.modifiers:
                session.send(msg_type, body)
        held = self._held.pop(session.peer, None) if self._held else None
        if held is not None:
            session.send(*held)
