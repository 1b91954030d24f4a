"""Entry point of `tradsys`: the tree of verbs, and the boundary where errors become one sentence and an exit code."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

from tradsys_oms import __version__
from tradsys_oms.cli.book import book
from tradsys_oms.cli.cert import cert
from tradsys_oms.cli.config import config
from tradsys_oms.cli.daemon import run, status
from tradsys_oms.cli.database import database
from tradsys_oms.cli.fix import fix
from tradsys_oms.cli.journal import journal
from tradsys_oms.cli.kill import kill
from tradsys_oms.cli.market import market
from tradsys_oms.cli.order import order
from tradsys_oms.cli.portfolio import portfolio
from tradsys_oms.cli.position import mark, position
from tradsys_oms.cli.price import price
from tradsys_oms.cli.risk import risk
from tradsys_oms.cli.route import route
from tradsys_oms.cli.session import session
from tradsys_oms.cli.sim import sim
from tradsys_oms.cli.trade import trade
from tradsys_oms.cli.venue import venue
from tradsys_oms.errors import InvariantError, TradsysError

EXIT_INVARIANT = 70
EXIT_INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tradsys")
def root() -> None:
    """Run the TradSys exchange gateway and look into it."""


OPERATING = (session, market, order, trade, book, risk, kill, position, mark, venue, route)
for verb in (run, status, config, *OPERATING, fix, journal, database, price, portfolio, cert, sim):
    root.add_command(verb)


def main() -> NoReturn:
    """Run the command line and exit."""
    try:
        code = root.main(prog_name="tradsys", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except TradsysError as error:
        click.echo(f"tradsys: {error}", err=True)
        code = error.exit_code
    except InvariantError as error:
        click.echo(f"tradsys: stopped, because a promise of the program is broken: {error}", err=True)
        code = EXIT_INVARIANT
    except (KeyboardInterrupt, click.Abort):
        code = EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output went away. Python would complain when it flushes standard output at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)


if __name__ == "__main__":
    main()
