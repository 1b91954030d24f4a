"""The projector as a process, as the daemon starts it: what dies in between loses nothing and doubles nothing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.system.projector_exchange import Exchange, journaled_exec_ids, wait_for
from tradsys_oms.clearing.connection import safe_url
from tradsys_oms.clearing.embedded import EmbeddedPostgres
from tradsys_oms.clearing.queries import executions, orders, trades
from tradsys_oms.clearing.status import ProjectorStatus, read_status


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Exchange]:
    made = Exchange(tmp_path / "journal")
    yield made
    made.writer.close()


class ProjectorProcess:
    """The projector as the daemon starts it, on its embedded PostgreSQL."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.status_file = folder / "clearing.json"
        self.start()

    def start(self) -> None:
        words = ["--journal", self.folder / "journal", "--state-dir", self.folder, "--status", self.status_file]
        options = ["--batch-entries-max", "20", "--poll-interval-ms", "1", "--retry-cap-ms", "200"]
        command = [sys.executable, "-m", "tradsys_oms.clearing", *map(str, words), *options]
        self.process = subprocess.Popen(command)

    def wait_status(self, wanted: Callable[[ProjectorStatus], bool], what: str) -> ProjectorStatus:
        found: list[ProjectorStatus] = []

        def reached() -> bool:
            status = read_status(self.status_file)
            if status is None or status.pid != self.process.pid or not wanted(status):
                return False
            found.append(status)
            return True

        wait_for(reached, what)
        return found[0]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(20)


@pytest.fixture
def process(exchange: Exchange, tmp_path: Path) -> Iterator[ProjectorProcess]:
    made = ProjectorProcess(tmp_path)
    yield made
    made.kill()
    EmbeddedPostgres(tmp_path).stop()


def kill_postgres(folder: Path) -> None:
    """Kill -9 the server, and its children with it as they notice."""
    os.kill(int((folder / "postgres/data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)


def test_kills_of_both_sides_lose_and_double_nothing(
    exchange: Exchange, process: ProjectorProcess, tmp_path: Path
) -> None:
    choose = random.Random(4)  # noqa: S311
    process.wait_status(lambda status: status.state == "up", "start")
    for kill in range(12):
        exchange.trade(300, seed=kill)
        time.sleep(choose.random() / 10)  # Not for luck: the point of the kill is random, and any is right.
        if kill % 4 == 3:
            kill_postgres(tmp_path)
        else:
            process.kill()
            process.start()
        process.wait_status(lambda status: status.state == "up", "recovery")
    last_seq = exchange.commit()
    status = process.wait_status(lambda status: status.cursor_seq == last_seq, "last record")
    assert (status.lag_records, status.lag_ms, status.embedded, status.error) == (0, 0, True, "")
    in_postgres = Counter(row["exec_id"] for row in executions(status.url, 10**6))
    assert in_postgres == Counter(journaled_exec_ids(tmp_path / "journal"))
    assert len(trades(status.url, 10**6)) == exchange.engine.trade_count
    open_orders = [row for row in orders(status.url, 10**6) if row["ord_status"] in "01"]
    assert len(open_orders) == exchange.engine.open_order_count


def test_postgres_away_shows_as_lag_and_heals(exchange: Exchange, process: ProjectorProcess, tmp_path: Path) -> None:
    process.wait_status(lambda status: status.state == "up", "start")
    log = tmp_path / "postgres/data/global/pg_control"
    hidden = log.with_name("hidden")
    log.rename(hidden)  # The server can't start again without it.
    kill_postgres(tmp_path)
    exchange.trade(50, seed=5)
    process.wait_status(lambda status: "The embedded PostgreSQL" in status.error and status.lag_records > 0, "lag")
    hidden.rename(log)
    last_seq = exchange.commit()
    status = process.wait_status(lambda status: status.cursor_seq == last_seq, "last record")
    assert status.retries > 0
    assert process.stop() == 0


def test_stopping_projects_what_is_durable_and_stops_postgres(
    exchange: Exchange, process: ProjectorProcess, tmp_path: Path
) -> None:
    status = process.wait_status(lambda status: status.state == "up", "start")
    exchange.trade(300, seed=6)
    assert process.stop() == 0
    after = read_status(process.status_file)
    assert after is not None
    assert (after.state, after.cursor_seq, after.lag_records) == ("stopped", exchange.engine.last_seq, 0)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(status.url)
    assert safe_url(status.url) == status.url
