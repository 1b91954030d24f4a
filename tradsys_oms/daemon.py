"""The daemon, top to bottom in the order of its life: lock, recover, listen, serve, stop.

Signals only set flags, from the first moment on. SIGTERM and SIGINT stop in order within 10 s; SIGHUP reloads the
configuration, all or nothing.

A journal that can't be written, or a broken promise in the core, ends the process at once: what was reported is
durable, and the next start recovers the rest.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import time
from contextlib import AsyncExitStack
from itertools import takewhile
from typing import Any, Final

import structlog
import uvloop

from tradsys_oms import __version__, reference_data
from tradsys_oms.brokers import Brokers, disconnect_policies, listeners_of, make_acceptor, session_schedules
from tradsys_oms.config import Config
from tradsys_oms.core.commands import EngineStarted, EntryLost
from tradsys_oms.core.engine import Engine
from tradsys_oms.desk.entry_desk import EntryDesk
from tradsys_oms.desk.mark_views import MarkViews
from tradsys_oms.desk.market_desk import MarketDesk
from tradsys_oms.desk.market_views import MarketViews, groups_of
from tradsys_oms.desk.operators import Operators
from tradsys_oms.desk.order_desk import OrderDesk
from tradsys_oms.desk.position_desk import PositionDesk
from tradsys_oms.desk.position_views import PositionViews
from tradsys_oms.desk.risk_desk import RiskDesk
from tradsys_oms.desk.risk_views import RiskViews
from tradsys_oms.desk.session_desk import SessionDesk
from tradsys_oms.desk.trade_desk import TradeDesk
from tradsys_oms.desk.venue_desk import VenueDesk
from tradsys_oms.desk.venue_views import VenueViews
from tradsys_oms.disconnects import Disconnects
from tradsys_oms.errors import InvariantError, TradsysError
from tradsys_oms.fix.store import OutboundStore
from tradsys_oms.gateway import Gateway
from tradsys_oms.journal.reader import read_entries
from tradsys_oms.journal.writer import JournalWriter
from tradsys_oms.market_clock import MarketClock
from tradsys_oms.market_hours import MarketHours, instrument_schedules
from tradsys_oms.ops.control import SOCKET_NAME, ControlServer, Handler
from tradsys_oms.ops.http import start_http
from tradsys_oms.ops.notify import notify_ready, notify_reloading, notify_stopping
from tradsys_oms.ops.peers import current_login
from tradsys_oms.ops.state_dir import StateDir
from tradsys_oms.ops.supervisor import ChildProcess
from tradsys_oms.portfolio_process import PortfolioProcess
from tradsys_oms.projection import make_projector
from tradsys_oms.recovery import replay
from tradsys_oms.reload import reloaded_config
from tradsys_oms.risk_clock import RiskClock, RiskDay
from tradsys_oms.route_hours import RouteHours, route_schedules
from tradsys_oms.sequencer import Sequencer
from tradsys_oms.session_hours import SessionHours
from tradsys_oms.standstill import Standstill
from tradsys_oms.venue_lines.connections import VenueConnections
from tradsys_oms.views import Views

log = structlog.get_logger(__name__)

EXIT_INVARIANT: Final = 70
EXIT_STORAGE: Final = 74
PULSE_S: Final = 0.25
PAUSE_MIN_S: Final = 0.001
STOP_S: Final = 8
"""For the whole stop: what brokers take to log out is not left for the projector."""
GARBAGE_THRESHOLDS: Final = (100_000, 50, 100)
"""What lives long is frozen at start, and what comes later makes hardly any cycles."""


def run(config: Config) -> int:
    """Run until told to stop; gives the exit code. Raises `TradsysError` when the start is impossible."""
    daemon = Daemon(config)
    daemon.take_signals()
    with StateDir.open(config.state_dir):
        try:
            uvloop.run(daemon.serve())
        except InvariantError as broken:
            log.critical("invariant_broken", error=str(broken), exc_info=broken)
            return EXIT_INVARIANT
    return 0


class Daemon:
    """One running system. `serve` is its whole life."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._is_stopping = False
        self._wants_reload = False

    def take_signals(self) -> None:
        """Note what signals want, in the middle of whatever goes on; it is done when its time has come."""

        def stop(*_: object) -> None:
            self._is_stopping = True

        def reload(*_: object) -> None:
            self._wants_reload = True

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGHUP, reload)

    async def serve(self) -> None:
        """Start everything, wait for the end, stop everything in the opposite order."""
        asyncio.get_running_loop().set_exception_handler(on_loop_exception)
        async with AsyncExitStack() as life:
            await self._recover(life)
            for phase in (self._assemble, self._open, self._settle, self._work):
                if not self._is_stopping:
                    await phase(life)
            notify_stopping()
            log.info("stopping")
        log.info("stopped", records=self.engine.last_seq)

    async def _recover(self, life: AsyncExitStack) -> None:
        """Open the journal and replay it into the core: all of it, or as far as it gets when we are told to stop."""
        started_s = time.monotonic()
        journal, engine = self.config.journal, self.config.engine
        directory = self.config.state_dir / "journal"
        self.writer = JournalWriter.open(directory, journal.durability, journal.segment_bytes_max)
        life.callback(self.writer.close)
        recovery = self.writer.recovery
        if recovery.sentence:
            report = log.critical if recovery.lost_entries else log.warning
            report("journal_recovered", sentence=recovery.sentence)
        self.engine = Engine(engine.finished_orders_max, engine.open_orders_max)
        self.past = replay(self.engine, takewhile(lambda _: not self._is_stopping, read_entries(directory)))
        log.info("replayed", records=self.engine.last_seq, seconds=round(time.monotonic() - started_s, 3))

    async def _assemble(self, life: AsyncExitStack) -> None:
        """Make what works on the core, and bring the core to what the configuration says."""
        loop = asyncio.get_running_loop()
        self.gateway = gateway = Gateway(self.engine.instruments, self.past.last_reports)
        self.sequencer = gateway.sequencer = Sequencer(
            self.engine, self.writer, loop, gateway.release, gateway.released, die, self.past.last_time_ns
        )
        life.callback(self.sequencer.journal.close)
        gateway.alerts.begin(self.engine.risk.scopes())
        self.venues = VenueConnections(self.config.state_dir, self.engine, self.sequencer, die)
        gateway.watchers, gateway.at_batch_end = self.venues.watchers(), self.venues.gate.flush
        self.acceptor = gateway.acceptor = make_acceptor(self.config, gateway, die)
        self.brokers = Brokers(self.engine, self.acceptor, gateway, self.writer.directory)
        self.disconnects = gateway.disconnects = Disconnects(self.engine, self.sequencer)
        self.hours = SessionHours(self.engine, self.sequencer, self.acceptor)
        self.market_hours = MarketHours(self.engine, self.sequencer)
        self.market_clock = MarketClock(self.engine, self.sequencer)
        self.risk_clock = RiskClock(self.engine, self.sequencer)
        self.route_hours = RouteHours(self.engine, self.sequencer)
        for _ in range(self.writer.recovery.lost_entries):
            self.sequencer.submit(EntryLost())
        self.sequencer.submit(EngineStarted(__version__, socket.gethostname(), os.getpid()))
        self.disconnects.recover()
        self.venues.gate.begin()
        stores = self.brokers.open_stores(self.config)
        for _ in range(self.brokers.lost_entries(stores)):
            self.sequencer.submit(EntryLost())
        self._follow(self.config, stores)
        while self.market_hours.tick(time.time_ns()):
            await asyncio.sleep(0)
        self.market_clock.tick(time.time_ns())
        self.risk_clock.tick(time.time_ns())
        self.route_hours.tick(time.time_ns())
        await self.sequencer.journal.drain()

    def _follow(self, config: Config, stores: dict[str, OutboundStore]) -> None:
        """Journal what the configuration changes, and bring sessions in step."""
        for command in reference_data.changes(config, self.engine):
            self.sequencer.submit(command)
        self.gateway.refresh_units()
        self.brokers.follow(config, stores)
        self.disconnects.follow(disconnect_policies(config), time.time_ns())
        self.hours.follow(session_schedules(config))
        self.market_hours.follow(instrument_schedules(config))
        self.route_hours.follow(route_schedules(config))
        self.risk_clock.follow(RiskDay(config.risk.day_start, config.risk.time_zone))
        self.venues.follow(config)

    async def _open(self, life: AsyncExitStack) -> None:
        """Open to the outside: HTTP, control socket, FIX, and the projector behind them."""
        config = self.config
        projector = make_projector(config)
        self.portfolio = PortfolioProcess(config)
        self.views = Views(
            config,
            self.engine,
            self.sequencer,
            self.acceptor,
            projector,
            self.portfolio.child,
            self.gateway.alerts,
            self.venues,
        )
        http = start_http(config.http.host, config.http.port, self.views.snapshot)
        life.callback(http.stop)
        self.operators = operators = Operators(self.portfolio.name_or(str if config.insecure else current_login))
        session_desk = SessionDesk(self.engine, self.sequencer, self.acceptor, self.brokers, operators)
        handlers = self.views.handlers() | session_desk.handlers() | self._desks(operators)
        control = ControlServer(config.state_dir / SOCKET_NAME, handlers)
        await control.start()
        life.push_async_callback(control.stop)
        await self.acceptor.start(listeners_of(config))
        await projector.start()
        life.push_async_callback(self._close, projector)
        await self.venues.start(config)
        await self.portfolio.follow(config)

    def _desks(self, operators: Operators) -> dict[str, Handler]:
        """Make what operators see of the market and of risk, and what they do to them; gives the verbs."""
        engine, sequencer = self.engine, self.sequencer

        def groups() -> dict[str, str]:
            return groups_of(self.config)

        return {
            **MarketViews(engine, groups).handlers(),
            **MarketDesk(engine, sequencer, operators, groups).handlers(),
            **OrderDesk(engine, sequencer, operators).handlers(),
            **EntryDesk(engine, sequencer, operators).handlers(),
            **TradeDesk(engine, sequencer, operators, self.writer.directory).handlers(),
            **RiskViews(engine).handlers(),
            **RiskDesk(engine, sequencer, operators).handlers(),
            **PositionViews(engine).handlers(),
            **MarkViews(engine).handlers(),
            **PositionDesk(engine, sequencer, operators).handlers(),
            **VenueViews(engine, self.venues.gate.status, self.venues.breaker_facts).handlers(),
            **VenueDesk(engine, sequencer, operators).handlers(),
        }

    async def _close(self, projector: ChildProcess) -> None:
        """Log everybody out, wait until what they did is durable, and let the projector see it, all in time."""
        deadline_s = time.monotonic() + STOP_S
        self.views.not_accepting_reason = "the daemon is stopping"
        try:
            self.gateway.close()
            self.operators.close()
            await asyncio.gather(self.acceptor.stop("The exchange is closing"), self.venues.stop(STOP_S))
            await self.sequencer.journal.drain()
            self.acceptor.close()
        finally:
            left_s = deadline_s - time.monotonic()
            await asyncio.gather(projector.stop(left_s), self.portfolio.stop(left_s))

    async def _settle(self, _life: AsyncExitStack) -> None:
        """Tune the collector for a long life, and say that orders are welcome."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GARBAGE_THRESHOLDS)
        self.views.not_accepting_reason = ""
        notify_ready()
        listen = {entry.listener: str(entry.listen) for entry in self.config.all_listeners}
        log.info("accepting", fix=listen, http=str(self.config.http.listen))

    async def _work(self, _life: AsyncExitStack) -> None:
        """Serve until told to stop; all that happens meanwhile happens on the loop."""
        standstill = Standstill(self.sequencer.journal, PULSE_S, time.monotonic())
        reload: asyncio.Task[None] | None = None
        while not self._is_stopping:
            self.views.loop_seen_s = now_s = time.monotonic()
            standstill.look(now_s)
            self.gateway.watch_backlog(self.config.journal.pending_bytes_max)
            if reload is not None and reload.done():
                reload.result()
                reload = None
            if self._wants_reload and reload is None:
                self._wants_reload = False
                reload = asyncio.create_task(self._reload(), name="reload")
            now_ns = time.time_ns()
            self.hours.tick(now_ns)
            self.route_hours.tick(now_ns)
            self.market_clock.tick(now_ns)
            self.risk_clock.tick(now_ns)
            self.venues.tick()
            is_busy = self.disconnects.tick(now_ns) | self.market_hours.tick(now_ns)
            await asyncio.sleep(0 if is_busy else self._pause_s(now_ns))
        if reload is not None:
            await reload

    def _pause_s(self, now_ns: int) -> float:
        """Tell how long to wait for the next look at the clocks: less than usual if a phase, an order or the hours of a
        route end before.
        """
        hours_ns = min(self.market_hours.next_ns, self.route_hours.next_ns)
        next_ns = min(hours_ns, self.market_clock.next_ns or hours_ns)
        return min(max((next_ns - now_ns) / 1e9, PAUSE_MIN_S), PULSE_S)

    async def _reload(self) -> None:
        """Take over the configuration file as it is now, or nothing of it."""
        notify_reloading()
        try:
            config = await reloaded_config(self.config, self.engine)
            stores = self.brokers.open_stores(config)
            await self._listen(config, stores)
        except TradsysError as refused:
            log.error("reload_refused", reason=str(refused))
        else:
            self._follow(config, stores)
            self.config = self.views.config = config
            await self.portfolio.follow(config)
            self.venues.processes.follow(config)
            log.info("reloaded", sha256=config.sha256, records=self.engine.last_seq)
        notify_ready()

    async def _listen(self, config: Config, stores: dict[str, OutboundStore]) -> None:
        """Follow the listeners: the last thing of a reload that may fail.

        Orders come in while addresses are looked up, and the core may refuse now what it would have taken before.
        """
        try:
            await self.acceptor.follow_listeners(
                listeners_of(config), lambda: reference_data.changes(config, self.engine)
            )
        except TradsysError:
            for store in stores.values():
                store.close()
            raise


def on_loop_exception(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Tell a broken promise, which ends the process, from a fault that hurt one callback only."""
    error = context.get("exception")
    if isinstance(error, InvariantError):
        die(error)
    log.error("callback_failed", message=context.get("message"), exc_info=error)


def die(error: BaseException) -> None:
    """End at once: what can't be made durable must not be acknowledged, and what can't be trusted must not go on."""
    if isinstance(error, InvariantError):
        log.critical("invariant_broken", error=str(error), exc_info=error)
        os._exit(EXIT_INVARIANT)
    log.critical("storage_failed", error=str(error))
    os._exit(EXIT_STORAGE)
