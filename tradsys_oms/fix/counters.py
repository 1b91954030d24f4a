"""What an operator wants to know of a session, counted since the start of the process."""

from __future__ import annotations


class Counters:
    """What an operator wants to know of a session, as plain numbers since the start of the process."""

    __slots__ = ("connections", "failures", "garbled", "messages_in", "messages_out", "rejects", "resends", "throttled")

    def __init__(self) -> None:
        self.connections = 0
        self.messages_in = 0
        self.messages_out = 0
        self.garbled = 0
        self.rejects = 0
        self.resends = 0
        self.throttled = 0
        """Messages, or reads of some, that came quicker than the session may send."""
        self.failures = 0
        """Messages that a fault of ours kept from being handled."""
