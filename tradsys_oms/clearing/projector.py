"""The projector: reads the journal behind the daemon and writes it to Postgres, for ever.

One loop: connect, bring the tables up to date, read the cursor, then batch after batch. Whatever fails on the way to
Postgres ends the connection, and after a pause everything is read anew from the database, which alone knows what was
committed. Only a contradiction between journal and database stops the projector: trying again would not help.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

import psycopg
import structlog
from msgspec import Struct

from tradsys_oms.clearing.backoff import Backoff
from tradsys_oms.clearing.connection import safe_url
from tradsys_oms.clearing.database import Database
from tradsys_oms.clearing.errors import DatabaseUnavailableError, ProjectionStoppedError
from tradsys_oms.clearing.migrate import upgrade
from tradsys_oms.clearing.rows import RowMaker
from tradsys_oms.clearing.status import StatusBoard
from tradsys_oms.journal.errors import JournalDamaged, JournalUnavailable
from tradsys_oms.journal.reader import Tail, durable_seq, read_journal_id

_log: Final = structlog.get_logger("clearing")


class ProjectorSettings(Struct, frozen=True):
    """The knobs of the projector."""

    batch_entries_max: int = 5_000
    """Entries per transaction."""
    poll_interval_ms: int = 20
    """Pause when the journal has nothing new; so many milliseconds of trading share a transaction."""
    retry_cap_ms: int = 10_000
    """Longest pause between attempts to reach Postgres."""
    drain_limit_ms: int = 3_000
    """How long to go on after the order to stop while there are durable records left."""


class Projector:
    """Project the journal in a directory to the database whose URL `database_url` gives (and, if need be, starts)."""

    def __init__(
        self, journal: Path, database_url: Callable[[], str], board: StatusBoard, settings: ProjectorSettings
    ) -> None:
        self._journal = journal
        self._database_url = database_url
        self._board = board
        self._settings = settings
        self._backoff = Backoff(settings.retry_cap_ms)
        self._stop = threading.Event()
        self._drain_deadline_ns = 0

    def stop(self) -> None:
        """Finish what is durable, within the limit, then let `run` return; safe in a signal handler."""
        if not self._stop.is_set():
            self._drain_deadline_ns = time.monotonic_ns() + self._settings.drain_limit_ms * 1_000_000
            self._stop.set()

    def run(self) -> None:
        """Project until `stop`; raise ProjectionStoppedError where only an operator can help.

        After a `stop` that came before, make one attempt to project what is durable.
        """
        while True:
            try:
                self._project()
                return
            except (psycopg.IntegrityError, psycopg.DataError) as error:
                raise ProjectionStoppedError(
                    f"Postgres refuses rows after record {self._board.status.cursor_seq} of the journal "
                    f"({_one_line(error)}): trading goes on, the projection stands until the cause is found."
                ) from error
            except JournalDamaged as error:
                raise ProjectionStoppedError(f"{error} The projection stands at that place.") from error
            except (DatabaseUnavailableError, psycopg.Error) as error:
                self._wait_after(_one_line(error))
            if self._stop.is_set():
                return

    def _wait_after(self, sentence: str) -> None:
        status = self._board.status
        if (status.state, status.error) != ("down", sentence):
            _log.warning("projection waits for Postgres", error=sentence, cursor_seq=status.cursor_seq)
        status.retries += 1
        self._board.change_state("down", sentence)
        self._stop.wait(self._backoff.pause_ms() / 1000)

    def _project(self) -> None:
        """Project over one connection until `stop`."""
        if not self._wait_for_journal():
            return
        url = self._database_url()
        self._board.status.url = safe_url(url)
        with closing(Database(url)) as database:
            upgrade(url)
            database.prepare_staging()
            last_seq = self._check_cursor(database)
            maker = database.row_maker()
            self._backoff.reset()
            self._board.change_state("up")
            _log.info("projecting", database=safe_url(url), after_seq=last_seq)
            with closing(Tail(self._journal, last_seq)) as tail:
                while self._project_batch(database, maker, tail):
                    pass

    def _wait_for_journal(self) -> bool:
        """Wait until a daemon has made the journal; False on `stop`."""
        while True:
            try:
                read_journal_id(self._journal)
            except JournalUnavailable as error:
                self._board.change_state("starting", _one_line(error))
                if self._stop.wait(self._settings.poll_interval_ms / 1000):
                    return False
            else:
                return True

    def _check_cursor(self, database: Database) -> int:
        """Refuse a database with rows that this journal doesn't have."""
        journal_id = read_journal_id(self._journal)
        cursor = database.cursor(journal_id)
        last_seq = durable_seq(self._journal)
        status = self._board.status
        if cursor.journal_id != journal_id:
            raise ProjectionStoppedError(
                f"{status.url} holds the rows of journal {cursor.journal_id}, but {self._journal} is journal "
                f"{journal_id}: use another database, or drop this one to have it filled from this journal."
            )
        if cursor.last_seq > last_seq:
            raise ProjectionStoppedError(
                f"{status.url} holds rows up to record {cursor.last_seq}, but the journal in {self._journal} "
                f"ends at {last_seq}: find the rest of the journal, or drop the database to have it filled anew."
            )
        status.journal_id = journal_id
        status.cursor_seq = cursor.last_seq
        return cursor.last_seq

    def _project_batch(self, database: Database, maker: RowMaker, tail: Tail) -> bool:
        """Write what is durable, or wait a little; tell whether to go on."""
        read_at_ns = time.time_ns()
        entries = tail.poll(self._settings.batch_entries_max)
        board = self._board
        if entries:
            rows = maker.rows(entries)
            database.write(rows)
            board.status.cursor_seq = rows.last_seq
            board.status.rows_written += rows.count()
            board.status.batches += 1
            board.complete_until_ns = rows.last_time_ns
            return not self._stop.is_set() or time.monotonic_ns() < self._drain_deadline_ns
        board.complete_until_ns = read_at_ns
        return not self._stop.wait(self._settings.poll_interval_ms / 1000)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
