"""Other markets as the daemon runs them: gate, health, alerts and link processes, in the order of its life."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tradsys_oms.config.model import Config
from tradsys_oms.config.venue_model import VenueConfig
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import (
    ChildInDoubt,
    ReportQuarantined,
    VenueCancel,
    VenueChanged,
    VenueNoted,
    VenueOrder,
    VenueQuery,
    VenueReplace,
)
from tradsys_oms.core.routing.notes import CANCEL_REFUSED, WORSE_PRICE
from tradsys_oms.desk.venue_views import is_in_doubt
from tradsys_oms.ops.snapshot import Histogram, VenueSample
from tradsys_oms.sequencer import Sequencer
from tradsys_oms.venue_lines.alerts import VenueAlerts
from tradsys_oms.venue_lines.breaker import NS_PER_S, BreakerRules
from tradsys_oms.venue_lines.gate import SOCKET_NAME, VenueGate
from tradsys_oms.venue_lines.health import LATENCY_BOUNDS_MS, HealthRules, Latency, VenueHealth
from tradsys_oms.venue_lines.processes import VenueProcesses

LATENCY_BOUNDS_S: Final = tuple(bound_ms / 1000 for bound_ms in LATENCY_BOUNDS_MS)
NO_LATENCY: Final = Latency()
LOG_OUT_S: Final = 5.0
"""Links have so long to log out before the journal closes."""


class VenueConnections:
    """All that the daemon does for other markets."""

    def __init__(
        self, state_dir: Path, engine: Engine, sequencer: Sequencer, failed: Callable[[BaseException], None]
    ) -> None:
        self._engine = engine
        self.health = VenueHealth(engine, sequencer)
        self.gate = VenueGate(state_dir / SOCKET_NAME, engine, sequencer, failed, self.health.heard)
        self.alerts = VenueAlerts()
        self.processes = VenueProcesses()

    def watchers(self) -> dict[type, tuple[Callable[[Any, int, int, int], None], ...]]:
        """Give who is told about which events, when they are durable."""
        requested, sent = self.gate.requested, self.health.sent
        return {
            VenueOrder: (requested, sent),
            VenueCancel: (requested, sent),
            VenueReplace: (requested, sent),
            VenueQuery: (requested,),
            VenueChanged: (self.alerts.changed,),
            ReportQuarantined: (self.alerts.quarantine,),
            ChildInDoubt: (self.alerts.doubt,),
            VenueNoted: (self.alerts.note,),
        }

    def follow(self, config: Config) -> None:
        """Take over what the configuration says about answers, and let links go that it does not want any more.

        The core knows its venues already.
        """
        enabled = [entry for entry in config.venues if entry.enabled]
        self.health.follow({entry.venue: health_rules(entry) for entry in enabled if not entry.drop_copy})
        names = {entry.venue for entry in enabled}
        for venue in tuple(self.gate.lines):
            if venue not in names:
                self.gate.dismiss(venue)

    async def start(self, config: Config) -> None:
        """Listen for links, and start those that are ours to run."""
        await self.gate.start()
        self.processes.follow(config)

    def breaker_facts(self, venue: str) -> dict[str, Any]:
        """Say how the circuit breaker of a venue is, {} for one that has none."""
        breaker = self.health.breaker(venue)
        if breaker is None:
            return {}
        wait_ns = breaker.half_open_ns and max(0, breaker.half_open_ns - time.monotonic_ns())
        return {
            "state": breaker.state,
            "reason": breaker.reason,
            "opened": breaker.opened,
            "tried_again_in_s": round(wait_ns / NS_PER_S, 1),
        }

    def samples(self) -> tuple[VenueSample, ...]:
        """Give what metrics show; called on the thread of HTTP."""
        routing, gate, latencies = self._engine.routing, self.gate, self.health.latencies()
        samples = []
        for name, venue in tuple(routing.venues.items()):
            working = tuple(routing.living.get(name, {}).values())
            latency = latencies.get(name, NO_LATENCY)
            line = gate.lines.get(name)
            spooled = line.facts.get("spool_frames", 0) if line is not None else 0
            samples.append(
                VenueSample(
                    venue=name,
                    is_up=venue.is_up,
                    orders_working=len(working),
                    orders_in_doubt=sum(is_in_doubt(child) for child in working),
                    orders_to_resolve=sum(child.is_given_up for child in working),
                    frames=gate.frames.get(name, 0),
                    quarantined=self.alerts.quarantined[name],
                    cancels_refused=self.alerts.noted[name, CANCEL_REFUSED],
                    worse_fills=self.alerts.noted[name, WORSE_PRICE],
                    spool_frames=spooled if isinstance(spooled, int) else 0,
                    latency=Histogram(LATENCY_BOUNDS_S, tuple(latency.counts), latency.sum_ns / NS_PER_S),
                )
            )
        return tuple(samples)

    def restarts(self) -> dict[str, int]:
        """Count the restarts of each link that is ours to run, by the name of the child process."""
        return {child.name: child.restarts for child in tuple(self.processes.children.values())}

    def tick(self) -> None:
        """Do what has come due."""
        self.gate.tick(time.monotonic())
        self.health.tick()

    async def stop(self, timeout_s: float) -> None:
        """Let all links log out, take what they still say, and end those that are ours.

        No command comes from here any more when it is done.
        """
        left_s = min(timeout_s, LOG_OUT_S)
        await asyncio.gather(self.gate.stop(left_s), self.processes.stop(left_s))


def health_rules(venue: VenueConfig) -> HealthRules:
    """Give how the answers of a venue are judged. The back-off of its breaker is that of its line."""
    breaker = BreakerRules(
        latency_max_ms=venue.latency_max_ms,
        latency_orders=venue.latency_orders,
        rejects_max=venue.rejects_max,
        rejects_window_s=venue.rejects_window_s,
        probes=venue.probes,
        back_off_first_ms=venue.back_off_first_ms,
        back_off_max_s=venue.back_off_max_s,
    )
    return HealthRules(answer_timeout_ms=venue.answer_timeout_ms, pending_max_s=venue.pending_max_s, breaker=breaker)
