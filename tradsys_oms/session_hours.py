"""The hours of sessions: who may be logged on when, and sequence numbers that start again with each window.

A session with a schedule can log on while a window is open. It is logged out when its time is over, which is a Logout
like any other. With the start of a window its numbers begin at 1 again, once: when they last began is state of the
core, so a window that started while the daemon was down counts when it is up.
"""

from __future__ import annotations

from typing import Final

from tradsys_oms.core.commands import LogoutSession, SessionReset
from tradsys_oms.core.engine import Engine
from tradsys_oms.fix.acceptor import Acceptor
from tradsys_oms.fix.session import Session
from tradsys_oms.fix.session_states import State
from tradsys_oms.hours.schedule import Calendar, Schedule
from tradsys_oms.sequencer import Sequencer

OVER: Final = "The hours of this session are over"


class SessionHours:
    """Keeps sessions to their schedules; those without one are always open."""

    def __init__(self, engine: Engine, sequencer: Sequencer, acceptor: Acceptor) -> None:
        self._engine, self._sequencer, self._acceptor = engine, sequencer, acceptor
        self._calendars: dict[str, Calendar] = {}
        """By session; sessions of the same schedule share one."""
        self._ends_ns: dict[str, tuple[int, int]] = {}
        """By session: when it logged on, and when it has to be logged out for that."""

    def follow(self, schedules: dict[str, Schedule]) -> None:
        """Take over the schedule of each session that has one."""
        known = {calendar.schedule: calendar for calendar in self._calendars.values()}
        for schedule in schedules.values():
            known.setdefault(schedule, Calendar(schedule))
        self._calendars = {session: known[schedule] for session, schedule in schedules.items()}
        self._ends_ns.clear()
        for name, session in self._acceptor.sessions.items():
            session.hours = self if name in self._calendars else None

    def admits(self, session: Session, now_ns: int) -> bool:
        """Tell if a session may log on now; what the start of its window asks for is done then."""
        calendar = self._calendars.get(session.session)
        if calendar is None:
            return True
        if calendar.window_at(now_ns) is None:
            return False
        self._begin_window(session, calendar, now_ns)
        return True

    def outlook(self, session: Session, now_ns: int) -> tuple[bool, int]:
        """Tell if a window is open now, and when that changes next, in ns since the epoch; 0 for never."""
        calendar = self._calendars.get(session.session)
        if calendar is None:
            return True, 0
        window = calendar.window_at(now_ns)
        if window is not None:
            return True, window.end_ns
        following = calendar.window_after(now_ns)
        return False, following.start_ns if following is not None else 0

    def tick(self, now_ns: int) -> None:
        """Log out whose time is over, and begin the numbers of those whose window has begun."""
        for name, calendar in self._calendars.items():
            session = self._acceptor.sessions.get(name)
            if session is not None:
                if session.state is State.ONLINE and self._is_over(session, calendar, now_ns):
                    self._sequencer.submit(LogoutSession(name, OVER))
                    self._acceptor.logout(name, OVER)
                elif not session.is_online and calendar.window_at(now_ns) is not None:
                    self._begin_window(session, calendar, now_ns)

    def _is_over(self, session: Session, calendar: Calendar, now_ns: int) -> bool:
        """Tell if the window in which a session logged on is over, and its stay."""
        logon_ns, end_ns = self._ends_ns.get(session.session, (0, 0))
        if logon_ns != session.logon_ns:
            window = calendar.schedule.last_window(session.logon_ns)
            end_ns = calendar.schedule.logout_ns(window) if window is not None else 0
            self._ends_ns[session.session] = session.logon_ns, end_ns
        return now_ns >= end_ns

    def _begin_window(self, session: Session, calendar: Calendar, now_ns: int) -> None:
        window, state = calendar.window_at(now_ns), self._engine.sessions[session.session]
        if window is None or not calendar.schedule.reset or state.reset_ns >= window.start_ns or session.is_online:
            return
        epoch = self._sequencer.submit(SessionReset(session.session, "the session's window has begun"))
        self._acceptor.renumber(session, 1, 1, epoch)
