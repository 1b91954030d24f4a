"""Client of the control socket: one request, one answer, without an event loop."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any, Final

import msgspec

from tradsys_oms.ops.errors import ControlRefused, DaemonNotRunning
from tradsys_oms.ops.socket_path import short_address

TIMEOUT_S: Final = 10.0
ANSWER_BYTES_MAX: Final = 256 << 20


def request(path: Path, verb: str, **args: Any) -> Any:
    """Ask the daemon behind the socket `path`; give its result, or raise its sentence as `ControlRefused`."""
    line = msgspec.json.encode({"verb": verb, "args": args}) + b"\n"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(TIMEOUT_S)
            with short_address(path) as address:
                connection.connect(address)
            connection.sendall(line)
            answer = _read_line(connection)
    except TimeoutError as error:
        raise DaemonNotRunning(f"the daemon behind {path} did not answer within {TIMEOUT_S:.0f} s") from error
    except OSError as error:
        raise DaemonNotRunning(f"no daemon answers on the control socket {path}: {error.strerror}") from error
    return _result(path, answer)


def _read_line(connection: socket.socket) -> bytes:
    blocks: list[bytes] = []
    size = 0
    while size < ANSWER_BYTES_MAX and not (blocks and blocks[-1].endswith(b"\n")):
        block = connection.recv(1 << 20)
        if not block:
            break
        blocks.append(block)
        size += len(block)
    return b"".join(blocks)


def _result(path: Path, answer: bytes) -> Any:
    if not answer.endswith(b"\n"):
        raise ControlRefused(f"the daemon behind {path} closed the connection without an answer")
    message = msgspec.json.decode(answer)
    if not message["ok"]:
        raise ControlRefused(message["error"])
    return message["result"]
