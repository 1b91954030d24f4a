"""The follower as a process: `python -m tradsys_oms.portfolio`, a child of the daemon.

It lives and ends as the projector does (`clearing.__main__`): it stops on SIGTERM, and with `--stop-at-eof` when its
standard input ends; SIGINT is ignored; it runs at a lower priority than trading. SIGHUP makes it read the configuration
again, all or nothing: the daemon sends it when it has taken over a new one itself.
"""

from __future__ import annotations

import argparse
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Final

from tradsys_oms.clearing.errors import DatabaseUnavailableError
from tradsys_oms.clearing.follower_process import EXIT_INVARIANT, begin, stop_at_eof
from tradsys_oms.clearing.status import read_status as read_projector_status
from tradsys_oms.errors import InvariantError, TradsysError
from tradsys_oms.ops.control import SOCKET_NAME
from tradsys_oms.ops.control_client import request
from tradsys_oms.portfolio.follower import Follower
from tradsys_oms.portfolio.limits import Passings
from tradsys_oms.portfolio.setup import Setup, load_setup
from tradsys_oms.portfolio.status import StatusFile

PASSINGS_NAME: Final = "portfolio-passings.json"


def main(arguments: list[str] | None = None) -> int:
    """Run the follower until it is told to stop, and give the exit code."""
    options = _options(arguments)
    begin()
    hang_ups: list[int] = []
    signal.signal(signal.SIGHUP, lambda number, _: hang_ups.append(number))
    board = StatusFile(options.status)
    board.write()  # from now on a SIGHUP does no harm, which the daemon must know before it sends one
    try:
        setup = load_setup(options.config)
        follower = _follower(options, setup, board)
        signal.signal(signal.SIGHUP, lambda *_: follower.reload(lambda: load_setup(options.config)))
        if hang_ups:  # perhaps the file that was read is older
            follower.reload(lambda: load_setup(options.config))
        return _run(follower, options, board)
    except (TradsysError, InvariantError) as error:
        board.status.state, board.status.error = "stopped", str(error)
        print(f"tradsys: {error}", file=sys.stderr)
        return error.exit_code if isinstance(error, TradsysError) else EXIT_INVARIANT
    finally:
        board.write()


def _follower(options: argparse.Namespace, setup: Setup, board: StatusFile) -> Follower:
    state_dir = setup.config.state_dir
    passings = Passings(state_dir / PASSINGS_NAME, partial(request, state_dir / SOCKET_NAME))
    return Follower(
        state_dir / "journal",
        setup,
        lambda current: _database_url(current, options.projector_status),
        passings,
        board,
    )


def _run(follower: Follower, options: argparse.Namespace, board: StatusFile) -> int:
    signal.signal(signal.SIGTERM, lambda *_: follower.stop())
    if options.stop_at_eof:
        stop_at_eof(follower.stop)
    follower.run()
    board.status.state = "stopped"
    return 0


def _database_url(setup: Setup, projector_status: Path) -> str:
    """Give the configured URL, or that of the embedded PostgreSQL, which the projector starts and stops."""
    if setup.config.database.url:
        return setup.config.database.url
    status = read_projector_status(projector_status)
    if status is None or status.state != "up":
        raise DatabaseUnavailableError("The projector has not brought the embedded PostgreSQL up; waiting for it.")
    return status.url


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tradsys_oms.portfolio", description="Calculate portfolio risk from a journal."
    )
    parser.add_argument("--config", type=Path, required=True, help="configuration of the daemon")
    parser.add_argument("--status", type=Path, required=True, help="status file to write (JSON)")
    parser.add_argument("--projector-status", type=Path, required=True, help="status file of the projector")
    parser.add_argument("--stop-at-eof", action="store_true", help="stop when standard input ends")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
