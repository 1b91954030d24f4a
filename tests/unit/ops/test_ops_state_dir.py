"""One daemon per state directory, with a real second process."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tradsys_oms.ops.errors import StateDirectoryLocked, StateDirectoryUnusable
from tradsys_oms.ops.state_dir import StateDir

HOLDER = """
import sys
from pathlib import Path
from tradsys_oms.ops.state_dir import StateDir
with StateDir.open(Path(sys.argv[1])):
    print("locked", flush=True)
    sys.stdin.read()
"""
ORDINARY_USER = """
import os, sys
from pathlib import Path
from tradsys_oms.ops.errors import StateDirectoryUnusable
from tradsys_oms.ops.state_dir import StateDir
if os.geteuid() == 0:
    os.setuid(65534)
try:
    StateDir.open(Path(sys.argv[1]))
except StateDirectoryUnusable as error:
    print(error)
"""


def test_it_is_made_private_with_its_parents(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b"
    with StateDir.open(path) as state_dir:
        assert state_dir.path == path
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_second_daemon_hears_the_pid_of_the_first_until_that_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        with pytest.raises(StateDirectoryLocked, match=rf"another daemon \(pid {holder.pid}\) works on .*{tmp_path}"):
            StateDir.open(tmp_path)
        holder.kill()
    with StateDir.open(tmp_path):
        assert (tmp_path / "daemon.lock").read_text() == f"{os.getpid()}\n"


def test_the_lock_is_given_back(tmp_path: Path) -> None:
    for _ in range(2):
        state_dir = StateDir.open(tmp_path)
        assert state_dir.path == tmp_path
        state_dir.close()


def test_a_place_where_nothing_can_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateDirectoryUnusable, match="can't be written to: Not a directory; make it writable"):
        StateDir.open(tmp_path / "file" / "state")
    with pytest.raises(StateDirectoryUnusable, match="can't be written to"):
        StateDir.open(Path("/proc/tradsys"))


def test_a_directory_without_permission_is_one_sentence(tmp_path: Path) -> None:
    """In a process of its own, which gives root's rights away first if it has them."""
    tmp_path.chmod(0o500)
    done = subprocess.run(
        [sys.executable, "-c", ORDINARY_USER, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout == (
        f"the state directory {tmp_path} can't be written to: Permission denied; "
        "make it writable for this user or choose another state_dir\n"
    )
