"""What happens to the sessions themselves: they come and go, get new numbers, are blocked; and the start of a run.

None of it changes an order. What follows for orders, like a cancellation after a disconnect, is a command of its own,
given by the gateway when its time has come.
"""

from __future__ import annotations

from tradsys_oms.core.commands import (
    BlockSession,
    EngineStarted,
    EntryLost,
    LogoutSession,
    MessageRefused,
    NumbersReserved,
    SessionOffline,
    SessionOnline,
    SessionReset,
    SetNumbers,
    SetPassword,
)
from tradsys_oms.core.events import Event
from tradsys_oms.core.state import State


class Connections:
    """Handles the commands about sessions that nobody can refuse."""

    def __init__(self, state: State) -> None:
        self._sessions = state.sessions
        self._instruments = state.instruments

    def noted(self, seq: int, time_ns: int, command: EngineStarted | EntryLost | LogoutSession) -> list[Event]:
        """Mark a place in the journal; nothing changes."""
        return []

    def reset(self, seq: int, time_ns: int, command: SessionReset) -> list[Event]:
        """Start the sequence numbers of a session again."""
        self._sessions[command.session].reset(seq, time_ns)
        return []

    def reserved(self, seq: int, time_ns: int, command: NumbersReserved) -> list[Event]:
        """Take note of the numbers that may be used for what a session sends; they only become more."""
        session = self._sessions[command.session]
        session.reserved_out = max(session.reserved_out, command.ceiling)
        return []

    def refused(self, seq: int, time_ns: int, command: MessageRefused) -> list[Event]:
        """Take note of a message that was answered, and is not to be taken when it comes again."""
        self._sessions.received(command.session, command.msg_seq_num)
        return []

    def numbered(self, seq: int, time_ns: int, command: SetNumbers) -> list[Event]:
        """Set the next numbers of a session."""
        session = self._sessions[command.session]
        if command.next_out:
            session.reset_seq, session.first_out, session.reserved_out = seq, command.next_out, 0
        if command.next_in:
            session.last_msg_seq_num = command.next_in - 1
        return []

    def online(self, seq: int, time_ns: int, command: SessionOnline) -> list[Event]:
        """Take note that a session came, and of the number it stands at."""
        self._sessions.moved(command.session, command.msg_seq_num).online = True
        return []

    def offline(self, seq: int, time_ns: int, command: SessionOffline) -> list[Event]:
        """Take note that a session went, when and how, and of the number it stands at; its subscriptions end."""
        session = self._sessions.moved(command.session, command.msg_seq_num)
        for instrument in self._instruments.values():
            instrument.subscribers.pop(command.session, None)
        session.online = False
        session.offline_ns = time_ns
        session.is_dropped = command.is_drop
        return []

    def blocked(self, seq: int, time_ns: int, command: BlockSession) -> list[Event]:
        """Let nobody log on, or let them again."""
        self._sessions[command.session].is_blocked = command.is_blocked
        return []

    def password(self, seq: int, time_ns: int, command: SetPassword) -> list[Event]:
        """Keep the hash of a password that the peer has chosen."""
        session = self._sessions[command.session]
        session.password_hash, session.configured_hash = command.password_hash, command.configured_hash
        return []
