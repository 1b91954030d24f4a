"""Arrivals: connections from the moment that they are accepted, and how many of them there may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradsys_oms.fix.door.addresses import counted

if TYPE_CHECKING:
    from tradsys_oms.fix.door.listener import ListenerSettings


Key = tuple[str, str]
"""A listener's id, and an address or "" for all."""


class Arrival:
    """One connection: through which listener it came, under which rules, and from where."""

    __slots__ = ("address", "certificate_names", "counted_address", "deadline_s", "port", "settings")

    def __init__(self, settings: ListenerSettings, address: str, port: int, deadline_s: float) -> None:
        self.settings = settings
        """As they were when it came; a change of the listener is for those who come later."""
        self.deadline_s = deadline_s
        """Of the loop's clock: it has to be logged on by then."""
        self.certificate_names: tuple[str, ...] = ()
        """Names in the client certificate that was verified."""
        self.come_from(address, port)

    def come_from(self, address: str, port: int) -> None:
        """Say where it comes from: from where the socket says, or the proxy."""
        self.address = address
        self.port = port
        self.counted_address = counted(address)

    @property
    def peer(self) -> str:
        """Give address and port as they are shown."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


class Occupancy:
    """Counts what is open: all, by listener, and by listener and address. Leaving twice counts once."""

    def __init__(self) -> None:
        self._keys: dict[Arrival, list[Key]] = {}
        """What each connection is counted under."""
        self._counts: dict[Key, int] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def on(self, listener: str, address: str = "") -> int:
        """Count the connections of a listener, or those of one address (as `counted`) on it."""
        return self._counts.get((listener, address), 0)

    def enter(self, arrival: Arrival) -> None:
        """Count a connection, under no address yet."""
        self._keys[arrival] = []
        self._count(arrival, (arrival.settings.listener, ""))

    def name(self, arrival: Arrival) -> None:
        """Count it under its address too."""
        self._count(arrival, (arrival.settings.listener, arrival.counted_address))

    def leave(self, arrival: Arrival) -> None:
        """Count it no more."""
        for key in self._keys.pop(arrival, ()):
            self._counts[key] -= 1
            if not self._counts[key]:
                del self._counts[key]

    def _count(self, arrival: Arrival, key: Key) -> None:
        self._keys[arrival].append(key)
        self._counts[key] = self._counts.get(key, 0) + 1
