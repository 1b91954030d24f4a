"""The service manager's side, played by a real datagram socket."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tradsys_oms.ops.notify import notify_ready, notify_reloading, notify_stopping


def test_states_arrive_one_datagram_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        assert notify_ready()
        assert notify_reloading()
        assert notify_stopping()
        assert manager.recv(100) == b"READY=1"
        assert manager.recv(100).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
        assert manager.recv(100) == b"STOPPING=1"


def test_abstract_addresses_work(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("")  # the kernel chooses a free abstract name
        name = manager.getsockname().decode().replace("\0", "@", 1)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        manager.settimeout(5)
        assert notify_ready()
        assert manager.recv(100) == b"READY=1"


def test_nobody_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notify_ready()
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    assert not notify_ready()
