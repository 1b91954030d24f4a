"""The follower: reads the journal behind the daemon, and calculates at an interval.

One loop. It reads the journal from its beginning, because what accounts hold follows from all of it, and calculates as
soon as it has caught up: never in the middle of the past, which would find limits passed that no longer are.

Where Postgres is away it goes on with the prices that it read last, so that limits hold; without any it waits. Closing
prices of our own trades wait in memory, at most `CLOSES_MAX` of them: then the journal waits too.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg
import structlog

from tradsys_oms.clearing.backoff import Backoff
from tradsys_oms.clearing.errors import DatabaseUnavailableError
from tradsys_oms.errors import InvariantError, TradsysError
from tradsys_oms.journal.entries import Entry
from tradsys_oms.journal.errors import JournalUnavailable
from tradsys_oms.journal.reader import Tail, read_journal_id
from tradsys_oms.portfolio.assessment import MEMBER, Risk, assess
from tradsys_oms.portfolio.closes import Close, DayCloses
from tradsys_oms.portfolio.limits import CENTS, Passings, Scope, passed_limits
from tradsys_oms.portfolio.positions import Positions
from tradsys_oms.portfolio.returns import daily_returns
from tradsys_oms.portfolio.setup import Setup
from tradsys_oms.portfolio.status import MemberRisk, StatusFile
from tradsys_oms.portfolio.store import Run, Store

BATCH_ENTRIES: Final = 512
POLL_S: Final = 0.1
RETRY_S: Final = 1.0
"""Pause between attempts to ask the daemon for a block."""
RETRY_CAP_MS: Final = 10_000
CLOSES_MAX: Final = 50_000

_log: Final = structlog.get_logger("portfolio")


class Follower:
    """Portfolio risk of the journal in a directory."""

    def __init__(
        self,
        journal: Path,
        setup: Setup,
        database_url: Callable[[Setup], str],
        passings: Passings,
        board: StatusFile,
    ) -> None:
        """`database_url` gives the URL of Postgres, or raises DatabaseUnavailableError while there is none."""
        self._journal = journal
        self._setup = setup
        self._database_url = database_url
        self._passings = passings
        self._board = board
        self._positions = Positions(self._read_entry)
        self._day_closes = DayCloses(self._positions)
        self._closes: dict[tuple[str, str], Close] = {}
        self._prices: list[tuple[str, str, float]] | None = None
        self._store: Store | None = None
        self._backoff = Backoff(RETRY_CAP_MS)
        self._stop = threading.Event()
        self._new_setup: Callable[[], Setup] | None = None
        self._run_due_s = 0.0
        self._retry_due_s = 0.0

    def stop(self) -> None:
        """Let `run` return soon; safe in a signal handler."""
        self._stop.set()

    def reload(self, load: Callable[[], Setup]) -> None:
        """Take over another setup before the next run, or keep this one if `load` raises a TradsysError."""
        self._new_setup = load

    def run(self) -> None:
        """Follow until `stop`. Raises JournalDamaged, and ProjectionStoppedError if the tables are not known."""
        try:
            if self._wait_for_journal():
                with closing(Tail(self._journal)) as tail:
                    while not self._stop.is_set():
                        self._step(tail)
        finally:
            self._disconnect()

    def _wait_for_journal(self) -> bool:
        """Wait until a daemon has made the journal; False on `stop`."""
        while not self._stop.is_set():
            try:
                read_journal_id(self._journal)
            except JournalUnavailable:
                self._board.write_if_due()
                self._stop.wait(POLL_S)
            else:
                return True
        return False

    def _step(self, tail: Tail) -> None:
        """Read what is new, and do what is due if that is all there is."""
        if len(self._closes) >= CLOSES_MAX and (trouble := self._try(self._write_closes)):
            self._show_trouble(trouble)
            self._stop.wait(self._backoff.pause_ms() / 1000)
            return
        entries = tail.poll(BATCH_ENTRIES)
        for entry in entries:
            for close in self._day_closes.closes_of(entry):
                self._closes[close.symbol, close.trade_date] = close
            self._positions.apply(entry)
        self._board.status.cursor_seq = self._positions.last_seq
        if len(entries) < BATCH_ENTRIES:
            self._do_what_is_due()
        self._board.write_if_due()
        if not entries:
            self._stop.wait(POLL_S)

    def _do_what_is_due(self) -> None:
        now_s = time.monotonic()
        if now_s >= self._run_due_s or self._new_setup is not None:
            self._take_setup()
            is_done = self._calculate()
            interval_s: float = self._setup.config.portfolio.interval_s
            wait_s = interval_s if is_done else min(interval_s, self._backoff.pause_ms() / 1000)
            self._run_due_s = time.monotonic() + wait_s
        elif self._passings.waiting and now_s >= self._retry_due_s:
            self._passings.retry()
            self._retry_due_s = time.monotonic() + RETRY_S
            self._show_blocks()

    def _take_setup(self) -> None:
        load, self._new_setup = self._new_setup, None
        if load is None:
            return
        try:
            self._setup = load()
        except TradsysError as error:
            _log.error("reload_refused", reason=str(error))
        else:
            _log.info("reloaded", sha256=self._setup.config.sha256)
            self._disconnect()

    def _calculate(self) -> bool:
        """Calculate, write, and see to the limits; tell whether Postgres has it all."""
        started_s = time.monotonic()
        portfolio = self._setup.config.portfolio
        symbols = sorted({symbol for held in self._positions.held.values() for symbol in held})
        trouble = self._try(lambda store: self._read_prices(store, symbols))
        if self._prices is None:
            self._show_trouble(trouble)
            return False
        returns = daily_returns(self._prices, symbols, portfolio.history_days)
        risks = assess(self._positions, returns, self._setup.scenarios, self._setup.groups, self._setup.method)
        passed = {_scope(risk): passed_limits(risk, self._setup.limits.get(_scope(risk))) for risk in risks}
        self._passings.follow(passed, self._positions.blocked)
        run = Run(
            datetime.now(UTC),
            self._positions.last_seq,
            self._positions.base_currency,
            portfolio.confidence_bps,
            portfolio.horizon_days,
            portfolio.results_keep_days,
        )
        results = [(risk, list(passed[_scope(risk)])) for risk in risks]
        trouble = trouble or self._try(lambda store: store.write_results(run, results))
        self._show(risks, passed, time.monotonic() - started_s)
        self._show_trouble(trouble)
        return not trouble

    def _read_prices(self, store: Store, symbols: list[str]) -> None:
        self._write_closes(store)
        self._prices = store.history(symbols, self._setup.config.portfolio.history_days + 1)

    def _write_closes(self, store: Store) -> None:
        if self._closes:
            store.write_closes(list(self._closes.values()))
            self._closes = {}

    def _try(self, work: Callable[[Store], None]) -> str:
        """Do something with Postgres; give a sentence if it can't be done, else ""."""
        try:
            if self._store is None:
                self._store = Store(self._database_url(self._setup))
            work(self._store)
        except (DatabaseUnavailableError, psycopg.Error) as error:
            self._disconnect()
            return " ".join(str(error).split())
        self._backoff.reset()
        return ""

    def _disconnect(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    def _read_entry(self, seq: int) -> Entry:
        """Read one entry of the past again."""
        with closing(Tail(self._journal, seq - 1)) as tail:
            for entry in tail.poll(1):
                return entry
        raise InvariantError(f"Record {seq} of the journal was read before and is not there any more.")

    def _show(self, risks: list[Risk], passed: dict[Scope, dict[str, str]], run_s: float) -> None:
        status = self._board.status
        status.runs += 1
        status.run_at_s, status.run_s = time.time(), run_s
        status.accounts = sum(risk.level != MEMBER for risk in risks)
        status.limits_passed = sum(map(len, passed.values()))
        status.short_history = sorted({symbol for risk in risks for symbol in risk.short_history})
        status.members = [_of_member(risk) for risk in risks if risk.level == MEMBER]
        self._show_blocks()

    def _show_blocks(self) -> None:
        status = self._board.status
        status.blocks_asked, status.blocks_waiting = self._passings.asked, self._passings.waiting

    def _show_trouble(self, trouble: str) -> None:
        status = self._board.status
        if trouble and trouble != status.error:
            _log.warning("portfolio risk waits for Postgres", error=trouble)
        status.state, status.error = ("down", trouble) if trouble else ("up", "")
        self._board.write()


def _of_member(risk: Risk) -> MemberRisk:
    values = (risk.measure.var, risk.measure.es, risk.stress_loss, risk.margin)
    return MemberRisk(risk.member, *(round(value, CENTS) for value in values))


def _scope(risk: Risk) -> Scope:
    return risk.level, risk.member, risk.account
