"""kill -9 of a real writer in the middle of its work, again and again: what it announced is there after each."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tradsys_oms.journal.group_commit import GroupCommit
from tradsys_oms.journal.reader import Tail, read_raw
from tradsys_oms.journal.verify import verify
from tradsys_oms.journal.writer import Durability, JournalWriter

ROUNDS = 8
MODES: list[Durability] = ["fsync", "os"]


def payload(seq: int) -> bytes:
    """Sizes that differ, contents that tell the sequence."""
    return b"%d " % seq * (1 + seq * 7919 % 100)


def work(directory: str, durability: Durability) -> None:
    """Run in a process of its own until it is killed: append without end, print what is announced as durable."""

    def announce(seq: int) -> None:
        sys.stdout.write(f"{seq}\n")
        sys.stdout.flush()

    def fail(error: BaseException) -> None:
        raise error

    async def run() -> None:
        commit = GroupCommit(writer, announce, fail, asyncio.get_running_loop())
        announce(commit.durable_seq)
        while True:
            for _ in range(1 + commit.appended_seq % 17):
                commit.append(1, payload(commit.appended_seq + 1))
            await asyncio.sleep(0)
            while commit.pending_bytes > 200_000:
                await asyncio.sleep(0)

    writer = JournalWriter.open(Path(directory), durability, segment_bytes_max=100_000)
    asyncio.run(run())


def killed_after(directory: Path, durability: Durability, until: Callable[[int], bool]) -> int:
    """Run a writer, kill it once `until` holds for what it announced, and give the last sequence that it announced."""
    command = [sys.executable, __file__, str(directory), durability]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        announced = 0
        for line in child.stdout:
            announced = int(line)
            if until(announced):
                break
        child.kill()
        rest = [line for line in child.stdout if line.endswith("\n")]
        return int(rest[-1]) if rest else announced


@pytest.mark.parametrize("durability", MODES)
def test_all_that_was_announced_survives(tmp_path: Path, durability: Durability) -> None:
    chance = random.Random(7)  # noqa: S311
    tail, followed = Tail(tmp_path), 0
    announced = 0
    for _ in range(ROUNDS):
        goal = announced + chance.randrange(1, 2000)
        announced = killed_after(tmp_path, durability, lambda seq, goal=goal: seq >= goal)  # type: ignore[misc]
        assert verify(tmp_path).status == "clean"
        while polled := tail.poll_raw(500):
            assert [seq for seq, _, _ in polled] == list(range(followed + 1, followed + len(polled) + 1))
            followed = polled[-1][0]
        assert followed >= announced
    tail.close()
    writer = JournalWriter.open(tmp_path, durability)
    assert writer.last_seq >= max(announced, followed)
    assert writer.recovery.lost_entries == 0
    writer.close()
    assert all(body == payload(seq) for seq, _, body in read_raw(tmp_path))
    assert verify(tmp_path).records == writer.last_seq


@pytest.mark.parametrize("durability", MODES)
def test_an_audit_and_followers_beside_a_writer_at_full_speed_see_only_good_things(
    tmp_path: Path, durability: Durability
) -> None:
    command = [sys.executable, __file__, str(tmp_path), durability]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        tail, followed, audited = Tail(tmp_path), 0, 0
        for line in child.stdout:  # what it announces must be read, or its pipe fills and it stands still
            report = verify(tmp_path) if int(line) >= audited else None
            if report is not None:
                assert (report.status, report.faults) == ("clean", [])
                assert report.last_seq >= int(line)
                audited = report.last_seq + 200
            polled = tail.poll_raw(1000)
            assert [seq for seq, _, _ in polled] == list(range(followed + 1, followed + len(polled) + 1))
            followed += len(polled)
            if followed > 10_000:
                break
        child.kill()
        tail.close()


if __name__ == "__main__":
    work(sys.argv[1], "os" if sys.argv[2] == "os" else "fsync")
