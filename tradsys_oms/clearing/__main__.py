"""The projector as a process: `python -m tradsys_oms.clearing`, a child of the daemon.

It stops on SIGTERM, and with `--stop-at-eof` when its standard input ends: the daemon holds the other end of that pipe
for life, and the kernel closes it however the daemon dies. It runs at a lower priority than trading. SIGINT is ignored:
Ctrl-C in a terminal reaches the whole group of processes, and the daemon decides when its followers have seen
everything. The password of a database comes in the environment, where `ps` doesn't show it to others.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import Final

from tradsys_oms.clearing.connection import safe_url
from tradsys_oms.clearing.embedded import EmbeddedPostgres
from tradsys_oms.clearing.follower_process import EXIT_INVARIANT, begin, stop_at_eof
from tradsys_oms.clearing.projector import Projector, ProjectorSettings
from tradsys_oms.clearing.status import StatusBoard
from tradsys_oms.errors import InvariantError, TradsysError
from tradsys_oms.journal.errors import JournalError
from tradsys_oms.journal.reader import durable_seq

URL_VARIABLE: Final = "TRADSYS_DATABASE_URL"


def main(arguments: list[str] | None = None) -> int:
    """Run the projector until it is told to stop, and give the exit code."""
    options = _options(arguments)
    begin()
    url = options.database_url or os.environ.get(URL_VARIABLE, "")
    server = None if url else EmbeddedPostgres(options.state_dir)
    board = StatusBoard(options.status, lambda: _durable_seq(options.journal))
    board.status.embedded = server is not None
    board.status.url = safe_url(url) if url else ""
    settings = ProjectorSettings(options.batch_entries_max, options.poll_interval_ms, options.retry_cap_ms)
    projector = Projector(options.journal, server.ensure_running if server else lambda: url, board, settings)
    signal.signal(signal.SIGTERM, lambda *_: projector.stop())
    if options.stop_at_eof:
        stop_at_eof(projector.stop)
    try:
        return _run(projector, board)
    finally:
        board.close()
        if server is not None:
            server.stop()


def _run(projector: Projector, board: StatusBoard) -> int:
    try:
        projector.run()
    except (TradsysError, InvariantError) as error:
        board.change_state("stopped", str(error))
        print(f"tradsys: {error}", file=sys.stderr)
        return error.exit_code if isinstance(error, TradsysError) else EXIT_INVARIANT
    board.change_state("stopped")
    return 0


def _durable_seq(journal: Path) -> int:
    try:
        return durable_seq(journal)
    except JournalError:
        return 0  # Not there yet, or damaged: the projector itself will say so.


def _options(arguments: list[str] | None) -> argparse.Namespace:
    defaults = ProjectorSettings()
    parser = argparse.ArgumentParser(
        prog="python -m tradsys_oms.clearing", description="Project a journal to Postgres."
    )
    parser.add_argument("--journal", type=Path, required=True, help="directory of the journal")
    parser.add_argument("--state-dir", type=Path, required=True, help="directory above the embedded PostgreSQL")
    parser.add_argument("--status", type=Path, required=True, help="status file to write (JSON)")
    parser.add_argument("--database-url", default="", help=f"else ${URL_VARIABLE}, else the embedded PostgreSQL")
    parser.add_argument("--stop-at-eof", action="store_true", help="stop when standard input ends")
    parser.add_argument("--batch-entries-max", type=int, default=defaults.batch_entries_max)
    parser.add_argument("--poll-interval-ms", type=int, default=defaults.poll_interval_ms)
    parser.add_argument("--retry-cap-ms", type=int, default=defaults.retry_cap_ms)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
