"""Time in a session: Heartbeats, TestRequests and the end of the one who does not answer (test cases 4.a, 6, 12).

With HeartBtInt (108) of n seconds: after n seconds without sending comes a Heartbeat, after 1.2 n without hearing a
TestRequest, and after another 1.2 n the end. While a TestRequest waits there are no Heartbeats of ours: it has shown
that we live, and what decides now is whether the peer does.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.fix.actions import NOTHING, Actions, Disconnect, Send
from tradsys_oms.fix.msg_types import HEARTBEAT, TEST_REQUEST
from tradsys_oms.fix.settings import NS_PER_S

TEST_REQ_ID: Final = "TEST"
LOOK_NS_MAX: Final = NS_PER_S
"""A session is looked at at least so often, whatever is due when."""


class Heartbeat:
    """When was what sent and heard; times in ns of the clock that also gives SendingTime."""

    __slots__ = (
        "_asked_ns",
        "_deadline_ns",
        "_excused_ns",
        "_interval_ns",
        "_now_ns",
        "look_ns",
        "received_ns",
        "sent_ns",
    )

    def __init__(self) -> None:
        self._interval_ns = 0
        self._asked_ns = 0
        self._deadline_ns = 0
        self._excused_ns = 0
        self._now_ns = 0
        self.look_ns = 0
        """Nothing is due before; what is sent and heard meanwhile only makes it later."""
        self.received_ns = 0
        self.sent_ns = 0

    def start(self, heart_bt_int_s: int, now_ns: int) -> None:
        """Begin with a Logon just received; 0 seconds stands for no heartbeats."""
        self._interval_ns = heart_bt_int_s * NS_PER_S
        self._asked_ns = self._excused_ns = self.look_ns = 0
        self._now_ns = self.received_ns = self.sent_ns = now_ns

    @property
    def alive_ns(self) -> int:
        """When the peer was last heard, or could not be."""
        return max(self.received_ns, self._excused_ns)

    def excuse(self, now_ns: int) -> None:
        """Take note that the peer is not listened to now, and may have said anything."""
        self._excused_ns = now_ns

    def due(self, now_ns: int) -> Actions:
        """Say what is due."""
        if now_ns < self._now_ns:  # the clock was set back: what was measured before means nothing now
            self._asked_ns = self._excused_ns = 0
            self.received_ns = self.sent_ns = now_ns
        self._now_ns = now_ns
        interval_ns = self._interval_ns
        patience_ns = interval_ns * 6 // 5
        if not interval_ns:
            return self._look_at(now_ns + LOOK_NS_MAX, now_ns)
        alive_ns = self.alive_ns
        if self._asked_ns > alive_ns:
            if now_ns - self._asked_ns >= patience_ns:
                return [Disconnect("no answer to a TestRequest")]
            return self._look_at(self._asked_ns + interval_ns, now_ns)
        if now_ns - alive_ns >= patience_ns:
            self._asked_ns = self.sent_ns = now_ns
            return [Send(TEST_REQUEST, f"112={TEST_REQ_ID}\x01")]
        if now_ns - self.sent_ns >= interval_ns:
            self.sent_ns = now_ns
            return [Send(HEARTBEAT, "")]
        return self._look_at(min(self.sent_ns + interval_ns, alive_ns + patience_ns), now_ns)

    def _look_at(self, due_ns: int, now_ns: int) -> Actions:
        """Nothing is due now, nor before `due_ns`."""
        self.look_ns = min(due_ns, now_ns + LOOK_NS_MAX)
        return NOTHING

    def stop_at(self, deadline_ns: int) -> None:
        """Wait for the peer's Logout until then."""
        self._deadline_ns = deadline_ns
        self.look_ns = 0

    def is_over(self, now_ns: int) -> bool:
        """Tell if the wait for the peer's Logout is over."""
        return now_ns >= self._deadline_ns
