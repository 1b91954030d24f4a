"""What the processes that follow the journal have in common: how they begin, and that they end with the daemon."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Final

import structlog

EXIT_INVARIANT: Final = 3
NICENESS: Final = 10
STDIN: Final = 0


def begin() -> None:
    """Log to standard error, run at a lower priority than trading, and leave Ctrl-C to the daemon."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)


def stop_at_eof(stop: Callable[[], None]) -> None:
    """Call `stop`, in a thread, when nobody can write to our standard input any more."""

    def watch() -> None:
        while os.read(STDIN, 1):
            pass
        stop()

    threading.Thread(target=watch, name="stdin", daemon=True).start()
