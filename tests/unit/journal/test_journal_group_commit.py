"""Group commit: what the loop hears about durability, in order and never too early."""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
import uvloop

from tradsys_oms.journal.errors import JournalWriteFailed
from tradsys_oms.journal.group_commit import GroupCommit
from tradsys_oms.journal.reader import durable_seq, read_raw
from tradsys_oms.journal.writer import Durability, JournalWriter

MODES: list[Durability] = ["fsync", "os"]


def fail(error: BaseException) -> None:
    raise AssertionError(error)


@pytest.mark.parametrize("durability", MODES)
def test_all_of_one_iteration_shares_a_batch(tmp_path: Path, durability: Durability) -> None:
    announced: list[int] = []

    async def run() -> None:
        commit = GroupCommit(writer, announced.append, fail, asyncio.get_running_loop())
        assert [commit.append(1, b"x") for _ in range(10)] == list(range(1, 11))
        assert not commit.is_idle
        assert commit.pending_bytes > 10 * 25
        await commit.drain()
        assert commit.is_idle
        assert (commit.appended_seq, commit.durable_seq, commit.pending_bytes) == (10, 10, 0)
        assert commit.statistics.batches == 1
        assert sum(commit.statistics.sync_histogram) == 1
        assert commit.statistics.last_sync_ns > 0
        commit.close()

    writer = JournalWriter.open(tmp_path, durability)
    asyncio.run(run())
    writer.close()
    assert announced == [10]


@pytest.mark.parametrize("durability", MODES)
def test_what_is_announced_can_be_read_by_others(tmp_path: Path, durability: Durability) -> None:
    """Appending goes on while batches are in flight, also from the announcement itself."""
    announced: list[int] = []

    async def run() -> None:
        def on_durable(seq: int) -> None:
            assert durable_seq(tmp_path) >= seq
            announced.append(seq)
            if commit.appended_seq < 400:
                commit.append(1, b"again")

        commit = GroupCommit(writer, on_durable, fail, asyncio.get_running_loop())
        for _ in range(200):
            commit.append(1, b"payload")
            await asyncio.sleep(0)
        await commit.drain()
        assert commit.appended_seq == announced[-1]
        commit.close()

    writer = JournalWriter.open(tmp_path, durability, segment_bytes_max=2000)
    asyncio.run(run())
    writer.close()
    assert announced == sorted(set(announced))
    assert [seq for seq, _, _ in read_raw(tmp_path)] == list(range(1, announced[-1] + 1))


def test_a_loop_that_never_rests_does_not_keep_batches_from_the_disk(tmp_path: Path) -> None:
    announced: list[int] = []

    async def run() -> None:
        commit = GroupCommit(writer, announced.append, fail, asyncio.get_running_loop())
        deadline = time.monotonic() + 3
        while len(announced) < 20 and time.monotonic() < deadline:
            commit.append(1, b"order")
            busy_until = time.perf_counter() + 0.0005
            while time.perf_counter() < busy_until:
                sum(range(50))
            await asyncio.sleep(0)
        commit.close()

    writer = JournalWriter.open(tmp_path, "fsync")
    uvloop.run(run())
    writer.close()
    assert len(announced) >= 20


def full_disk(directory: str, durability: Durability) -> None:
    """Run in a process of its own: files may not grow over 4 KiB, as on a disk that is full."""
    writer = JournalWriter.open(Path(directory), durability)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    failures: list[BaseException] = []

    async def run() -> None:
        commit = GroupCommit(writer, lambda seq: print("durable", seq), failures.append, asyncio.get_running_loop())
        try:
            for _ in range(100):
                commit.append(1, bytes(100))
                await commit.drain()
        except JournalWriteFailed as error:
            print(error)
        try:
            commit.append(1, b"after")
        except JournalWriteFailed:
            print("refused, failures:", len(failures))
        commit.close()

    asyncio.run(run())
    writer.close()


@pytest.mark.parametrize("durability", MODES)
def test_a_full_disk_ends_it_and_nothing_more_is_announced(tmp_path: Path, durability: Durability) -> None:
    command = [sys.executable, __file__, str(tmp_path), durability]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.stderr == ""
    *durable, sentence, refused = done.stdout.splitlines()
    assert 10 < len(durable) < 30
    assert "can't be written (File too large)" in sentence
    assert refused == "refused, failures: 1"
    last = int(durable[-1].split()[1])
    assert [seq for seq, _, _ in read_raw(tmp_path)] == list(range(1, last + 1))
    writer = JournalWriter.open(tmp_path)
    assert writer.last_seq == last
    assert writer.recovery.truncated_bytes > 0
    assert "Cut an unfinished batch" in writer.recovery.sentence
    writer.close()


if __name__ == "__main__":
    full_disk(sys.argv[1], "os" if sys.argv[2] == "os" else "fsync")
