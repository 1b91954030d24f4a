"""`tradsys fix tail` and `tradsys fix show`: messages as an operator sees them."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.message_files import MESSAGES_DIR
from tradsys_oms.fix.message_log import MessageLog

Tradsys = Callable[..., tuple[int, str, str]]
NOW_NS = 1_769_851_800_000_123_456
TIME = "20260131-09:30:00.000123"


def order(number: int) -> bytes:
    return encode("FIX.4.4", f"35=D\x0134={number}\x01", f"11=A{number}\x0155=ACME\x0154=1\x01")


HEARTBEAT = encode("FIX.4.4", "35=0\x0134=9\x01", "")
LOGON = encode("FIX.4.4", "35=A\x0134=1\x01", "108=30\x01554=hunter2\x01")


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.005)


@contextmanager
def logging(config: Path, **bounds: int) -> Iterator[MessageLog]:
    """Write BROKER's message log as the daemon does."""
    sizes = {"file_bytes_max": 1 << 20, "files_max": 5, "pending_bytes_max": 1 << 20} | bounds
    messages = MessageLog(config.parent / "state" / MESSAGES_DIR, **sizes)
    try:
        yield messages
    finally:
        messages.close()


@pytest.fixture
def logged(config: Path) -> Path:
    """Give a configuration whose BROKER has a log of a few messages."""
    with logging(config) as messages:
        messages.note("BROKER", NOW_NS, True, [LOGON])
        messages.note("BROKER", NOW_NS, False, [HEARTBEAT])
        messages.note("BROKER", NOW_NS, True, [order(2), order(3)])
        messages.remark("BROKER", NOW_NS, "disconnected: the peer closed the connection")
    return config


def test_the_last_messages_one_line_each(tradsys: Tradsys, logged: Path) -> None:
    code, out, err = tradsys("fix", "tail", "BROKER", "-c", logged)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"{TIME} IN  Logon #1 HeartBtInt=30",
        f"{TIME} OUT Heartbeat #9",
        f"{TIME} IN  NewOrderSingle #2 ClOrdID=A2 Symbol=ACME Side=BUY",
        f"{TIME} IN  NewOrderSingle #3 ClOrdID=A3 Symbol=ACME Side=BUY",
        f"{TIME}     disconnected: the peer closed the connection",
    ]
    assert tradsys("fix", "tail", "BROKER", "-n", 2, "-c", logged)[1].splitlines() == out.splitlines()[-2:]
    assert tradsys("fix", "tail", "BROKER", "-n", 0, "-c", logged)[1] == ""


@pytest.mark.parametrize(
    ("arguments", "seq_nums"),
    [
        (("--type", "D"), ["2", "3"]),
        (("--type", "D", "-n", "1"), ["3"]),
        (("--type", "0,logon"), ["1", "9"]),
        (("--grep", "11=A2"), ["2"]),
        (("--grep", "55=ACME|54=1", "--type", "D,8"), ["2", "3"]),
        (("--grep", "ACME", "--type", "8"), []),
    ],
)
def test_messages_are_chosen(tradsys: Tradsys, logged: Path, arguments: tuple[str, ...], seq_nums: list[str]) -> None:
    code, out, _err = tradsys("fix", "tail", "BROKER", *arguments, "-c", logged, "-o", "json")
    assert (code, [message["seq_num"] for message in json.loads(out)]) == (0, seq_nums)


def test_remarks_are_found_by_their_text(tradsys: Tradsys, logged: Path) -> None:
    assert tradsys("fix", "tail", "BROKER", "--grep", "disconnected", "-c", logged)[1].count("\n") == 1


def test_every_field(tradsys: Tradsys, logged: Path) -> None:
    out = tradsys("fix", "tail", "BROKER", "--fields", "--type", "A", "-c", logged)[1]
    assert out.splitlines()[0] == f"{TIME} IN  Logon #1 HeartBtInt=30"
    assert "  554 Password = ***" in out.splitlines()


def test_raw(tradsys: Tradsys, logged: Path) -> None:
    out = tradsys("fix", "tail", "BROKER", "--raw", "--type", "0", "-c", logged)[1]
    assert out == f"{TIME} OUT {HEARTBEAT.decode()}\n".replace("\x01", "|")
    (document,) = json.loads(tradsys("fix", "tail", "BROKER", "--raw", "--type", "0", "-o", "json", "-c", logged)[1])
    assert document == {"time": TIME, "direction": "OUT", "raw": HEARTBEAT.decode()}


def test_as_data(tradsys: Tradsys, logged: Path) -> None:
    *_, last, remark = json.loads(tradsys("fix", "tail", "BROKER", "-o", "json", "-c", logged)[1])
    assert remark == {"time": TIME, "direction": "", "remark": "disconnected: the peer closed the connection"}
    assert {key: last[key] for key in ("direction", "msg_type", "name", "version", "faults")} == {
        "direction": "IN",
        "msg_type": "D",
        "name": "NewOrderSingle",
        "version": "FIX.4.4",
        "faults": [],
    }
    assert last["fields"][6] == {"tag": "54", "name": "Side", "value": "1", "meaning": "BUY", "depth": 0, "entry": 0}


def test_the_daemon_log_survives_rotation(tradsys: Tradsys, config: Path) -> None:
    with logging(config, file_bytes_max=300) as messages:
        for number in range(10, 50):
            messages.note("BROKER", NOW_NS, True, [order(number)])
            until(lambda: messages.pending_bytes == 0)
    out = tradsys("fix", "tail", "BROKER", "-n", 9, "-c", config)[1]
    assert [line.split()[3] for line in out.splitlines()] == [f"#{number}" for number in range(41, 50)]


def test_following_prints_what_comes_and_ends_with_ctrl_c(config: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "tradsys_oms.cli.main",
        "fix",
        "tail",
        "BROKER",
        "-f",
        "-n",
        "1",
        "-c",
        str(config),
    ]
    with logging(config, file_bytes_max=300) as messages:
        messages.note("BROKER", NOW_NS, True, [order(1), order(2)])
        until((config.parent / "state" / MESSAGES_DIR / "BROKER.log").exists)
        with subprocess.Popen([*command, "-o", "json"], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["seq_num"] == "2"
            for begin in range(3, 18, 5):
                for number in range(begin, begin + 5):
                    messages.note("BROKER", NOW_NS, True, [order(number)])
                lines = [process.stdout.readline() for _ in range(5)]
                assert [json.loads(line)["seq_num"] for line in lines] == [str(begin + step) for step in range(5)]
            process.send_signal(signal.SIGINT)
            process.stdout.read()
    assert process.returncode == 130


def test_a_session_without_a_log(tradsys: Tradsys, config: Path, logged: Path) -> None:
    directory = config.parent / "state" / MESSAGES_DIR
    for name in ("NOSUCH", "../messages/BROKER"):
        sentence = f"tradsys: Session {name} has no message log in {directory}; there are logs of: BROKER.\n"
        assert tradsys("fix", "tail", name, "-c", config) == (1, "", sentence)
    (directory / "BROKER.log").unlink()
    assert tradsys("fix", "tail", "BROKER", "-c", config)[2].endswith("; no session has one yet.\n")


def test_messages_of_any_file(tradsys: Tradsys, tmp_path: Path) -> None:
    file = tmp_path / "messages.txt"
    file.write_bytes(b"20260131-09:30:00.000 : " + order(5) + b"\nnothing\n" + LOGON.replace(b"\x01", b"|") + b"\n")
    code, out, err = tradsys("fix", "show", file)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "20260131-09:30:00.000     NewOrderSingle #5 ClOrdID=A5 Symbol=ACME Side=BUY"
    assert "   54 Side = 1  (BUY)" in lines
    assert "  554 Password = ***" in lines
    assert "hunter2" not in out
    assert tradsys("fix", "show", file, "--lines", "--type", "Logon")[1] == "Logon #1 HeartBtInt=30\n"
    raw = order(5).decode().replace("\x01", "|")
    assert tradsys("fix", "show", file, "--raw", "--grep", "11=A5")[1] == f"20260131-09:30:00.000     {raw}\n"


def test_messages_of_standard_input(tradsys: Tradsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(HEARTBEAT)))
    assert tradsys("fix", "show", "-", "--lines")[1] == "Heartbeat #9\n"


def test_files_without_messages(tradsys: Tradsys, tmp_path: Path) -> None:
    assert tradsys("fix", "show", os.devnull) == (0, "no messages\n", "")
    assert tradsys("fix", "show", os.devnull, "-o", "json") == (0, "[]\n", "")
    path = tmp_path / "nosuch"
    assert tradsys("fix", "show", path) == (
        1,
        "",
        f"tradsys: The file {path} can't be read: No such file or directory.\n",
    )


def test_a_mistyped_message_is_a_usage_error(tradsys: Tradsys, logged: Path) -> None:
    code, _out, err = tradsys("fix", "tail", "BROKER", "--type", "D,NewOder", "-c", logged)
    assert code == 2
    assert "no dictionary has a message 'NewOder'" in err


def test_what_peers_send_cant_steer_the_terminal(tradsys: Tradsys, config: Path) -> None:
    with logging(config) as messages:
        messages.note("BROKER", NOW_NS, True, [encode("FIX.4.4", "35=5\x0134=1\x01", "58=\x1b[31m\x9b\x01")])
        messages.remark("BROKER", NOW_NS, "a\x1b[31m\nb")
    for form in ((), ("--fields",), ("--raw",)):
        out = tradsys("fix", "tail", "BROKER", *form, "-c", config)[1]
        assert out.replace("\n", "").isprintable()
        assert "\\x1b[31m" in out
