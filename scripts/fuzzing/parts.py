"""The parts of the FIX layer that are fuzzed, and the runner that watches time and memory around each tape."""

from __future__ import annotations

import ctypes
import logging
import resource
import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final
from unittest.mock import patch

import structlog

from scripts.fuzzing import codec, connections, door, sessions
from scripts.fuzzing.clocks import ClockLoop
from tradsys_oms.errors import invariant

TAPE_BYTES_MAX: Final = 512
TAPE_CPU_MAX_S: Final = 1.0
"""For all messages of a tape together, of which none may take so long alone."""
INSTRUMENTED_CPU_MAX_S: Final = 5.0
"""The same where atheris counts branches."""
GROWTH_MAX_BYTES: Final = 24 * 1024 * 1024
"""What the heap may come to around the caches, which are full after the first tenth."""
CACHES: Final = (
    patch("tradsys_oms.fix.message.KEPT_TAGS_MAX", 8192),
    patch("tradsys_oms.fix.validation.KEPT_TAGS_MAX", 8192),
    patch("tradsys_oms.fix.formats.GOOD_VALUES_MAX", 512),
)
"""The caches of tags, plans and values are made small, so that they are full and emptied often."""
PAGE_BYTES: Final = resource.getpagesize()


class Part:
    """One part: `run` takes a tape and gives the number of messages that came of it."""

    def __init__(self, name: str, folder: Path, cpu_max_s: float = TAPE_CPU_MAX_S) -> None:
        self.name = name
        self.inputs = 0
        self.tapes = 0
        self.slowest_s = 0.0
        self._folder = folder
        self._cpu_max_s = cpu_max_s
        self._loop = ClockLoop()
        self._caches = ExitStack()
        self._check: Callable[[bytes], int] = {
            "codec": codec.check,
            "session": self._check_session,
            "connection": self._check_connection,
            "proxy": door.check_proxy,
            "redaction": door.check_redaction,
        }[name]

    def __enter__(self) -> Part:
        for cache in CACHES:
            self._caches.enter_context(cache)
        self._check(b"")  # loads the dictionaries, whose time is not that of a tape
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._caches.close()
        self._loop.close()

    def run(self, tape: bytes) -> None:
        """Run one tape; raises what was raised, with the line that reproduces it as a note."""
        started_s = time.thread_time()
        try:
            self.inputs += self._check(tape)
            elapsed_s = time.thread_time() - started_s
            invariant(elapsed_s < self._cpu_max_s, f"A tape took {elapsed_s:.1f} s of CPU time.")
        except BaseException as error:
            error.add_note(f"again: scripts/fuzz --part {self.name} --tape {tape.hex() or '00'}")
            raise
        self.tapes += 1
        self.slowest_s = max(self.slowest_s, elapsed_s)

    def _check_session(self, tape: bytes) -> int:
        return sessions.check(tape, self._empty_folder())

    def _check_connection(self, tape: bytes) -> int:
        return self._loop.run_until_complete(connections.check(tape, self._empty_folder(), self._loop.clock))

    def _empty_folder(self) -> Path:
        folder = self._folder / self.name
        shutil.rmtree(folder, ignore_errors=True)
        return folder


PARTS: Final = ("codec", "session", "connection", "proxy", "redaction")


def silence() -> None:
    """Keep the log of what the peers did wrong from the terminal: it is what they are for."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def resident_bytes() -> int:
    """Give the memory of this process, without what malloc keeps of large streams that are gone.

    One stream of 14 MB among a hundred thousand leaves the heap 40 MiB larger for good, and no byte of it is in use.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc
    if trim is not None:
        trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES
