"""The link processes of venues: one supervised child for each venue that is enabled, as the configuration has it.

A link whose settings have changed is ended and started again: it logs out, and what it was not acknowledged comes again
in its next life. That takes seconds, so it is done beside the daemon's work, one change of the configuration after the
other. A venue with `supervise: false` has its link from somebody else, systemd for one.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import structlog
from msgspec import structs

from tradsys_oms.config.market_data import quoted_symbols
from tradsys_oms.config.model import Config
from tradsys_oms.config.venue_model import VenueConfig
from tradsys_oms.ops.errors import ChildFailed
from tradsys_oms.ops.supervisor import ChildProcess

STOP_S: Final = 5.5
"""A link that logs out in order needs less than 5 s."""
NOT_OF_LINKS: Final = (
    *("pending_reports", "on_reconnect", "answer_timeout_ms", "pending_max_s", "latency_max_ms", "latency_orders"),
    *("rejects_max", "rejects_window_s", "probes"),
)
"""Keys of a venue that its link does not know: they change without a restart."""
Known: TypeAlias = tuple[VenueConfig, tuple[str, ...]]
"""What a link knows: its venue, and the symbols whose prices it asks for."""

log = structlog.get_logger(__name__)


def link_command(config: Config, venue: str) -> list[str]:
    """Give the command that runs the link of a venue, and ends when we do."""
    command = [sys.executable, "-m", "tradsys_oms.cli.main", "venue", "run", venue]
    return [*command, "--config", str(config.path), "--stop-at-eof"]


class VenueProcesses:
    """The link processes; `command` gives what runs one."""

    def __init__(self, command: Callable[[Config, str], list[str]] = link_command) -> None:
        self.children: dict[str, ChildProcess] = {}
        """By venue."""
        self._command = command
        self._running: dict[str, Known] = {}
        """What the children were started with, as far as it matters to them."""
        self._wanted: Config | None = None
        """A configuration that is to be followed."""
        self._work: asyncio.Task[None] | None = None

    def follow(self, config: Config) -> None:
        """Bring the processes in step with a configuration, soon."""
        self._wanted = config
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._follow(), name="follow venues")

    async def settled(self) -> None:
        """Wait until all that was to be followed is."""
        if self._work is not None:
            await self._work

    async def stop(self, timeout_s: float = STOP_S) -> None:
        """End them all within the time."""
        self._wanted = None
        await self.settled()
        await asyncio.gather(*(self._end(venue, timeout_s) for venue in tuple(self.children)))

    async def _follow(self) -> None:
        while self._wanted is not None:
            config, self._wanted = self._wanted, None
            wanted = supervised(config)
            stale = [venue for venue, known in self._running.items() if not _serves(known, wanted.get(venue))]
            await asyncio.gather(*(self._end(venue, STOP_S) for venue in stale))
            for venue, settings in wanted.items():
                if venue not in self.children:
                    await self._begin(config, venue, settings)

    async def _begin(self, config: Config, venue: str, settings: Known) -> None:
        child = ChildProcess(f"venue {venue}", self._command(config, venue))
        try:
            await child.start()
        except ChildFailed as error:
            log.error("venue_link_not_started", venue=venue, error=str(error))
            return
        self.children[venue], self._running[venue] = child, settings

    async def _end(self, venue: str, timeout_s: float) -> None:
        self._running.pop(venue, None)
        await self.children[venue].stop(timeout_s)
        self.children.pop(venue, None)


def supervised(config: Config) -> Mapping[str, Known]:
    """Give the venues whose links are ours to run, and what their links know of them."""
    defaults = {field.name: field.default for field in structs.fields(VenueConfig)}
    neutral = {name: defaults[name] for name in NOT_OF_LINKS}
    return {
        entry.venue: (structs.replace(entry, **neutral), quoted_symbols(config, entry))
        for entry in config.venues
        if entry.enabled and entry.supervise
    }


def _serves(known: Known, wanted: Known | None) -> bool:
    """Tell that a link can go on as it is; one that asks for prices that nobody wants any more can."""
    return wanted is not None and known[0] == wanted[0] and set(known[1]) >= set(wanted[1])
