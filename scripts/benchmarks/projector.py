"""The way into Postgres: the real projector process brings a prepared journal into a real, empty PostgreSQL.

The clock starts when the first batch is seen in the database, so that making the database is not in it, and stops when
the cursor stands at the journal's end. Rows are those of executions, trades and orders.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from scripts.benchmarks.figures import Figure, MeasurementError, Options, progress, scratch
from scripts.benchmarks.flow import Flow, numbered
from scripts.benchmarks.journals import prepare
from scripts.benchmarks.processes import stop
from tradsys_oms.clearing.connection import connect
from tradsys_oms.clearing.status import read_status

EXECUTIONS_PER_COMMAND = 1.1
START_MAX_S = 120.0
SILENCE_MAX_S = 60.0
POLL_S = 0.02


def measure(options: Options) -> Iterator[Figure]:
    """Project one journal."""
    flow = Flow(open_orders=options.executions // 4)
    flow.trade(int((options.executions - flow.setup_count) / EXECUTIONS_PER_COMMAND))
    with scratch("projector") as state_dir:
        last_seq, executions = prepare(state_dir / "journal", numbered(flow.commands, 1))
        progress(f"projector: a journal of {executions} executions in {last_seq} commands")
        yield Figure("projector_rows_per_s", project(state_dir, last_seq, executions), "rows/s")


def project(state_dir: Path, last_seq: int, executions: int) -> float:
    """Give the rows per second of one projection."""
    with projector(state_dir) as process, database(state_dir / "projector.json", process) as connection:
        first_seq = wait_for_cursor(connection, 1)
        started, rows_before = time.perf_counter(), count_rows(connection)
        wait_for_cursor(connection, last_seq)
        elapsed_s, rows = time.perf_counter() - started, count_rows(connection)
        projected = count(connection, "executions")
    if projected != executions:
        raise MeasurementError(f"{projected} executions are in Postgres, {executions} in the journal")
    progress(f"projector: {rows} rows, {rows_before} of them before the clock (at record {first_seq})")
    return (rows - rows_before) / elapsed_s


@contextmanager
def projector(state_dir: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the projector as the daemon runs it."""
    paths = ("--journal", state_dir / "journal", "--state-dir", state_dir, "--status", state_dir / "projector.json")
    with (state_dir / "projector.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tradsys_oms.clearing", *map(str, paths)], stdin=subprocess.DEVNULL, stderr=log
        )
    try:
        yield process
    finally:
        stop(process)


@contextmanager
def database(status_path: Path, process: subprocess.Popen[bytes]) -> Iterator[psycopg.Connection]:
    """Connect to the database that the projector made, as soon as it is there."""
    deadline = time.monotonic() + START_MAX_S
    while time.monotonic() < deadline and process.poll() is None:
        status = read_status(status_path)
        if status is not None and status.state == "up":
            connection = connect(status.url)
            connection.autocommit = True
            with connection:
                yield connection
            return
        time.sleep(POLL_S)
    raise MeasurementError(
        f"the projector was not up in {START_MAX_S:.0f} s; {(status_path.with_suffix('.log').read_text())[-500:]}"
    )


def wait_for_cursor(connection: psycopg.Connection, wanted_seq: int) -> int:
    """Wait until the cursor has come to `wanted_seq`; give where it is."""
    seen_seq, progressed = 0, time.monotonic()
    while seen_seq < wanted_seq:
        row = connection.execute("SELECT max(last_seq) FROM journal_cursor").fetchone()
        seq = row[0] or 0 if row else 0
        if seq > seen_seq:
            seen_seq, progressed = seq, time.monotonic()
        elif time.monotonic() - progressed > SILENCE_MAX_S:
            raise MeasurementError(f"the projector stands at record {seen_seq} of {wanted_seq}")
        time.sleep(POLL_S)
    return seen_seq


def count_rows(connection: psycopg.Connection) -> int:
    """Count the rows of the tables that grow."""
    return sum(count(connection, table) for table in ("executions", "trades", "orders"))


def count(connection: psycopg.Connection, table: str) -> int:
    """Count the rows of one table."""
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - one of our own three names
    return int(row[0]) if row else 0
