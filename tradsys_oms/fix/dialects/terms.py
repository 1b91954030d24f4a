"""OrdType and TimeInForce in reports: the codes of a version, and nothing where it has none.

A member's order may come by one version and be asked for by another. A code that the version lacks is left out, as both
fields are optional in reports; one exception is an order "at the close", which FIX 4.2 says by its OrdType.
"""

from __future__ import annotations

from collections.abc import Mapping

from tradsys_oms.core.fields import TimeInForce


class Terms(dict[str, str]):
    """OrdType and TimeInForce of an event, put together -> the fields that a version prints."""

    def __init__(self, ord_types: str, times_in_force: str, on_close: Mapping[str, str] | None = None) -> None:
        """`on_close` gives the OrdType that means "at the close", by the OrdType of the event."""
        self.ord_types, self.times_in_force, self.on_close = ord_types, times_in_force, on_close or {}
        super().__init__(
            {ord_type + time_in_force: self._printed(ord_type, time_in_force)
             for ord_type in "1234KP" for time_in_force in "01234567"}
        )  # fmt: skip

    def __missing__(self, key: str) -> str:
        return self._printed(key[:1], key[1:])

    def _printed(self, ord_type: str, time_in_force: str) -> str:
        if time_in_force == TimeInForce.ATC and ord_type in self.on_close:
            ord_type, time_in_force = self.on_close[ord_type], TimeInForce.DAY
        fields = f"40={ord_type}\x01" if ord_type and ord_type in self.ord_types else ""
        return f"{fields}59={time_in_force}\x01" if time_in_force and time_in_force in self.times_in_force else fields
