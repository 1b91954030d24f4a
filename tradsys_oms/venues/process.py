"""The life of a link process, top to bottom: settings in, exit code out.

It ends on SIGTERM, when the daemon says so, and with `stop_at_eof` when its standard input ends: the daemon holds the
other end of that pipe for life, and the kernel closes it however the daemon dies. SIGINT is ignored: Ctrl-C in a
terminal reaches the whole group of processes, and the daemon decides when its links end.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Final

import structlog

from tradsys_oms.errors import InvariantError, TradsysError
from tradsys_oms.journal.errors import JournalDamaged
from tradsys_oms.ops.logging import configure_logging
from tradsys_oms.venues.adapters.errors import CredentialsUnusable, DialectUnknown
from tradsys_oms.venues.errors import EXIT_LASTING
from tradsys_oms.venues.link import Link
from tradsys_oms.venues.lock import hold_lock
from tradsys_oms.venues.settings import VenueSettings

STDIN: Final = 0
_log: Final = structlog.get_logger("venues.process")


def run(settings: VenueSettings, *, stop_at_eof: bool = False, log_level: str = "info") -> int:
    """Run the link of a venue until it is told to stop; gives the exit code, 3 for what a restart won't cure."""
    configure_logging(log_level)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with hold_lock(settings.state_dir / "lock"):
            link = Link(settings)
            signal.signal(signal.SIGTERM, lambda *_: link.stop())
            if stop_at_eof:
                _watch_stdin(link.stop)
            link.run()
    except (JournalDamaged, CredentialsUnusable, DialectUnknown) as error:
        _log.critical("link_failed", venue=settings.venue, reason=str(error))
        return EXIT_LASTING
    except (TradsysError, InvariantError) as error:
        _log.critical("link_failed", venue=settings.venue, reason=str(error))
        return error.exit_code if isinstance(error, TradsysError) else EXIT_LASTING
    except Exception:
        _log.critical("link_failed", venue=settings.venue, exc_info=True)
        return 1
    _log.info("link_ended", venue=settings.venue)
    return 0


def _watch_stdin(stop: Callable[[], None]) -> None:
    """Call `stop`, in a thread, when nobody can write to our standard input any more."""

    def watch() -> None:
        while os.read(STDIN, 1):
            pass
        stop()

    threading.Thread(target=watch, name="stdin", daemon=True).start()
