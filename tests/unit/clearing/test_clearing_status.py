"""The status file and the pauses between attempts."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from tradsys_oms.clearing.backoff import Backoff
from tradsys_oms.clearing.status import ProjectorStatus, StatusBoard, read_status


def wait_for(path: Path, wanted: Callable[[ProjectorStatus], bool]) -> ProjectorStatus:
    deadline = time.monotonic() + 5
    while True:
        status = read_status(path)
        if status is not None and wanted(status):
            return status
        assert time.monotonic() < deadline, status
        time.sleep(0.01)


def test_the_file_follows_the_projector(tmp_path: Path) -> None:
    path = tmp_path / "clearing.json"
    board = StatusBoard(path, lambda: 100)
    board.complete_until_ns = time.time_ns() - 2_000_000_000
    board.change_state("down", "No connection.")
    status = wait_for(path, lambda status: status.state == "down")
    assert (status.error, status.lag_records, status.durable_seq) == ("No connection.", 100, 100)
    assert 2_000 <= status.lag_ms < 10_000
    board.status.cursor_seq = 100
    board.change_state("up")
    board.close()
    status = wait_for(path, lambda status: status.state == "up")
    assert (status.error, status.lag_records, status.lag_ms) == ("", 0, 0)
    assert [file.name for file in tmp_path.iterdir()] == ["clearing.json"]


def test_a_file_that_grows_old_says_stopped(tmp_path: Path) -> None:
    path = tmp_path / "clearing.json"
    assert read_status(path) is None
    path.write_text('{"state": "up", "pid": 17, "updated_at_ns": 1}')
    status = read_status(path)
    assert status is not None
    assert (status.state, status.pid) == ("stopped", 17)
    assert "silent" in status.error


def test_pauses_grow_to_the_cap_and_start_again() -> None:
    backoff = Backoff(1_000)
    pauses = [backoff.pause_ms() for _ in range(6)]
    for pause, most in zip(pauses, [100, 200, 400, 800, 1_000, 1_000], strict=True):
        assert most // 2 <= pause <= most
    backoff.reset()
    assert backoff.pause_ms() <= 100
