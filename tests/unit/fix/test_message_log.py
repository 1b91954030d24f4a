"""The message log: what was noted is in the files, rotated, bounded, without secrets, and no disk hurts anybody."""

from __future__ import annotations

import errno
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from certification.patience import PATIENCE_S
from tradsys_oms.fix import message_log as module
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.message_files import RotatingFile, log_path, rotated
from tradsys_oms.fix.message_log import MessageLog

NOW_NS = 1_769_851_800_000_123_456
STAMP = b"20260131-09:30:00.000123"


def message(number: int, body: str = "55=ACME\x01") -> bytes:
    return encode("FIX.4.4", f"35=D\x0134={number}\x01", body)


@pytest.fixture(autouse=True)
def said(monkeypatch: pytest.MonkeyPatch) -> LogCapture:
    """Give what is said in the daemon's log, whatever other tests have set up for it."""
    capture, level = LogCapture(), structlog.make_filtering_bound_logger(0)
    monkeypatch.setattr(module, "log", structlog.wrap_logger(None, processors=[capture], wrapper_class=level))
    return capture


@contextmanager
def opened(folder: Path, **others: int) -> Iterator[MessageLog]:
    bounds = {"file_bytes_max": 1 << 20, "files_max": 3, "pending_bytes_max": 1 << 20} | others
    messages = MessageLog(folder / "messages", **bounds)
    try:
        yield messages
    finally:
        messages.close()


def lines_of(folder: Path, session: str = "BROKER") -> list[bytes]:
    """Give the lines of all files of a session, the oldest first."""
    path = log_path(folder / "messages", session)
    files = [rotated(path, age) for age in range(9, -1, -1)]
    return [line for file in files if file.exists() for line in file.read_bytes().splitlines(keepends=True)]


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.005)


def test_messages_of_both_directions_are_in_the_file_in_order(tmp_path: Path) -> None:
    one, two, three, four = map(message, range(1, 5))
    with opened(tmp_path) as messages:
        messages.note("BROKER", NOW_NS, True, [one, two])
        messages.note("BROKER", NOW_NS + 1000, False, three + four)
        messages.note("OTHER", NOW_NS, True, [one])
        messages.remark("BROKER", NOW_NS + 1_000_000_000, "disconnected: it was late")
    assert lines_of(tmp_path) == [
        STAMP + b" IN  " + one + b"\n",
        STAMP + b" IN  " + two + b"\n",
        b"20260131-09:30:00.000124 OUT " + three + b"\n",
        b"20260131-09:30:00.000124 OUT " + four + b"\n",
        b"20260131-09:30:01.000123 --- disconnected: it was late\n",
    ]
    assert lines_of(tmp_path, "OTHER") == [STAMP + b" IN  " + one + b"\n"]
    for path in (tmp_path / "messages").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (messages.pending_bytes, messages.dropped_total, messages.lost_total) == (0, 0, 0)


def test_messages_are_there_soon_without_anything_more_coming(tmp_path: Path) -> None:
    with opened(tmp_path) as messages:
        for number in (1, 2):
            messages.note("BROKER", NOW_NS, True, [message(number)])
            until(lambda: len(lines_of(tmp_path)) == number)  # noqa: B023 - called at once
            until(lambda: messages.pending_bytes == 0)


def test_newlines_and_backslashes_are_escaped(tmp_path: Path) -> None:
    odd = message(1, "58=a\\n\nb\x01")
    with opened(tmp_path) as messages:
        messages.note("BROKER", NOW_NS, True, [message(2), odd])
        messages.note("BROKER", NOW_NS, False, odd)
        messages.remark("BROKER", NOW_NS, "two\nlines")
    assert [line[25:28] for line in lines_of(tmp_path)] == [b"IN ", b"IN ", b"OUT", b"---"]
    assert all(b"58=a\\\\n\\nb\x01" in line for line in lines_of(tmp_path)[1:3])


def test_secrets_are_in_no_file(tmp_path: Path) -> None:
    planted = "hunter2"
    logon = encode("FIX.4.4", "35=A\x0134=1\x01", f"553=me\x01554={planted}\x010925={planted}\x01")
    raw_data = encode("FIX.4.4", "35=B\x0134=2\x01", f"95=9\x0196=a\x01{planted}\x0158=x\x01")
    with opened(tmp_path) as messages:
        messages.note("BROKER", NOW_NS, True, [message(1)] * 200 + [logon, raw_data] + [message(3)] * 200)
        messages.note("BROKER", NOW_NS, False, logon + raw_data)
        messages.note("BROKER", NOW_NS, True, logon[:60])
        messages.note("BROKER", NOW_NS, True, logon[60:])
        messages.remark("BROKER", NOW_NS, f"refused: 554={planted}")
    lines = lines_of(tmp_path)
    assert len(lines) == 407
    assert not any(planted.encode() in line for line in lines)
    assert lines[200].count(b"=***\x01") == 2
    assert lines[200].endswith(b"\x01" + logon[-7:] + b"\n"), "the CheckSum stays as it was"


def test_files_are_rotated_and_the_oldest_removed(tmp_path: Path) -> None:
    with opened(tmp_path, file_bytes_max=10_000, files_max=3) as messages:
        for number in range(100, 400):
            messages.note("BROKER", NOW_NS, True, [message(number)])
            if number % 10 == 0:
                until(lambda: messages.pending_bytes == 0)
    names = sorted(path.name for path in (tmp_path / "messages").iterdir())
    assert names == ["BROKER.log", "BROKER.log.1", "BROKER.log.2"]
    assert all(path.stat().st_size <= 10_000 for path in (tmp_path / "messages").iterdir())
    lines = lines_of(tmp_path)
    assert len(lines) > 150
    numbers = list(range(400 - len(lines), 400))
    assert lines == [STAMP + b" IN  " + message(number) + b"\n" for number in numbers]


def test_one_file_is_enough(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "A.log", 100, 1)
    for number in range(5):
        file.write(b"%d" % number * 59 + b"\n")
    file.close()
    assert [path.name for path in tmp_path.iterdir()] == ["A.log"]
    assert (tmp_path / "A.log").read_bytes() == b"4" * 59 + b"\n"


def test_a_line_that_was_cut_off_gets_its_end(tmp_path: Path) -> None:
    (tmp_path / "A.log").write_bytes(b"whole\nha")
    file = RotatingFile(tmp_path / "A.log", 100, 3)
    file.write(b"next\n")
    file.close()
    assert (tmp_path / "A.log").read_bytes() == b"whole\nha\nnext\n"


@contextmanager
def stopped_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let every write wait for the event."""
    write, freed = RotatingFile.write, threading.Event()

    def slow_write(file: RotatingFile, lines: bytes) -> None:
        assert freed.wait(PATIENCE_S)
        write(file, lines)

    with monkeypatch.context() as patched:
        patched.setattr(RotatingFile, "write", slow_write)
        yield freed
        freed.set()


def test_what_does_not_fit_is_left_out_and_the_log_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path, pending_bytes_max=20_000) as messages, stopped_disk(monkeypatch) as freed:
        messages.note("BROKER", NOW_NS, True, [message(1)])
        until(lambda: messages.pending_bytes == 0)  # it is being written
        sent = 1
        while not messages.dropped_total:
            messages.note("BROKER", NOW_NS, True, [message(2), message(3)])
            sent += 2
            assert messages.pending_bytes <= 20_000
        messages.note("OTHER", NOW_NS, True, [message(4)] * 1000)
        freed.set()
        until(lambda: b"not here" in b"".join(lines_of(tmp_path)))
        messages.note("BROKER", NOW_NS, True, [message(5)])
    lines = lines_of(tmp_path)
    assert len(lines) == sent - 2 + 2
    assert lines[-2].endswith(b" --- 2 messages are not here: too many waited to be written\n")
    assert lines[-1].endswith(message(5) + b"\n")
    assert b"1000 messages are not here" in lines_of(tmp_path, "OTHER")[0]
    assert messages.dropped_total == 1002


def test_a_disk_that_hangs_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: LogCapture) -> None:
    monkeypatch.setattr(module, "CLOSE_TIMEOUT_S", 0.05)
    with stopped_disk(monkeypatch) as freed:
        messages = MessageLog(tmp_path, file_bytes_max=1000, files_max=2, pending_bytes_max=10_000)
        for _ in range(1000):
            messages.note("BROKER", NOW_NS, True, [message(1)])
        messages.close()
        assert [entry["event"] for entry in said.entries] == ["message log not closed"]
        assert messages.dropped_total > 900
        freed.set()
        messages.close()


def test_a_disk_that_fails_is_said_once_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: LogCapture
) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.0)
    (tmp_path / "messages").write_text("a file where the folder should be")
    with opened(tmp_path) as messages:
        for number in range(1, 4):
            messages.note("BROKER", NOW_NS, True, [message(number)])
            messages.note("OTHER", NOW_NS, True, [message(number)])
            until(lambda: messages.lost_total == 2 * number)  # noqa: B023 - called at once
        (tmp_path / "messages").unlink()
        messages.note("BROKER", NOW_NS, True, [message(4)])
        until(lambda: (tmp_path / "messages").exists())
        messages.note("OTHER", NOW_NS, True, [message(4)])
    assert messages.failures_total == 6
    assert [entry["event"] for entry in said.entries] == [
        "message log can't be written",
        "message log is written again",
    ]
    for session in ("BROKER", "OTHER"):
        told, last = lines_of(tmp_path, session)
        assert told.endswith(b" --- 3 messages are not here: they could not be written\n")
        assert last == STAMP + b" IN  " + message(4) + b"\n"


def test_a_file_that_failed_is_left_alone_for_a_while(tmp_path: Path) -> None:
    (tmp_path / "messages" / "BROKER.log").mkdir(parents=True)
    with opened(tmp_path) as messages:
        for number in range(1, 4):
            messages.note("BROKER", NOW_NS, True, [message(number)])
            messages.note("OTHER", NOW_NS, True, [message(number)])
            until(lambda: messages.lost_total == number)  # noqa: B023 - called at once
        assert messages.failures_total == 1
    assert len(lines_of(tmp_path, "OTHER")) == 3


def test_a_full_disk_leaves_whole_lines_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    room = [30]

    def write_while_there_is_room(file: int, data: Any) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        count = write(file, data[: room[0]])
        room[0] -= count
        return count

    file = RotatingFile(tmp_path / "A.log", 1000, 2)
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", write_while_there_is_room)
        for _ in range(2):
            with pytest.raises(OSError, match="No space"):
                file.write(b"x" * 50 + b"\n")
    file.write(b"after\n")
    file.close()
    assert (tmp_path / "A.log").read_bytes() == b"x" * 30 + b"\nafter\n"


def test_a_file_that_somebody_removed_is_begun_again(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "A.log", 1000, 2)
    file.write(b"one\n")
    (tmp_path / "A.log").unlink()
    file.write(b"two\n")
    file.close()
    assert (tmp_path / "A.log").read_bytes() == b"two\n"


def test_many_sessions_share_few_open_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OPEN_FILES_MAX", 4)
    before = len(os.listdir("/proc/self/fd"))
    with opened(tmp_path) as messages:
        for turn in range(3):
            for number in range(20):
                messages.note(f"BROKER{number}", NOW_NS, True, [message(turn)])
            until(lambda: messages.pending_bytes == 0)
        until(lambda: len(os.listdir("/proc/self/fd")) <= before + 4)
    assert [len(lines_of(tmp_path, f"BROKER{number}")) for number in range(20)] == [3] * 20


def test_a_fault_of_ours_ends_nothing(tmp_path: Path, said: LogCapture) -> None:
    with opened(tmp_path) as messages:
        messages.note("BROKER", NOW_NS, True, ["text"])  # type: ignore[list-item]
        until(lambda: messages.failures_total == 1)
        messages.note("BROKER", NOW_NS, True, [message(1)])
    assert [entry["event"] for entry in said.entries] == ["message log failed"]
    assert len(lines_of(tmp_path)) == 1


def test_after_close_nothing_is_kept(tmp_path: Path) -> None:
    with opened(tmp_path) as messages:
        messages.note("BROKER", NOW_NS, True, [message(1)])
    messages.note("BROKER", NOW_NS, True, [message(2)])
    assert (messages.pending_bytes, messages.dropped_total) == (0, 1)
    assert len(lines_of(tmp_path)) == 1
