"""The log says what stands still: the disk under a real journal whose sync is kept waiting, or the loop."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from certification.patience import PATIENCE_S
from tradsys_oms.journal.group_commit import GroupCommit
from tradsys_oms.journal.writer import JournalWriter
from tradsys_oms.standstill import STANDSTILL_S, Standstill

PAUSE_S = 0.25


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Give what lets syncs through."""
    works, real_sync = threading.Event(), os.fdatasync
    works.set()

    def sync(descriptor: int) -> None:
        assert works.wait(PATIENCE_S)
        real_sync(descriptor)

    monkeypatch.setattr(os, "fdatasync", sync)
    yield works
    works.set()


def fail(error: BaseException) -> None:
    raise AssertionError(error)


def logged(directory: Path, scenario: Callable[[GroupCommit], Awaitable[None]]) -> list[MutableMapping[str, Any]]:
    """Play with a journal; gives what was logged."""

    async def main() -> None:
        writer = JournalWriter.open(directory, "fsync")
        journal = GroupCommit(writer, lambda _: None, fail, asyncio.get_running_loop())
        await scenario(journal)
        await journal.drain()
        journal.close()
        writer.close()

    with capture_logs() as logs:
        asyncio.run(main())
    return logs


def test_a_disk_that_stands_still_is_told_of_once_and_when_it_is_over(tmp_path: Path, disk: threading.Event) -> None:
    async def scenario(journal: GroupCommit) -> None:
        now_s = time.monotonic()
        standstill = Standstill(journal, PAUSE_S, now_s)
        disk.clear()
        journal.append(1, b"x")
        await asyncio.sleep(0)
        assert journal.flight_s > 0
        for step in range(12):
            standstill.look(now_s + step * PAUSE_S)
        disk.set()
        await journal.drain()
        assert journal.flight_s == 0
        standstill.look(now_s + 12 * PAUSE_S)
        standstill.look(now_s + 13 * PAUSE_S)

    logs = logged(tmp_path, scenario)
    assert [(record["event"], record["log_level"]) for record in logs] == [
        ("journal_waits_for_disk", "warning"),
        ("journal_written_again", "warning"),
    ]
    assert STANDSTILL_S <= logs[0]["seconds"] < logs[1]["seconds"]
    assert logs[0]["seq"] == 0


def test_a_disk_that_works_is_not_worth_a_word(tmp_path: Path, disk: threading.Event) -> None:
    async def scenario(journal: GroupCommit) -> None:
        now_s = time.monotonic()
        standstill = Standstill(journal, PAUSE_S, now_s)
        for step in range(12):
            journal.append(step + 1, b"x")
            await journal.drain()
            standstill.look(now_s + step * PAUSE_S)

    assert logged(tmp_path, scenario) == []


def test_a_loop_that_stood_still_is_told_of(tmp_path: Path) -> None:
    async def scenario(journal: GroupCommit) -> None:
        now_s = time.monotonic()
        standstill = Standstill(journal, PAUSE_S, now_s)
        standstill.look(now_s + PAUSE_S + STANDSTILL_S)
        standstill.look(now_s + 2 * (PAUSE_S + STANDSTILL_S) + 0.5)

    logs = logged(tmp_path, scenario)
    assert [(record["event"], record["seconds"]) for record in logs] == [("loop_stood_still", 1.8)]
