"""The life of a FIX session as the acceptor sees it: one table, (state, event) -> state.

What is not in the table can't happen; a session that would do it is a fault of ours.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from tradsys_oms.errors import InvariantError


class State(Enum):
    """Where a session stands."""

    OFFLINE = auto()
    """No connection, or one whose Logon was not accepted."""
    ONLINE = auto()
    """Logged on: messages are taken and sent."""
    LOGGING_OUT = auto()
    """We asked for the end and wait for the peer's Logout; what it sent before is still taken."""
    ENDING = auto()
    """The end is decided, by a peer's fault, its Logout or its silence: nothing but a Logout counts."""


class Event(Enum):
    """What moves a session from one state to another."""

    LOGON_ACCEPTED = auto()
    LOGOUT_WANTED = auto()
    """By our operator, or because the daemon stops."""
    LOGOUT_RECEIVED = auto()
    PEER_FAULT = auto()
    """The peer did what the standard answers with Logout and disconnect."""
    PEER_SILENT = auto()
    """No answer to a TestRequest, or to our Logout in time."""
    CONNECTION_LOST = auto()


TRANSITIONS: Final[dict[tuple[State, Event], State]] = {
    (State.OFFLINE, Event.LOGON_ACCEPTED): State.ONLINE,
    (State.OFFLINE, Event.CONNECTION_LOST): State.OFFLINE,
    (State.ONLINE, Event.LOGOUT_WANTED): State.LOGGING_OUT,
    (State.ONLINE, Event.LOGOUT_RECEIVED): State.ENDING,
    (State.ONLINE, Event.PEER_FAULT): State.ENDING,
    (State.ONLINE, Event.PEER_SILENT): State.ENDING,
    (State.ONLINE, Event.CONNECTION_LOST): State.OFFLINE,
    (State.LOGGING_OUT, Event.LOGOUT_RECEIVED): State.ENDING,
    (State.LOGGING_OUT, Event.PEER_FAULT): State.ENDING,
    (State.LOGGING_OUT, Event.PEER_SILENT): State.ENDING,
    (State.LOGGING_OUT, Event.CONNECTION_LOST): State.OFFLINE,
    (State.ENDING, Event.LOGOUT_RECEIVED): State.ENDING,
    (State.ENDING, Event.PEER_SILENT): State.ENDING,
    (State.ENDING, Event.CONNECTION_LOST): State.OFFLINE,
}


def after(state: State, event: Event) -> State:
    """Give the state that follows; a pair that is not in the table stops the process."""
    following = TRANSITIONS.get((state, event))
    if following is None:
        raise InvariantError(f"A FIX session in state {state.name} can't have {event.name}.")
    return following
