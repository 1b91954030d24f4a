"""Playing scripts against a small acceptor, the right way and in all wrong ways."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from certification.acceptance.errors import NoScripts
from certification.acceptance.runner import Target, find_scripts, run_script

HELLO = b"8=FIX.4.4\x019=5\x0135=0\x0110=163\x01"
Peer = Callable[[socket.socket], object]


@contextmanager
def acceptor(behave: Peer) -> Iterator[Target]:
    """Listen, and treat each connection as told; each is closed when that is done."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            with line:
                behave(line)

    thread = threading.Thread(target=serve)
    thread.start()
    yield Target(port=server.getsockname()[1], timeout_s=0.2)
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def echo(line: socket.socket) -> None:
    while data := line.recv(1000):
        line.sendall(data)


def say_hello(line: socket.socket) -> None:
    line.sendall(HELLO)


def drop(line: socket.socket) -> None:
    line.recv(1000)


def play(tmp_path: Path, target: Target, script: str) -> tuple[bool, int, str]:
    path = tmp_path / "one.def"
    path.write_bytes(script.replace("|", "\x01").encode())
    verdict = run_script(path, target)
    assert verdict.script == "one"
    return verdict.passed, verdict.line, verdict.reason


def test_a_script_passes_when_all_its_steps_do(tmp_path: Path) -> None:
    with acceptor(echo) as target:
        script = (
            "iCONNECT\nI8=FIX.4.4|35=0|\nE8=FIX.4.4|35=0|\niDISCONNECT\niCONNECT\nI8=FIX.4.4|35=0|\nE8=FIX.4.4|35=0|"
        )
        assert play(tmp_path, target, script) == (True, 0, "")


@pytest.mark.parametrize(
    ("behave", "script", "line", "reason"),
    [
        (echo, "iCONNECT\n\nI8=FIX.4.4|35=0|\nE8=FIX.4.4|35=1|", 4, "tag 35 is '0', not '1'"),
        (echo, "iCONNECT\nE8=FIX.4.4|35=1|", 2, "no message came within 0.2 s"),
        (drop, "iCONNECT\nI8=FIX.4.4|35=0|\nE8=FIX.4.4|35=1|", 3, "the acceptor disconnected instead of answering"),
        (say_hello, "iCONNECT\neDISCONNECT", 2, "a message came where the acceptor should disconnect"),
        (echo, "iCONNECT\nE2,8=FIX.4.4|", 2, "line 2 uses connection 2, which is not open"),
        (echo, "iCONNECT\niSLEEP", 0, "line 2 is no step that can be played against an acceptor: iSLEEP"),
    ],
)
def test_a_script_fails_at_the_line_that_is_not_met(
    tmp_path: Path, behave: Peer, script: str, line: int, reason: str
) -> None:
    with acceptor(behave) as target:
        assert play(tmp_path, target, script) == (False, line, reason)


def test_a_failure_shows_both_messages(tmp_path: Path) -> None:
    path = tmp_path / "one.def"
    path.write_bytes(b"iCONNECT\nE8=FIX.4.4\x0135=1\x01")
    with acceptor(say_hello) as target:
        verdict = run_script(path, target)
    assert (verdict.expected, verdict.got) == ("8=FIX.4.4|9=5|35=1|10=164|", "8=FIX.4.4|9=5|35=0|10=163|")


def test_nobody_there_is_a_failure_of_the_script(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        target = Target(port=probe.getsockname()[1], connect_timeout_s=0.2)
        passed, line, reason = play(tmp_path, target, "iCONNECT")
    assert (passed, line) == (False, 1)
    assert reason.startswith("nobody can be connected to at 127.0.0.1:")


def test_scripts_are_chosen_by_name_with_or_without_their_suffix(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        (tmp_path / f"{name}.def").touch()
    assert [path.stem for path in find_scripts(tmp_path)] == ["a", "b", "c"]
    assert [path.stem for path in find_scripts(tmp_path, only=["c.def", "a"])] == ["a", "c"]
    assert [path.stem for path in find_scripts(tmp_path, skip=["a"])] == ["b", "c"]
    assert [path.stem for path in find_scripts(tmp_path.parent, only=["a"])] == ["a"]
    with pytest.raises(NoScripts, match="no script d, e in"):
        find_scripts(tmp_path, only=["a", "e", "d"])
    with pytest.raises(NoScripts, match="no scripts"):
        find_scripts(tmp_path, skip=["a", "b", "c"])
