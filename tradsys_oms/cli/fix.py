"""`tradsys fix`: FIX messages, readable, from a session's message log or from any file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from tradsys_oms.cli.options import config_option, output_option

if TYPE_CHECKING:
    from tradsys_oms.cli.messages import Chooser

Verb = TypeVar("Verb", bound=Callable[..., Any])

FOLLOW_POLL_S: Final = 0.2
MESSAGES_MAX: Final = 100_000


def choice_options(verb: Verb) -> Verb:
    """Give a verb `--type` and `--grep`, as `types` and `text`."""
    types = click.option(
        "--type", "types", default="", metavar="TYPES", help="Only these MsgTypes: D,8 or NewOrderSingle."
    )
    text = click.option(
        "--grep", "text", default="", metavar="TEXT", help="Only messages with this text, like 11=A1 or 55=ACME|54=1."
    )
    return types(text(verb))


raw_option: Final = click.option("--raw", is_flag=True, help="Print messages as they are, with | for SOH.")


@click.group()
def fix() -> None:
    """Read FIX messages."""


@fix.command()
@click.argument("session")
@click.option(
    "-n", "count", type=click.IntRange(0, MESSAGES_MAX), default=20, show_default=True, help="So many messages."
)
@click.option("-f", "--follow", is_flag=True, help="Go on with those that come, until Ctrl-C.")
@click.option("--fields", is_flag=True, help="Print every field, by name, instead of one line for each message.")
@raw_option
@choice_options
@config_option
@output_option
def tail(
    session: str,
    count: int,
    follow: bool,
    fields: bool,
    raw: bool,
    types: str,
    text: str,
    config_path: Path,
    output: str,
) -> None:
    """Print the last messages of SESSION, sent and received, from its message log.

    Times are UTC. The daemon need not run. With -o json and -f each message is a document of its own, on one line.
    """
    from tradsys_oms.cli.messages import Chooser, MessagePrinter
    from tradsys_oms.fix.message_tail import Tail

    printer = MessagePrinter("raw" if raw else "fields" if fields else "line", output, is_stream=follow)
    chooser = Chooser(types, text)
    with Tail(_log_of(config_path, session)) as log:
        printer.print(reversed(list(islice(_last_first(log.backwards(), chooser), count))))
        while follow:
            printer.print(chooser.choose(log.new_lines()))
            time.sleep(FOLLOW_POLL_S)


@fix.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--lines", is_flag=True, help="Print one line for each message instead of every field.")
@raw_option
@choice_options
@output_option
def show(file: Path, lines: bool, raw: bool, types: str, text: str, output: str) -> None:
    """Print the messages in FILE, or on standard input if it is "-".

    Takes lines of our message log and of QuickFIX's, and messages alone, with SOH, "|" or "^A" between their fields.
    """
    from tradsys_oms.cli.messages import Chooser, MessagePrinter
    from tradsys_oms.fix.errors import MessageLogUnavailable

    printer = MessagePrinter("raw" if raw else "line" if lines else "fields", output, is_stream=False)
    try:
        stream = click.open_file(str(file), "rb")
    except OSError as error:
        raise MessageLogUnavailable(f"The file {file} can't be read: {error.strerror}.") from error
    with stream:
        found = printer.print(Chooser(types, text).choose(stream))
    if not found and output == "table":
        click.echo("no messages")


def _last_first(lines: Iterable[bytes], chooser: Chooser) -> Iterator[Any]:
    for line in lines:
        yield from reversed(list(chooser.choose((line,))))


def _log_of(config_path: Path, session: str) -> Path:
    """Find the message log of a session; without one, say which there are."""
    from tradsys_oms.config import load_config
    from tradsys_oms.fix.errors import MessageLogUnavailable
    from tradsys_oms.fix.message_files import MESSAGES_DIR, SUFFIX, log_path

    directory = load_config(config_path, with_risk=False).state_dir / MESSAGES_DIR
    path = log_path(directory, session)
    if "/" in session or not path.exists():
        others = ", ".join(sorted(other.name.removesuffix(SUFFIX) for other in directory.glob(f"*{SUFFIX}")))
        raise MessageLogUnavailable(
            f"Session {session} has no message log in {directory}; "
            + (f"there are logs of: {others}." if others else "no session has one yet.")
        )
    return path
