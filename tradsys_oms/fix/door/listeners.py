"""All listeners, in step with the configuration: what may fail is done first, for all; then nothing fails any more."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tradsys_oms.errors import TradsysError
from tradsys_oms.fix.door.addresses import networks
from tradsys_oms.fix.door.arrival import Occupancy
from tradsys_oms.fix.door.listener import Hall, Listener, ListenerSettings
from tradsys_oms.fix.door.sockets import Sockets, listen
from tradsys_oms.fix.door.tls import Certificates

Plan = tuple[ListenerSettings, Certificates | None, Sockets]


class Listeners:
    """The listeners by id. Sockets whose address stays in the configuration stay open, whoever has them."""

    def __init__(self, hall: Hall) -> None:
        self.occupancy = Occupancy()
        self._hall = hall
        self._listeners: dict[str, Listener] = {}

    @property
    def ports(self) -> dict[str, int]:
        """Give the port of each listener."""
        return {name: there.sockets.port for name, there in self._listeners.items() if there.sockets is not None}

    async def follow(self, wanted: Sequence[ListenerSettings], confirm: Callable[[], object]) -> None:
        """Add, change and remove listeners; their connections stay.

        `confirm` is called when nothing can fail any more but itself. Raises what it raises, ListenFailed,
        CertificateUnusable or AddressInvalid; all is as it was then.
        """
        kept = {
            (there.settings.host, there.sockets.port): there.sockets
            for there in self._listeners.values()
            if there.sockets is not None
        }
        opened: list[Sockets] = []
        plans: list[Plan] = []
        try:
            for settings in wanted:
                networks(settings.allow), networks(settings.proxies)
                certificates = self._certificates(settings)
                sockets = kept.pop(self._place(settings), None)
                if sockets is None:
                    sockets = await listen(settings.host, settings.port)
                    opened.append(sockets)
                plans.append((settings, certificates, sockets))
            confirm()
        except TradsysError:
            for sockets in opened:
                sockets.close()
            raise
        self._carry_out(plans)
        for sockets in kept.values():
            sockets.close()

    def _place(self, settings: ListenerSettings) -> tuple[str, int]:
        """Give host and port; where any port will do, the one that the listener has."""
        known = self._listeners.get(settings.listener)
        if settings.port or known is None or known.settings.port or known.sockets is None:
            return settings.host, settings.port
        return settings.host, known.sockets.port

    def _certificates(self, settings: ListenerSettings) -> Certificates | None:
        """Give those in use where the files are the same ones, as they are on disk now."""
        if settings.tls is None:
            return None
        known = self._listeners.get(settings.listener)
        if known is None or known.certificates is None or known.certificates.settings != settings.tls:
            return Certificates(settings.tls)
        known.certificates.refresh()
        return known.certificates

    def _carry_out(self, plans: Sequence[Plan]) -> None:
        before = self._listeners
        self._listeners = {
            settings.listener: before.get(settings.listener) or Listener(settings, self._hall, self.occupancy)
            for settings, _, _ in plans
        }
        for name, there in before.items():
            if name not in self._listeners:
                there.close()
        # A socket may go from one to another: all let go of theirs before any takes one.
        for settings, _, sockets in plans:
            there = self._listeners[settings.listener]
            if there.sockets is not sockets:
                there.stop_accepting()
        for settings, certificates, sockets in plans:
            self._listeners[settings.listener].change(settings, certificates, sockets)

    def refresh_certificates(self) -> None:
        """Load certificates again whose files have changed."""
        for there in self._listeners.values():
            if there.certificates is not None:
                there.certificates.refresh()

    def close(self) -> None:
        """Let nobody in any more."""
        for there in self._listeners.values():
            sockets = there.sockets
            there.close()
            if sockets is not None:
                sockets.close()
