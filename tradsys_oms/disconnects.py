"""Cancel on disconnect: what becomes of the open orders of a session that is gone.

Each session has a policy: never, on a drop, or on a Logout too; which orders; and a grace window in which the broker
may come back and find its orders as they were. A drop is an end without a Logout: a broken line, silence, a peer that
breaks the protocol. A Logout by either side is none.

How a session went, and when, is state of the core, so a policy outlives the daemon: sessions that were connected when
it died were dropped by that. Their window begins when the daemon is up again, for until then nobody could come back.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

import structlog
from msgspec import Struct

from tradsys_oms.core.commands import CancelOrders, SessionOffline
from tradsys_oms.core.engine import Engine
from tradsys_oms.sequencer import Sequencer

log = structlog.get_logger(__name__)

TEXT: Final = "Canceled on disconnect"
NS_PER_S: Final = 1_000_000_000


class CancelWhen(Enum):
    """When the orders of a session that is gone are cancelled."""

    NEVER = "never"
    DROP = "drop"
    DROP_AND_LOGOUT = "drop_and_logout"


class DisconnectPolicy(Struct, frozen=True):
    """What becomes of the orders of one session."""

    when: CancelWhen = CancelWhen.NEVER
    day_only: bool = True
    """Only orders with TimeInForce (59) Day are cancelled."""
    grace_s: int = 0

    def applies(self, *, is_drop: bool) -> bool:
        """Tell if an end of this kind lets the orders be cancelled."""
        return self.when is CancelWhen.DROP_AND_LOGOUT or (self.when is CancelWhen.DROP and is_drop)


class Disconnects:
    """Follows sessions as they come and go, and cancels when a window has passed."""

    def __init__(self, engine: Engine, sequencer: Sequencer) -> None:
        self._engine, self._sequencer = engine, sequencer
        self._policies: dict[str, DisconnectPolicy] = {}
        self._due_ns: dict[str, int] = {}
        """When the window of a session that is gone ends."""

    def follow(self, policies: dict[str, DisconnectPolicy], now_ns: int) -> None:
        """Take over policies; one that is new or changed counts for a session that is gone already, from now on.

        A session without a policy is not configured any more: its orders stay.
        """
        changed = {name: policy for name, policy in policies.items() if self._policies.get(name) != policy}
        self._policies = policies
        self._due_ns = {name: due_ns for name, due_ns in self._due_ns.items() if name in policies}
        for name in changed:
            self.gone(name, now_ns)

    def recover(self) -> None:
        """Take note, at start, that the sessions which were connected when the daemon ended were dropped."""
        for name, state in self._engine.sessions.items():
            if state.online:
                self._sequencer.submit(SessionOffline(name, 0, "the daemon ended without a Logout", is_drop=True))

    def gone(self, session: str, now_ns: int) -> None:
        """Begin the window of a session that is gone, if its policy says so."""
        self._due_ns.pop(session, None)
        state, policy = self._engine.sessions.get(session), self._policies.get(session)
        if state is None or policy is None or state.online or not state.offline_ns:
            return
        if policy.applies(is_drop=state.is_dropped):
            self._due_ns[session] = now_ns + policy.grace_s * NS_PER_S

    def back(self, session: str) -> None:
        """Keep the orders of a session that came back."""
        self._due_ns.pop(session, None)

    def tick(self, now_ns: int) -> bool:
        """Cancel where a window has passed; tells if there is more to do at once.

        A command cancels a bounded number of orders, and others have their turn before the next. Orders whose auction
        is being uncrossed are canceled at a tick after that.
        """
        is_busy = False
        due = [session for session, due_ns in self._due_ns.items() if due_ns <= now_ns]
        for session in due:
            policy = self._policies[session]
            count = self._engine.cancellable(session, policy.day_only)
            if count:
                self._sequencer.submit(CancelOrders(session, policy.day_only, TEXT))
                log.warning("orders_canceled_on_disconnect", session=session, orders=count)
                is_busy = True
            elif not self._engine.unfinished:
                del self._due_ns[session]
        return is_busy
