"""What the message log costs: on the event loop for each note, and in its thread for each message."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.benchmarks.figures import Figure, Options
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.message_lines import IN, message_lines
from tradsys_oms.fix.message_log import MessageLog

BATCH_MESSAGES = 100
HEAD = b"20260131-09:30:00.000123" + IN


def measure(options: Options) -> Iterator[Figure]:
    """Give the best of many rounds; a round is short, so that the thread does not come in between."""
    batch = [report(number) for number in range(BATCH_MESSAGES)]
    with TemporaryDirectory() as folder:
        yield Figure("message_log_note_us", best_note_ns(Path(folder), batch[:1], options.repeats) / 1000, "us")
        rate_us = best_note_ns(Path(folder), batch, options.repeats) / 1000 / BATCH_MESSAGES
        yield Figure("message_log_note_batch_us", rate_us, "us/message")
    yield Figure("message_log_line_us", best_lines_ns(batch, options.repeats) / 1000 / BATCH_MESSAGES, "us/message")


def report(number: int) -> bytes:
    """Make an ExecutionReport like the gateway's."""
    head = f"35=8\x0149=TRADSYS\x0156=LOAD0\x0134={number}\x0152=20260131-09:30:00.000\x01"
    body = (
        f"37={number}\x0111=LOAD0-{number}\x0117={number}-1\x01150=0\x0139=0\x0155=ACME\x0154=1\x0138=100\x0144=100.25\x01"
        f"40=2\x0159=0\x0132=0\x0131=0\x01151=100\x0114=0\x016=0\x0160=20260131-09:30:00.000\x01"
    )
    return encode("FIX.4.4", head, body)


def best_note_ns(folder: Path, messages: list[bytes], repeats: int) -> float:
    """Give the time of one `note`."""
    log = MessageLog(folder, file_bytes_max=1 << 24, files_max=2, pending_bytes_max=1 << 28)
    note, best_ns, calls = log.note, float("inf"), 100
    for _ in range(repeats * 30):
        started_ns = time.perf_counter_ns()
        for _ in range(calls):
            note("LOAD0", started_ns, False, messages)
        best_ns = min(best_ns, (time.perf_counter_ns() - started_ns) / calls)
    log.close()
    return best_ns


def best_lines_ns(messages: list[bytes], repeats: int) -> float:
    """Give the time of one batch of lines, secrets looked for."""
    best_ns = float("inf")
    for _ in range(repeats * 100):
        started_ns = time.perf_counter_ns()
        message_lines(HEAD, messages)
        best_ns = min(best_ns, time.perf_counter_ns() - started_ns)
    return best_ns
