"""The link's end of the venue socket: frames to the daemon, its acknowledgements back.

Nothing is lost with a connection: frames are read out of the spool, from the last one that the daemon calls durable on.
While the daemon is away the link goes on without it; it tries to connect again after a short pause. What waits to be
written is bounded: frames are taken out of the spool only when there is room.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from tradsys_oms import __version__
from tradsys_oms.ops.errors import ControlUnavailable
from tradsys_oms.ops.socket_path import short_address
from tradsys_oms.venues.spool import Spool

RETRY_S: Final = 0.25
REFUSED_RETRY_S: Final = 2.0
BUFFER_BYTES: Final = 1 << 18
READ_BYTES: Final = 1 << 16
FRAME_BYTES_MAX: Final = 1 << 20
LENGTH_BYTES: Final = 4

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(list[Any]).decode
_log: Final = structlog.get_logger("venues.core_line")


class CoreLine:
    """A connection to the daemon that comes back. All methods are called by one thread and none of them blocks.

    `welcomed(last_frame, since_seq)` is called when the daemon has let us in, `stop()` when it wants us to end.
    """

    def __init__(
        self,
        path: Path,
        venue: str,
        spool: Spool,
        welcomed: Callable[[int, int], None],
        stop: Callable[[], None],
    ) -> None:
        self._path, self._venue, self._spool = path, venue, spool
        self._welcomed, self._stop = welcomed, stop
        self._socket: socket.socket | None = None
        self._in = bytearray()
        self._out = bytearray()
        self._pushed = 0
        self._next_try_s = 0.0
        self.is_welcome = False
        self.connects_total = 0

    @property
    def socket(self) -> socket.socket | None:
        """Give what to wait for, None while there is no connection."""
        return self._socket

    @property
    def wants_to_write(self) -> bool:
        """Say that the daemon has to read before we can write on."""
        return bool(self._out)

    def connect_if_due(self, now_s: float) -> None:
        """Connect and say hello, if there is no connection and the pause is over."""
        if self._socket is not None or now_s < self._next_try_s:
            return
        self._next_try_s = now_s + RETRY_S
        fresh = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            fresh.setblocking(False)
            with short_address(self._path) as address:
                fresh.connect(address)
        except (OSError, ControlUnavailable):
            fresh.close()
            return
        self._socket = fresh
        self._in.clear()
        self._out.clear()
        self._put("hello", self._venue, os.getpid(), __version__)
        self.flush()

    def push(self) -> None:
        """Send what the spool has and the daemon does not."""
        if not self.is_welcome:
            return
        while len(self._out) < BUFFER_BYTES and self._pushed < self._spool.last:
            self._pushed, data = self._spool.read(self._pushed, BUFFER_BYTES)
            self._out += data
            before = len(self._out)
            self.flush()
            if len(self._out) == before:
                return

    @property
    def has_more(self) -> bool:
        """Say that `push` could send something now."""
        return self.is_welcome and not self._out and self._pushed < self._spool.last

    def tell_status(self, facts: dict[str, Any]) -> None:
        """Say how the link is, unless the daemon does not read."""
        if self.is_welcome and len(self._out) < BUFFER_BYTES:
            self._put("status", facts)
            self.flush()

    def read(self) -> None:
        """Take what the daemon says."""
        if self._socket is None:
            return
        try:
            data = self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._drop(error.strerror or "the connection failed")
            return
        if not data:
            self._drop("the daemon has closed the connection")
            return
        self._in += data
        self._take_frames()

    def flush(self) -> None:
        """Write as much as the daemon takes now."""
        if self._socket is None or not self._out:
            return
        try:
            sent = self._socket.send(self._out)
        except BlockingIOError:
            return
        except OSError as error:
            self._drop(error.strerror or "the connection failed")
            return
        del self._out[:sent]

    def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            self._drop("the link ends")

    def _take_frames(self) -> None:
        while len(self._in) >= LENGTH_BYTES:
            length = int.from_bytes(self._in[:LENGTH_BYTES], "big")
            if length > FRAME_BYTES_MAX:
                self._drop(f"a frame of the daemon would have {length} bytes")
                return
            if len(self._in) < LENGTH_BYTES + length:
                return
            frame = bytes(self._in[LENGTH_BYTES : LENGTH_BYTES + length])
            del self._in[: LENGTH_BYTES + length]
            try:
                self._take(*_decode(frame))
            except (msgspec.MsgspecError, TypeError, ValueError) as error:
                self._drop(f"a frame of the daemon can't be read: {error}")
                return

    def _take(self, word: str, *arguments: Any) -> None:
        if word == "ack":
            self._spool.ack(int(arguments[0]))
        elif word == "welcome":
            self._welcome(int(arguments[0]), int(arguments[1]))
        elif word == "stop":
            _log.info("daemon_says_stop", venue=self._venue)
            self._stop()
        elif word == "refused":
            self._next_try_s = time.monotonic() + REFUSED_RETRY_S
            self._drop(f"refused: {arguments[0]}")
        # "durable" needs no more than that it wakes us: the journal is looked at in each turn.

    def _welcome(self, last_frame: int, since_seq: int) -> None:
        spool = self._spool
        if last_frame < spool.acked:
            spool.renumber(last_frame)
        spool.skip_to(last_frame)
        self._pushed = last_frame
        self.is_welcome = True
        self.connects_total += 1
        _log.info("daemon_connected", venue=self._venue, last_frame=last_frame, waiting=spool.waiting_frames)
        self._welcomed(last_frame, since_seq)

    def _drop(self, reason: str) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self.is_welcome = False
        self._in.clear()
        self._out.clear()
        _log.warning("daemon_disconnected", venue=self._venue, reason=reason)

    def _put(self, *fields: object) -> None:
        frame = _encode(fields)
        self._out += len(frame).to_bytes(LENGTH_BYTES, "big") + frame
