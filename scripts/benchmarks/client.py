"""The load generator: one FIX 4.4 session on one TCP connection, driven by hand from one thread.

It must leave the processor to what is measured. So it parses nothing while the clock runs: a flood sends big chunks and
counts the bytes that mark an ExecutionReport, and looks at the socket once a millisecond instead of at every segment.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Sequence

from scripts.benchmarks import collector
from scripts.benchmarks.figures import MeasurementError
from scripts.benchmarks.orders import encode, header

EXECUTION_REPORT = b"\x0135=8\x01"
CARRY = len(EXECUTION_REPORT) - 1
"""Bytes kept from one chunk to the next, so that a mark cut in two is counted once."""
SEND_BYTES = 256 * 1024
RECEIVE_BYTES = 1024 * 1024
PAUSE_S = 0.001
SILENCE_MAX_S = 30.0
LOGOUT_MAX_S = 5.0


class FixClient:
    """A broker's end of a session, with reset sequence numbers."""

    def __init__(self, address: tuple[str, int], sender: str, target: str) -> None:
        self.sender = sender
        self.target = target
        self.next_seq_num = 1
        self._socket = socket.create_connection(address, timeout=SILENCE_MAX_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._admin("A", "98=0\x01108=30\x01141=Y\x01")
        answer = self._socket.recv(4096)
        if b"\x0135=A\x01" not in answer:
            raise MeasurementError(f"{sender}: no Logon but {readable(answer) or 'the end of the connection'}")

    def _admin(self, msg_type: str, body: str) -> None:
        self._socket.sendall(encode(header(msg_type, self.next_seq_num, self.sender, self.target) + body))
        self.next_seq_num += 1

    def close(self) -> None:
        """Log out, and wait for the other side to close."""
        try:
            self._socket.settimeout(LOGOUT_MAX_S)
            self._admin("5", "")
            while b"\x0135=5\x01" not in (data := self._socket.recv(RECEIVE_BYTES)) and data:
                pass
        except OSError:
            pass  # it is gone already, which is what was wanted
        finally:
            self._socket.close()

    def flood(self, orders: Sequence[bytes], reports: int) -> tuple[float, bytes]:
        """Send all `orders` at once and read until `reports` ExecutionReports came.

        Gives the seconds from the first byte sent to the last report read, and all that was read.
        """
        self.next_seq_num += len(orders)
        self._socket.setblocking(False)
        with collector.off():
            return self._flood(memoryview(b"".join(orders)), reports)

    def _flood(self, unsent: memoryview, reports: int) -> tuple[float, bytes]:
        receive = Counter(self._socket)
        started = progressed = time.perf_counter()
        while receive.count < reports:
            moved = receive.available()
            if unsent and (sent := attempt(self._socket.send, unsent[:SEND_BYTES])):
                unsent = unsent[sent:]
                moved = True
            now = time.perf_counter()
            if moved:
                progressed = now
            elif now - progressed > SILENCE_MAX_S:
                break
            time.sleep(PAUSE_S)
        elapsed = time.perf_counter() - started
        data = receive.data()
        if receive.count < reports:
            raise MeasurementError(
                f"{receive.count} of {reports} reports came; the last bytes: {readable(data[-600:])}"
            )
        return elapsed, data

    def paced(self, orders: Sequence[tuple[str, bytes]], rate_per_s: int) -> list[int]:
        """Send `orders` one by one at `rate_per_s`, whatever comes back.

        Gives for each order the nanoseconds from its send to the first ExecutionReport with its ClOrdID.
        """
        self.next_seq_num += len(orders)
        self._socket.setblocking(False)
        with collector.off():
            return self._paced([message for _, message in orders], Latencies([name for name, _ in orders]), rate_per_s)

    def _paced(self, messages: list[bytes], latencies: Latencies, rate_per_s: int) -> list[int]:
        interval_ns = 1_000_000_000 // rate_per_s
        due_ns = progressed_ns = time.perf_counter_ns()
        index, count = 0, len(messages)
        while latencies.missing:
            now_ns = time.perf_counter_ns()
            if index < count and now_ns >= due_ns:
                latencies.sent(index, now_ns)
                if attempt(self._socket.send, messages[index]) != len(messages[index]):
                    raise MeasurementError(
                        f"order {index + 1} of {count} was not taken: the daemon does not keep the pace"
                    )
                index += 1
                due_ns += interval_ns
                continue
            wait_s = (due_ns - now_ns) / 1e9 if index < count else PAUSE_S
            if select.select([self._socket], [], [], wait_s)[0]:
                latencies.received(self._socket.recv(RECEIVE_BYTES), time.perf_counter_ns())
                progressed_ns = now_ns
            elif now_ns - progressed_ns > SILENCE_MAX_S * 1e9:
                raise MeasurementError(f"{latencies.missing} of {count} orders were not answered")
        return latencies.values


class Counter:
    """Count the ExecutionReports that a socket gives."""

    def __init__(self, source: socket.socket) -> None:
        self.count = 0
        self._source = source
        self._buffer = bytearray(CARRY + RECEIVE_BYTES)
        self._space = memoryview(self._buffer)[CARRY:]
        self._chunks: list[bytes] = []

    def available(self) -> bool:
        """Read and count what is there; False for nothing."""
        size = attempt(self._source.recv_into, self._space)
        if size is None:
            return False
        if size == 0:
            raise MeasurementError(f"the connection was closed; the last bytes: {readable(self.data()[-600:])}")
        self.count += self._buffer.count(EXECUTION_REPORT, 0, CARRY + size)
        self._chunks.append(bytes(self._space[:size]))
        self._buffer[:CARRY] = self._buffer[size : size + CARRY]
        return True

    def data(self) -> bytes:
        """All bytes read so far."""
        return b"".join(self._chunks)


class Latencies:
    """Pair each order with the first report that carries its ClOrdID."""

    def __init__(self, clord_ids: Sequence[str]) -> None:
        self.values = [0] * len(clord_ids)
        self.missing = len(clord_ids)
        self._index = {name.encode(): index for index, name in enumerate(clord_ids)}
        self._sent_ns = [0] * len(clord_ids)
        self._rest = b""

    def sent(self, index: int, now_ns: int) -> None:
        """Note the time of a send."""
        self._sent_ns[index] = now_ns

    def received(self, data: bytes, now_ns: int) -> None:
        """Note the time of every first report in `data`."""
        if not data:
            raise MeasurementError(f"the connection was closed with {self.missing} orders unanswered")
        *messages, self._rest = (self._rest + data).split(b"\x018=FIX")
        if self._rest[-8:-4] == b"\x0110=" and self._rest.endswith(b"\x01"):
            messages.append(self._rest)
            self._rest = b""
        for message in messages:
            if EXECUTION_REPORT in message:
                start = message.index(b"\x0111=") + 4
                index = self._index.pop(message[start : message.index(b"\x01", start)], None)
                if index is not None:
                    self.values[index] = now_ns - self._sent_ns[index]
                    self.missing -= 1


def attempt(call: Callable[[memoryview | bytes], int], data: memoryview | bytes) -> int | None:
    """Do a non-blocking socket call; None when it would block."""
    try:
        return call(data)
    except BlockingIOError:
        return None


def readable(data: bytes) -> str:
    """Show raw FIX to a reader."""
    return data.decode("latin-1").replace("\x01", "|")
